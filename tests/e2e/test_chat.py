"""The main job, as a user at a terminal does it."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Open, draft
from tests.provider_server import (
    CLOSED_WITHIN_S,
    Call,
    Finish,
    Hang,
    Pause,
    ProviderServer,
    Reply,
    Text,
    Thinking,
    UsageChunk,
    answer,
)
from tests.pseudo_terminal import KEYS

ANSWER = """## What I found

- a file called **README.md**

| name | size |
|------|-----:|
| 日本 | 12 |
"""


@pytest.mark.parametrize("reader", ["auto", "litellm"])
def test_stream_a_tool_cancel_quit_and_resume_by_name(
    open_chat: Open, served: ProviderServer, home: Path, reader: str
) -> None:
    home.mkdir()
    (home / "config.toml").write_text(f'reader = "{reader}"\n', "utf-8")
    served.script(
        Reply(
            [
                Thinking("The user wants to see the files."),
                Call(0, "call_1", "files-list", '{"path": "."}'),
                Finish("tool_calls"),
                UsageChunk(200, 20),
            ]
        ),
        Reply([Text(ANSWER, size=5), Finish(), UsageChunk(300, 40)]),
        Reply([Text("One, two, three and", size=4), Hang()]),
    )
    with open_chat("-m", "openai/anything", "-s", "trip") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("what is here?", "enter")
        shown = ("日本", "What I found", "✓ files-list", "thought for", "560 tok")
        terminal.wait_for(*shown, without=["##", "**"])
        assert [tool["function"]["name"] for tool in served.requests[0].body["tools"]]
        assert served.requests[1].body["messages"][-1]["role"] == "tool"
        assert "README.md" in served.requests[1].body["messages"][-1]["content"]

        terminal.send("count", "enter")
        terminal.wait_for("One, two, three and")
        pressed = time.monotonic()
        terminal.send("ctrl+c")
        assert served.wait_request(2).when_closed() - pressed < CLOSED_WITHIN_S
        terminal.wait_for("stopped", "One, two, three and")

        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        assert b"tyler-chat -r trip" in terminal.output
        assert terminal.modes_now == terminal.modes_before

    with open_chat("-r", "trip", "-m", "openai/anything") as terminal:
        terminal.wait_for(
            "trip", "what is here?", "What I found", "日本", "✓ files-list", "stopped"
        )
        terminal.wait_for("One, two, three and")
        served.script(answer("Gladly."))
        terminal.send("go on", "enter")
        terminal.wait_for("Gladly.")
        sent = served.requests[3].body["messages"]
        assert [message["role"] for message in sent[1:]] == [
            "user", "assistant", "tool", "assistant", "user", "assistant", "user",
        ]  # fmt: skip
        assert sent[-2]["content"] == "One, two, three and"


def test_a_kill_in_mid_answer_loses_next_to_nothing_and_the_session_reopens(
    open_chat: Open, served: ProviderServer
) -> None:
    saved = threading.Event()
    words = "".join(f"word{number} " for number in range(40))
    served.script(Reply([Text(words, size=7), Pause(saved), Text("and then ", size=3), Hang()]))
    with open_chat("-m", "openai/anything", "-s", "crash") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("talk", "enter")
        terminal.wait_for("word39")
        saved.set()
        terminal.wait_for("and then")
        # What was shown before the last checkpoint is safe; one is due every quarter second.
        until = time.monotonic() + 0.5
        terminal.read_until(until)
        os.kill(terminal.process.pid, signal.SIGKILL)
        terminal.process.wait()
    with open_chat("-r", "crash", "-m", "openai/anything") as terminal:
        terminal.wait_for("interrupted", "word39 and then")
        served.script(answer("Here I am again."))
        terminal.send("go on", "enter")
        terminal.wait_for("Here I am again.")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_restores_the_terminal_and_keeps_the_answer(
    open_chat: Open, served: ProviderServer, number: signal.Signals
) -> None:
    served.script(Reply([Text("Half of an answer", size=3), Hang()]))
    with open_chat("-m", "openai/anything", "-s", "ended") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("talk", "enter")
        terminal.wait_for("Half of an answer")
        os.kill(terminal.process.pid, number)
        assert terminal.wait_exit() == 128 + number
        assert terminal.modes_now == terminal.modes_before
        assert b"\x1b[?1049l" in terminal.output
        served.wait_request(0).when_closed()
    with open_chat("-r", "ended", "-m", "openai/anything") as terminal:
        terminal.wait_for("Half of an answer", "stopped")


def test_what_is_typed_while_an_answer_streams_is_queued_and_sent_behind_it(
    open_chat: Open, served: ProviderServer
) -> None:
    go_on = threading.Event()
    served.script(
        Reply([Text("First part", size=3), Pause(go_on), Text(" and the rest."), Finish()]),
        answer("The second answer."),
    )
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("one", "enter")
        terminal.wait_for("First part")
        terminal.send("two", "enter")
        terminal.wait_for("1 queued")
        go_on.set()
        terminal.wait_for("First part and the rest.", "The second answer.")


def test_ctrl_c_returns_the_queue_before_the_draft_and_never_leaves(
    open_chat: Open, served: ProviderServer
) -> None:
    served.script(Reply([Text("Endless", size=3), Hang()]))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("one", "enter")
        terminal.wait_for("Endless")
        terminal.send("queued words", "enter")
        terminal.wait_for("1 queued")
        terminal.send("a draft")
        terminal.wait_for("a draft")
        terminal.send(KEYS["ctrl+c"] * 3)
        terminal.wait_for("stopped", draft("queued words", "a draft"))
        terminal.send("!")
        screen = terminal.wait_for(draft("queued words", "a draft!"))
        assert "again to leave" not in screen


def test_ctrl_c_stops_the_answer_though_a_key_that_leads_away_came_with_it(
    open_chat: Open, served: ProviderServer
) -> None:
    served.script(Reply([Text("Endless", size=3), Hang()]))
    with open_chat("-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("one", "enter")
        terminal.wait_for("Endless")
        terminal.send(KEYS["ctrl+c"] + KEYS["ctrl+s"] + KEYS["escape"])
        terminal.wait_for("stopped")
        served.wait_request(0).when_closed()


def test_ctrl_c_twice_leaves_when_there_is_nothing_to_stop(open_chat: Open) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("a draft", "ctrl+c")
        terminal.wait_for("draft cleared")
        terminal.send("up")
        terminal.wait_for("a draft")
        terminal.send("ctrl+c")
        terminal.wait_for("draft cleared")
        terminal.send("ctrl+c")
        terminal.wait_for("again to leave")
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 0
        assert b"To go on" not in terminal.output
