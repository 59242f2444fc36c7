"""The real program on a disk that fills up in mid-session, and is cleared again.

The disk is a limit on how large the program's files may become, which needs no rights; the error
that SQLite gets is another than that of a full disk, and what comes of it is the same.
"""

import asyncio
import os
import resource
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM
from tests.provider_server import ProviderServer, answer
from tests.pseudo_terminal import Terminal
from tyler_tui import ThreadStore, paths

ROOM_KB = 300
BIG = ("word " * 20 + "\n\n") * 5_000

LIMITED = 'ulimit -S -f "$1"; shift; exec "$@"'
BLOCK = 512


@pytest.fixture(autouse=True)
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    return provider_server


def with_little_room(*arguments: str) -> list[str]:
    blocks = str(ROOM_KB * 1024 // BLOCK)
    return ["sh", "-c", LIMITED, "sh", blocks, PROGRAM, "-m", "openai/anything", *arguments]


def make_room(pid: int) -> None:
    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def is_sound() -> bool:
    with closing(sqlite3.connect(paths.database_file())) as database:
        return database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def stored() -> list[tuple[str, str]]:
    async with await ThreadStore.create(paths.database_file()) as store:
        latest = await store.latest()
        assert latest is not None
        return [(m.role, m.content) for m in (await store.get_thread(latest.id)).messages]


def test_the_chat_goes_on_and_all_is_saved_once_there_is_room(
    served: ProviderServer, tmp_path: Path
) -> None:
    served.script(answer("First."), answer(BIG + "Second."), answer("Third."))
    with Terminal(with_little_room(), env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("one", "enter")
        terminal.wait_for("First.")
        terminal.send("two", "enter")
        terminal.wait_until(lambda: served.wait_request(1).answered.is_set())
        terminal.wait_for("not saved", "ready ·")
        terminal.send("three", "enter")
        terminal.wait_for("Third.", "not saved", "ready")
        assert "✗" not in terminal.text, "it costs no answer"
        assert is_sound()
        make_room(terminal.process.pid)
        terminal.wait_for(lambda text: "not saved" not in text)
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert asyncio.run(stored()) == [
        ("user", "one"),
        ("assistant", "First."),
        ("user", "two"),
        ("assistant", BIG + "Second."),
        ("user", "three"),
        ("assistant", "Third."),
    ]


def test_an_answer_in_a_pipe_is_printed_and_said_not_to_be_saved(
    served: ProviderServer, tmp_path: Path
) -> None:
    served.script(answer("First."), answer(BIG + "Second."))
    for prompt, code in (("one", 0), ("two", 0)):
        ended = subprocess.run(
            with_little_room("-s", "talk", "-p", prompt),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            timeout=60,
        )
        assert ended.returncode == code, ended.stderr
    assert ended.stdout.endswith("Second.\n")
    assert "Not saved: " in ended.stderr
    assert "→ " in ended.stderr
    assert is_sound()
    assert asyncio.run(stored())[:2] == [("user", "one"), ("assistant", "First.")]
