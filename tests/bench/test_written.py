"""What is written to the terminal and read from the database, counted."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.bench.programs import COMPOSER, DIRECT, Bench, answer
from tests.bench.server import Server
from tests.bench.stored import RARE, fill
from tyler_tui import ThreadStore

TOKENS = 600


def test_a_token_writes_a_bounded_number_of_bytes_in_whole_frames(tmp_path: Path) -> None:
    with Server() as server:
        bench = Bench(server, tmp_path, runs=1, quick=True)
        with bench.spawn(DIRECT) as terminal:
            terminal.wait_for(COMPOSER)
            answer(terminal, 60, 200)
            before, frames = terminal.received, terminal.frames
            answer(terminal, TOKENS, 200)
            written, drawn = terminal.received - before, terminal.frames - frames
    # Bare Textual writes 1,200; a screen is 20,000 bytes.
    assert 20 <= written / TOKENS <= 350
    assert 5 <= drawn <= TOKENS / 3


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Takes the count of hundreds of instructions that SQLite ran since it was last taken."""
    count = 0
    connect = sqlite3.connect

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    def watched(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **options)
        connection.set_progress_handler(tick, 100)
        return connection

    def taken() -> int:
        nonlocal count
        was, count = count, 0
        return was

    monkeypatch.setattr(sqlite3, "connect", watched)
    return taken


async def test_finding_and_opening_read_as_much_of_a_long_session_as_of_a_short_one(
    tmp_path: Path, steps: Callable[[], int]
) -> None:
    found: list[int] = []
    opened: list[int] = []
    for messages in (400, 4_000):
        path = tmp_path / f"{messages}.db"
        await fill(str(path), messages)
        async with await ThreadStore.create(path) as store:
            steps()
            (hit, *_) = await store.search(RARE)
            found.append(steps())
            assert len(await store.messages(hit.thread_id, limit=60)) == 60
            opened.append(steps())
    assert 0 < found[1] <= 2 * found[0] + 20
    assert 0 < opened[1] <= 2 * opened[0] + 20
