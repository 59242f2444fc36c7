"""The real program, killed in mid-answer at random moments: nothing is damaged, next to nothing is
lost, and the session goes on.

Four programs at a time stream into one database, one of them the full screen in a pseudo-terminal.
What may be missing is measured against what the server had sent by the moment of the kill; how long
a busy machine had no time for the server or the program is not counted against it.
"""

import asyncio
import os
import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest

from tests.cli.program import PROGRAM, run_program
from tests.faults.strict_provider import complaints
from tests.provider_server import ProviderServer, Received, Reply, Step, Text, answer
from tests.pseudo_terminal import Terminal
from tyler_tui import Message, MessageStatus, ThreadStore, paths

ROUNDS, ROUNDS_OF_A_SOAK = 5, 75
AT_ONCE = 4
WORDS_PER_SECOND = 100
LATEST_KILL_S = 1.5
MAY_BE_LOST_S = 0.5


@dataclass
class Words:
    """The steps of an answer without an end, which note when each word went out."""

    sent_at: list[float] = field(default_factory=list)

    def __iter__(self) -> Iterator[Step]:
        while True:
            yield Text(f"w{len(self.sent_at)} ")
            self.sent_at.append(time.monotonic())

    def sent_before(self, moment: float) -> int:
        return sum(sent < moment for sent in self.sent_at)

    def longest_pause(self, until: float) -> float:
        """How long this machine had no time for the server in the last second."""
        late = [sent for sent in (*self.sent_at, until) if until - 1 < sent <= until]
        return max((b - a for a, b in pairwise(late)), default=0.0)


class Killing:
    """A program that streams until it is killed, some random time after its request."""

    def __init__(self, name: str, *, screen: bool, folder: Path, chance: random.Random) -> None:
        self.name = name
        self.words = Words()
        self.killed_at = 0.0
        self.asked_at: float | None = None
        self._stood: list[tuple[float, float]] = []
        self._delay = chance.uniform(0, LATEST_KILL_S)
        arguments = ["-m", "openai/anything", "-s", name]
        self.terminal: Terminal | None = None
        if screen:
            command = [PROGRAM, *arguments, f"prompt of {name}"]
            self.terminal = Terminal(command, env=dict(os.environ), cwd=folder)
            self.process: subprocess.Popen[bytes] = self.terminal.process
        else:
            self.process = subprocess.Popen(
                [PROGRAM, *arguments, "-p", f"prompt of {name}"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd=folder,
            )

    def reply(self) -> Reply:
        self.asked_at = time.monotonic()
        return Reply(cast("list[Step]", self.words), rate=WORDS_PER_SECOND)

    def kill_when_due(self) -> bool:
        """Whether it has been killed."""
        if self.terminal is not None:
            self.terminal.read_until(time.monotonic() + 0.01)
        self._stood.append((time.monotonic(), seconds_without_a_core(self.process.pid)))
        assert self.process.poll() is None, "it ended by itself"
        if self.asked_at is None or time.monotonic() < self.asked_at + self._delay:
            return False
        self.process.kill()
        self.killed_at = time.monotonic()
        return True

    @property
    def stood_still_s(self) -> float:
        """How long this machine had no core for the program in its last second."""
        since = max(self.killed_at - 1, self.asked_at or 0.0)
        last = [seconds for at, seconds in self._stood if at > since]
        return last[-1] - last[0] if last else 0.0

    def close(self) -> None:
        if self.terminal is not None:
            self.terminal.__exit__(None, None, None)
        else:
            self.process.kill()
            self.process.communicate()


def seconds_without_a_core(pid: int) -> float:
    """How long the threads of a process have waited in all; 0 where the system does not tell."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        told = [(thread / "schedstat").read_text("ascii").split()[1] for thread in threads]
    except OSError:
        return 0.0
    return sum(map(int, told)) / 1e9


def kill_all_at_their_moments(
    names: list[str], server: ProviderServer, folder: Path, chance: random.Random
) -> list[Killing]:
    with ExitStack() as ended:
        programs: dict[str, Killing] = {}

        def reply(received: Received) -> Reply:
            name = received.body["messages"][-1]["content"].rpartition(" ")[2]
            return programs[name].reply()

        server.script(*[reply] * len(names))
        for number, name in enumerate(names):
            program = Killing(name, screen=number == 0, folder=folder, chance=chance)
            programs[name] = program
            ended.callback(program.close)
        deadline = time.monotonic() + 60
        waiting = list(programs.values())
        while waiting:
            assert time.monotonic() < deadline, "a program sent no request"
            waiting = [program for program in waiting if not program.kill_when_due()]
            time.sleep(0.005)
    return list(programs.values())


async def stored_answers(names: list[str]) -> dict[str, list[Message]]:
    async with await ThreadStore.create(paths.database_file()) as store:
        found = {}
        for name in names:
            summary = await store.find_by_name(name)
            assert summary is not None, f"the session {name} is gone"
            found[name] = (await store.get_thread(summary.id)).messages
        return found


def is_kept(killed: Killing, messages: list[Message]) -> None:
    prompt, *answers = messages
    assert prompt.content == f"prompt of {killed.name}"
    text = answers[0].content if answers else ""
    words = text.split()
    assert words == [f"w{number}" for number in range(len(words))], "not what was sent"
    allowed_s = MAY_BE_LOST_S + killed.words.longest_pause(killed.killed_at)
    allowed_s += killed.stood_still_s
    due = killed.words.sent_before(killed.killed_at - allowed_s)
    assert len(words) >= due, f"{due - len(words)} words more than {allowed_s:.2f} s were lost"
    if answers:
        assert answers[0].status is MessageStatus.INTERRUPTED


@pytest.mark.timeout(3_600)
def test_killed_at_any_moment_nothing_is_damaged_and_half_a_second_of_text_is_lost_at_most(
    provider_server: ProviderServer,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    soak: bool,
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    chance = random.Random()
    for number in range(ROUNDS_OF_A_SOAK if soak else ROUNDS):
        names = [f"s{number}-{each}" for each in range(AT_ONCE)]
        killed = kill_all_at_their_moments(names, provider_server, tmp_path, chance)
        with closing(sqlite3.connect(paths.database_file())) as database:
            assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        stored = asyncio.run(stored_answers(names))
        for program in killed:
            is_kept(program, stored[program.name])
        goes_on(killed[number % AT_ONCE], stored, provider_server)
    with closing(sqlite3.connect(paths.database_file())) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def goes_on(killed: Killing, stored: dict[str, list[Message]], server: ProviderServer) -> None:
    """The session is opened again by name, and what is sent then no provider refuses."""
    server.script(answer("It goes on."))
    ended = run_program("-m", "openai/anything", "-s", killed.name, "-p", "go on")
    assert (ended.code, ended.out) == (0, "It goes on.\n"), ended.err
    body = server.requests[-1].body
    assert complaints(body) == []
    text = "".join(m.content for m in stored[killed.name] if m.role == "assistant").strip()
    assert text in str(body["messages"])
