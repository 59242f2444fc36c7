"""How much memory the real program takes in a day of use.

CI has a few rounds of it; `--soak` goes on for `--soak-minutes`, of which sixty hold more answers
than a day does that has one every minute. The figures are printed: `-n 0 -s` shows them as they
come.
"""

import asyncio
import os
import sqlite3
import sys
import time
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bench import processes
from tests.bench.programs import COMPOSER, ROOT, calm
from tests.bench.terminal import RawTerminal
from tests.durability.day import SESSIONS, Day, Model, prepare
from tests.provider_server import ProviderServer
from tyler_tui.packing import MOST_PLAIN
from tyler_tui.tui.collecting import QUIET_SECONDS

PARTS = 10
WARM = 18
"""So many turns in a session until it has more messages than stay unpacked."""
CI_SESSIONS, CI_TURNS = 2, 48
COPIES = 2
"""A call and its result are known to the conversation and to the tool panel."""
CHANCE_MB = 2.0
"""For each session: the last of what is said stays as it is, more at one time than at another. And
caches of a fixed size fill in time, and an allocator keeps what lies between what lives."""


@dataclass
class Mark:
    """How things stood."""

    seconds: float
    answers: int
    tokens: int
    mb: float
    said_mb: float

    def __str__(self) -> str:
        return (
            f"{self.seconds:6.0f} s {self.answers:6} answers {self.tokens:11,} tokens "
            f"{self.mb:7.1f} MB, what is said takes {self.said_mb:.2f} MB compressed"
        )


@pytest.mark.timeout(100_000)
def test_memory_grows_by_no_more_than_what_is_said_compressed(
    tmp_path: Path, soak_minutes: float | None, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(prepare(tmp_path))
    model, began = Model(), time.monotonic()
    marks: list[Mark] = []
    with ProviderServer() as server, _program(server, tmp_path) as terminal:
        server.fallback = model
        terminal.wait_for(COMPOSER)
        sessions = SESSIONS if soak_minutes is not None else SESSIONS[:CI_SESSIONS]
        day, warm = Day(server, terminal, sessions), WARM * len(sessions)

        def mark() -> None:
            """Once it is as quiet as after any pause."""
            terminal.rest(2 * QUIET_SECONDS + 1)
            calm(terminal)
            marks.append(
                Mark(
                    time.monotonic() - began,
                    day.answers,
                    model.tokens,
                    processes.rss_mb(terminal.pid),
                    _said_mb(tmp_path),
                )
            )
            with capsys.disabled():
                print(f"\n{marks[-1]}", end="", flush=True)

        def is_over(part: int) -> bool:
            if soak_minutes is None:
                return day.answers >= warm + CI_TURNS * (part - 1) / (PARTS - 1)
            is_time = time.monotonic() - began > 60 * soak_minutes * part / PARTS
            return is_time and day.answers >= warm

        mark()
        for part in range(1, PARTS + 1):
            while not is_over(part):
                day.next_turn()
            if soak_minutes is not None or part in (1, PARTS):
                mark()
    _, first, *_, last = marks
    grown, said = last.mb - first.mb, last.said_mb - first.said_mb
    with capsys.disabled():
        print(f"\n{grown:+.1f} MB since the first tenth, in which {said:.2f} MB were said")
    assert grown <= CHANCE_MB * len(sessions) + COPIES * said


def _program(server: ProviderServer, home: Path) -> RawTerminal:
    command = [sys.executable, "-m", "tyler_tui", "-m", "openai/gpt-4o", "-y", "-r", SESSIONS[0]]
    env = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.environ.get("PYTHONPATH", str(ROOT)),
        "HOME": str(home),
        "TYLER_CHAT_HOME": str(home),
        "OPENAI_API_BASE": server.base_url,
        "OPENAI_API_KEY": "none",
    }
    return RawTerminal(command, env, home)


def _said_mb(home: Path) -> float:
    """What all that was said takes as the program keeps it: long texts compressed."""
    with closing(sqlite3.connect(home / "sessions.db")) as database:
        rows = database.execute("SELECT content, reasoning, tool_calls FROM messages")
        return sum(_kept(text or "") for row in rows for text in row) / 2**20


def _kept(text: str) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return len(zlib.compress(data, 1)) if len(text) > MOST_PLAIN else len(data)
