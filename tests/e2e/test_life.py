"""What happens to the process: its terminal changes, goes away, or sends it off."""

import asyncio
import operator
import os
import random
import signal
import subprocess
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from tests.bench import stored
from tests.bench.processes import cpu_s
from tests.cli.program import PROGRAM, run_program
from tests.e2e.conftest import Open
from tests.provider_server import (
    Finish,
    Hang,
    Pause,
    ProviderServer,
    Received,
    Reply,
    Step,
    Text,
    answer,
)
from tests.pseudo_terminal import Terminal
from tyler_tui import Message, MessageStatus, ThreadStore, paths

WORDS = [f"word{number}" for number in range(400)]


def storm(terminal: Terminal, count: int, seed: int) -> None:
    """Sizes that a window has while its corner is dragged, and some that nobody expects."""
    chance = random.Random(seed)
    for _ in range(count):
        columns, rows = chance.choice([(1, 1), (2, 50), (200, 2), (500, 200), (81, 25), (40, 12)])
        terminal.resize(columns + chance.randrange(3), rows + chance.randrange(3))
        terminal.read_until(time.monotonic() + 0.002)
    terminal.resize(100, 30)


def test_a_storm_of_resizes_while_it_starts_and_while_text_streams(
    open_chat: Open, served: ProviderServer
) -> None:
    go_on = threading.Event()
    first, rest = " ".join(WORDS[:300]) + " ", " ".join(WORDS[300:])
    steps: list[Step] = [Text(first, size=3), Pause(go_on), Text(rest, size=3), Finish()]
    served.script(Reply(steps, rate=400))
    with open_chat("-m", "openai/anything") as terminal:
        storm(terminal, 60, seed=1)
        terminal.wait_for("Ask anything")
        terminal.send("count", "enter")
        terminal.wait_until(lambda: bool(served.requests))  # all those sizes are being drawn yet
        storm(terminal, 150, seed=2)
        go_on.set()
        terminal.wait_for("word399", "ready ·", lambda _: "F1 keys" in terminal.lines[29])
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        assert terminal.modes_now == terminal.modes_before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
@pytest.mark.parametrize("seconds", [0.0, 0.15, 0.3, 0.6])
def test_a_signal_at_any_moment_of_the_start_ends_it_and_restores_the_terminal(
    open_chat: Open, number: signal.Signals, seconds: float
) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.read_until(time.monotonic() + seconds)
        terminal.process.send_signal(number)
        assert terminal.wait_exit() in (128 + number, -number)
        assert terminal.modes_now == terminal.modes_before
        assert terminal.output.count(b"\x1b[?1049h") == terminal.output.count(b"\x1b[?1049l")
        assert b"Traceback" not in terminal.output


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("ctrl+s", "to find what was said"),
        ("ctrl+p", "Type what you want"),
        ("f1", "Keys and commands"),
        ("ctrl+l", "any LiteLLM name"),
    ],
)
def test_a_signal_ends_it_whatever_stands_on_the_screen(
    open_chat: Open, key: str, shown: str
) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("hello", "enter")
        terminal.wait_for("set up a real model", "ready ·")
        terminal.send(key)
        terminal.wait_for(shown)
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.wait_exit() == 128 + signal.SIGTERM
        assert terminal.modes_now == terminal.modes_before


def test_a_terminal_that_is_closed_ends_it_and_keeps_the_answer(
    open_chat: Open, served: ProviderServer
) -> None:
    served.script(Reply([Text("Half of an answer", size=3), Hang()]))
    with open_chat("-m", "openai/anything", "-s", "closed") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("talk", "enter")
        terminal.wait_for("Half of an answer")
        terminal.hang_up()
        assert terminal.process.wait(60) == 128 + signal.SIGHUP
        served.wait_request(0).when_closed()
    with open_chat("-r", "closed", "-m", "openai/anything") as terminal:
        terminal.wait_for("Half of an answer", "stopped")
        served.script(answer("Here again."))
        terminal.send("go on", "enter")
        terminal.wait_for("Here again.")


def test_a_terminal_that_is_closed_without_a_signal_ends_it_too(
    workspace: Path, served: ProviderServer
) -> None:
    """As under `nohup`, or where the signal got lost: nothing runs on with nobody to see it."""
    served.script(Reply([Text("Half of an answer", size=3), Hang()]))
    command = ["sh", "-c", f"trap '' HUP; exec {PROGRAM} -m openai/anything -s closed"]
    with Terminal(command, env=dict(os.environ), cwd=workspace) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("talk", "enter")
        terminal.wait_for("Half of an answer")
        terminal.hang_up()
        assert terminal.process.wait(60) == 128 + signal.SIGHUP
        served.wait_request(0).when_closed()
    assert "Half of an answer" in run_program("sessions", "show", "closed").out


def test_stopped_and_continued_it_goes_on_where_it_was(
    open_chat: Open, served: ProviderServer
) -> None:
    go_on = threading.Event()
    served.script(Reply([Text("First half", size=3), Pause(go_on), Text(" and second"), Finish()]))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("go", "enter")
        terminal.wait_for("First half")
        terminal.process.send_signal(signal.SIGSTOP)
        go_on.set()
        terminal.send("typed meanwhile")
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for("First half and second", "> typed meanwhile")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_at_the_start_are_no_fault(
    home: Path, workspace: Path, closed: str
) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{PROGRAM} -m demo:fast -s closed -p list {closed}"],
        cwd=workspace,
        capture_output=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert (b"watch rather than ask" in done.stdout) is (">&-" not in closed.split())
    assert "watch rather than ask" in run_program("sessions", "show", "closed").out


def test_without_a_standard_input_it_says_what_it_needs(workspace: Path) -> None:
    command = ["sh", "-c", f"exec {PROGRAM} -m demo:fast <&-"]
    with Terminal(command, env=dict(os.environ), cwd=workspace) as terminal:
        assert terminal.wait_exit() == 2
        assert "prompt" in terminal.text
        assert terminal.modes_now == terminal.modes_before
    assert b"Traceback" not in terminal.output


@pytest.mark.parametrize("number", [signal.SIGPIPE, signal.SIGCONT, signal.SIGWINCH])
def test_a_signal_that_asks_for_nothing_changes_nothing(
    open_chat: Open, served: ProviderServer, number: signal.Signals
) -> None:
    go_on = threading.Event()
    served.script(Reply([Text("First half", size=3), Pause(go_on), Text(" and second"), Finish()]))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("go", "enter")
        terminal.wait_for("First half")
        terminal.process.send_signal(number)
        go_on.set()
        terminal.wait_for("First half and second")
        terminal.send("a draft")
        terminal.wait_for("> a draft")


def test_eight_sessions_stream_at_once_and_each_is_kept_whole(
    open_chat: Open, served: ProviderServer
) -> None:
    everywhere = threading.Event()
    text = " ".join(WORDS)

    def reply(received: Received) -> Reply:
        name = received.body["messages"][-1]["content"].rpartition(" ")[2]
        steps: list[Step] = [Text(f"Begun {name}. "), Pause(everywhere)]
        return Reply([*steps, Text(f"{text} {name}", size=4), Finish()], rate=400)

    names = [f"s{number}" for number in range(8)]
    served.script(*[reply] * len(names))
    with open_chat("-m", "openai/anything") as terminal:
        for number, name in enumerate(names):
            if number:
                terminal.send("ctrl+n")
                terminal.wait_for(lambda screen: "new session" in screen.partition("\n")[0])
            terminal.wait_for("Any model, in your terminal.")
            terminal.send(f"prompt of {name}", "enter")
            terminal.wait_for(f"Begun {name}.")
        everywhere.set()
        terminal.send("typed meanwhile")
        terminal.wait_for("> typed meanwhile")
        terminal.wait_for(
            lambda screen: "word399 s7" in screen and "ready ·" in screen, timeout_s=60
        )
        terminal.wait_for("7 answered")  # what was sent has been read, too
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    kept = asyncio.run(all_messages())
    assert sorted(message.content for message in kept if message.role == "assistant") == sorted(
        f"Begun {name}. {text} {name}" for name in names
    )
    assert {message.status for message in kept} == {MessageStatus.COMPLETE}


async def all_messages() -> list[Message]:
    async with await ThreadStore.create(paths.database_file()) as store:
        threads = [await store.get_thread(found.id) for found in await store.list_threads()]
        return [message for thread in threads for message in thread.messages]


def test_it_rests_when_nothing_happens(open_chat: Open) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Ask anything")
        spent = [cpu_s(terminal.process.pid)]
        while len(spent) < 2 or spent[-1] - spent[-2] > 0.1:
            assert len(spent) < 15, f"it does not come to rest: {spent}"
            terminal.read_until(time.monotonic() + 2.0)
            spent.append(cpu_s(terminal.process.pid))


async def test_a_session_of_twenty_thousand_messages_opens_scrolls_and_goes_on(
    open_chat: Open, served: ProviderServer
) -> None:
    await stored.fill(str(paths.database_file()), 20_000)
    served.script(answer("The next words."))
    with open_chat("-r", stored.SESSION, "-m", "openai/anything") as terminal:
        terminal.wait_for(stored.LAST_WORDS)
        terminal.send("ctrl+home")
        terminal.wait_for("question 0:")
        for _ in range(8):
            before = terminal.text
            terminal.send("pagedown")
            terminal.wait_for(partial(operator.ne, before))
        assert "question 0:" not in terminal.text
        terminal.send("ctrl+end")
        terminal.wait_for(stored.LAST_WORDS)
        terminal.send("go on", "enter")
        terminal.wait_for("The next words.")
        assert len(served.requests[0].body["messages"]) == 1 + 20_000 + 1
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
