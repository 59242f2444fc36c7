"""Line mode as someone at a terminal has it; a screen reader gets the same bytes."""

import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, latest, stored, thread_of
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
    answer,
)
from tests.pseudo_terminal import Terminal
from tyler_tui import Message

WITH_JOBS = ("setsid", "--ctty", "--wait")
"""As in a shell: keys send signals."""
WRITE = Call(0, "1", "files-write", '{"path": "notes.txt", "content": "one\\ntwo\\n"}')

Open = Callable[..., Terminal]


@pytest.fixture
def in_lines(workspace: Path, served: ProviderServer) -> Open:
    """Line mode on the scripted server; ACCESSIBLE is set unless the environment says otherwise."""

    def start(*arguments: str, **env: str) -> Terminal:
        environment = {**os.environ, "LANG": "C.UTF-8", "ACCESSIBLE": "1", **env}
        command = [*WITH_JOBS, PROGRAM, "-m", "openai/anything", *arguments]
        return Terminal(command, env=environment, cwd=workspace, columns=100, rows=200)

    return start


def ready(terminal: Terminal, label: str = "You:", count: int = 1) -> None:
    """Wait until lines are read behind `label`, for the time of that number."""
    terminal.wait_for(lambda text: len(re.findall(f"^{label}", text, re.MULTILINE)) >= count)


def prompts() -> list[str]:
    return [message.content for message in latest().messages if message.role == "user"]


def test_a_whole_conversation_without_one_escape_code(
    in_lines: Open, served: ProviderServer, workspace: Path
) -> None:
    stored(thread_of(Message("user", "whales?"), Message("assistant", "They sing."), name="sea"))
    served.script(
        Reply([Thinking("hm"), Text("I **write**."), WRITE, Finish("tool_calls")]),
        Reply([Text("## Done\n\nIt is `there`. \x1b[31m", size=4), Finish()]),
    )
    with in_lines() as terminal:
        ready(terminal)
        terminal.send("write notes, plaese", *["backspace"] * 5, "lease", "enter")
        ready(terminal, "Number:")
        terminal.wait_for(
            "May files-write run? write notes.txt",
            "New file notes.txt.\nAdded, 2 lines:\n  one\n  two\n1. Allow",
        )
        assert not (workspace / "notes.txt").exists()
        terminal.send("1", "enter")
        terminal.wait_for("Answer finished: 3 lines")
        ready(terminal, count=2)
        terminal.send("/sessions", "enter")
        ready(terminal, count=3)
        terminal.send("/switch sea", "enter")
        terminal.wait_for("They sing.")
        ready(terminal, count=4)
        terminal.send("/sw", "tab")
        terminal.wait_for("You: /switch")
        terminal.send("ctrl+c")
        terminal.wait_for("Cleared")
        terminal.send("up", "enter")
        terminal.wait_for("2 messages, this one")
        terminal.send("ctrl+d")
        assert terminal.wait_exit() == 0
        assert terminal.modes_now == terminal.modes_before
    assert "To go on with this session: tyler-chat -r sea" in terminal.text
    assert (workspace / "notes.txt").read_text() == "one\ntwo\n"
    assert b"\x1b" not in terminal.output
    assert "\x9b" not in terminal.output.decode()


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (["4"], "The user denied this call."),
        (["y", "", "7", "5", "not there"], "said: not there"),
        (["ctrl+d"], "The user denied this call."),
    ],
)
def test_a_denial_takes_a_word(
    in_lines: Open, served: ProviderServer, workspace: Path, answers: list[str], told: str
) -> None:
    served.script(Reply([WRITE, Finish("tool_calls")]), answer("A pity."))
    with in_lines() as terminal:
        ready(terminal)
        terminal.send("write", "enter")
        ready(terminal, "Number:")
        for number, typed in enumerate(answers, 2):
            terminal.send(*([typed] if typed == "ctrl+d" else [typed, "enter"]))
            if typed in ("y", "", "7"):
                ready(terminal, "Number:", number)
            elif typed == "5":
                terminal.wait_for("Your word to the model:")
        terminal.wait_for("A pity.")
    assert told in served.requests[1].body["messages"][-1]["content"]
    assert not (workspace / "notes.txt").exists()


def test_what_a_call_will_do_can_be_changed_and_is_asked_about_again(
    in_lines: Open, served: ProviderServer, workspace: Path
) -> None:
    served.script(Reply([WRITE, Finish("tool_calls")]), answer("Done."))
    with in_lines() as terminal:
        ready(terminal)
        terminal.send("write", "enter")
        ready(terminal, "Number:")
        terminal.send("6", "enter")
        terminal.wait_for("New path:")
        terminal.send("other.txt", "enter")
        terminal.wait_for("New content:")
        terminal.send('"""', "enter", "three", "enter", "four", "enter", '"""', "enter")
        terminal.wait_for("New file other.txt.\nAdded, 2 lines:\n  three\n  four")
        terminal.send("1", "enter")
        terminal.wait_for("Done.")
    assert (workspace / "other.txt").read_text() == "three\nfour"
    assert not (workspace / "notes.txt").exists()


def test_what_was_typed_before_a_question_answers_nothing_and_is_not_lost(
    in_lines: Open, served: ProviderServer, workspace: Path
) -> None:
    typed = threading.Event()
    served.script(
        Reply([Text("Wait.\n"), Pause(typed), WRITE, Finish("tool_calls")]),
        answer("A pity."),
        answer("One."),
    )
    with in_lines() as terminal:
        ready(terminal)
        terminal.send("write", "enter")
        terminal.wait_for("Wait.")
        terminal.send("1", "enter", "and then")
        terminal.wait_for("\nand then")
        typed.set()
        ready(terminal, "Number:")
        assert not (workspace / "notes.txt").exists()
        terminal.send("4", "enter")
        terminal.wait_for("A pity.")
        ready(terminal, r"You: 1\^Jand then")
        terminal.send(" that", "enter")
        terminal.wait_for("One.")
    assert prompts() == ["write", "1\nand then that"]
    assert not (workspace / "notes.txt").exists()


def test_ctrl_c_stops_the_answer_keeps_it_and_goes_on(
    in_lines: Open, served: ProviderServer
) -> None:
    served.script(
        Reply([Text("One.\nTwo and", size=3), Hang()]),
        Reply([WRITE, Finish("tool_calls")]),
        answer("Still here."),
    )
    with in_lines() as terminal:
        ready(terminal)
        terminal.send("count", "enter")
        terminal.wait_for("One.")
        pressed = time.monotonic()
        terminal.send("not sent yet", "ctrl+c")
        assert served.wait_request(0).when_closed() - pressed < CLOSED_WITHIN_S
        terminal.wait_for("Two and\nStopped after 2 lines; that is kept.")
        ready(terminal, "You: not sent yet")
        terminal.send("ctrl+u", "write", "enter")
        ready(terminal, "Number:")
        terminal.send("ctrl+c")
        terminal.wait_for("Stopped.")
        ready(terminal, count=3)
        terminal.send("hello?", "enter")
        terminal.wait_for("Still here.")
        ready(terminal, count=4)
        terminal.send("ctrl+c")
        terminal.wait_for("Ctrl+C again leaves")
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 0
        assert terminal.modes_now == terminal.modes_before
    contents = [(m.role, m.content, m.status) for m in latest().messages]
    assert ("assistant", "One.\nTwo and", "cancelled") in contents
    assert prompts() == ["count", "write", "hello?"]


def test_ctrl_c_clears_all_lines_of_a_prompt_and_up_brings_them_back(
    in_lines: Open, served: ProviderServer
) -> None:
    served.script(answer("Yes."))
    with in_lines() as terminal:
        ready(terminal)
        terminal.send("one \\", "enter")
        ready(terminal, "More:")
        terminal.send("two")
        ready(terminal, "More: two")
        terminal.send("ctrl+c")
        terminal.wait_for("Cleared")
        ready(terminal, count=2)
        terminal.send("up")
        ready(terminal, r"You: one \^Jtwo")
        terminal.send("enter")
        terminal.wait_for("Yes.")
    assert prompts() == ["one \ntwo"]


def test_ctrl_z_suspends_and_what_was_typed_is_still_there(
    in_lines: Open, served: ProviderServer, workspace: Path
) -> None:
    served.script(answer("Yes."))
    environment = {**os.environ, "ACCESSIBLE": "1", "PS1": "$ "}
    shell = ["setsid", "--ctty", "--wait", "bash", "--norc", "-i"]
    with Terminal(shell, env=environment, cwd=workspace, columns=100) as terminal:
        ready(terminal, r"\$")
        terminal.send(f"{PROGRAM} -m openai/anything", "enter")
        ready(terminal)
        terminal.send("half a")
        ready(terminal, "You: half a")
        terminal.send("ctrl+z")
        terminal.wait_for("Stopped")
        terminal.send("fg", "enter")
        ready(terminal, "You: half a", 2)
        terminal.send("x", "backspace", " line", "enter")
        terminal.wait_for("Answer finished")
    assert prompts() == ["half a line"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_keeps_the_partial_answer_and_gives_back_the_terminal(
    in_lines: Open, served: ProviderServer, workspace: Path, number: signal.Signals
) -> None:
    served.script(Reply([Text("One.\nTwo and"), Hang()]))  # seen in part, it is all there
    environment = {**os.environ, "ACCESSIBLE": "1"}
    command = [PROGRAM, "-m", "openai/anything"]
    with Terminal(command, env=environment, cwd=workspace) as terminal:
        ready(terminal)
        terminal.send("count", "enter")
        terminal.wait_for("One.")
        terminal.process.send_signal(number)
        assert terminal.wait_exit() == 130
        assert terminal.modes_now == terminal.modes_before
    assert latest().messages[-1].content == "One.\nTwo and"
    with Terminal(command, env=environment, cwd=workspace) as terminal:
        ready(terminal)
        terminal.send("half a line")
        terminal.wait_for("You: half a line")
        terminal.process.send_signal(number)
        assert terminal.wait_exit() == 0
        assert terminal.modes_now == terminal.modes_before


def test_a_paste_of_several_lines_is_one_prompt(in_lines: Open, served: ProviderServer) -> None:
    served.script(answer("One."), answer("Two."))
    with in_lines() as terminal:
        ready(terminal)
        terminal.send("first\rsecond\r\rthird\r")
        terminal.wait_for("Pasted, 4 lines.")
        terminal.wait_for("One.")
        ready(terminal, count=2)
        terminal.send("a\rb")
        terminal.wait_for("More: b")
        terminal.send("c", "enter")
        terminal.wait_for("Two.")
    assert prompts() == ["first\nsecond\n\nthird", "a\nbc"]


def test_where_the_terminal_can_a_paste_comes_marked_and_notes_are_dim(
    in_lines: Open, served: ProviderServer
) -> None:
    served.script(answer("One."))
    with in_lines("--plain", ACCESSIBLE="") as terminal:
        ready(terminal)
        terminal.send("\x1b[200~first\nsecond\x1b[201~")
        terminal.send("enter")
        terminal.wait_for("One.")
        terminal.wait_for("Answer finished")
    assert prompts() == ["first\nsecond"]
    assert b"\x1b[2mAnswer finished" in terminal.output


def test_without_colours_notes_are_plain(in_lines: Open, served: ProviderServer) -> None:
    served.script(answer("One."))
    with in_lines("--plain", ACCESSIBLE="", NO_COLOR="1") as terminal:
        ready(terminal)
        terminal.send("hello", "enter")
        terminal.wait_for("Answer finished")
    assert not re.search(rb"\x1b\[[0-9;]*m", terminal.output)


def test_where_the_question_would_not_be_seen_it_is_not_asked(
    served: ProviderServer, workspace: Path
) -> None:
    served.script(Reply([WRITE, Finish("tool_calls")]), answer("A pity."))
    script = f"{PROGRAM} --plain -m openai/anything write > said"
    command = [*WITH_JOBS, "bash", "-c", script]
    with Terminal(command, env=dict(os.environ), cwd=workspace) as terminal:
        served.wait_request(1)
        terminal.send("ctrl+d")
        assert terminal.wait_exit() == 0
    assert "Nobody is there to ask about files-write" in (workspace / "said").read_text()
    assert not (workspace / "notes.txt").exists()


def test_prompts_are_remembered_with_those_of_the_full_screen(
    in_lines: Open, served: ProviderServer, home: Path
) -> None:
    served.fallback = answer("Yes.")
    home.mkdir()
    (home / "prompts.jsonl").write_text(json.dumps("from before") + "\n")
    with in_lines() as terminal:
        ready(terminal)
        terminal.send("up")
        terminal.wait_for("You: from before")
        terminal.send(" and after", "enter")
        terminal.wait_for("Yes.")
    lines = (home / "prompts.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == ["from before", "from before and after"]


def test_a_dumb_terminal_gets_line_mode_and_is_told_why(
    in_lines: Open, served: ProviderServer
) -> None:
    with in_lines(ACCESSIBLE="", TERM="dumb") as terminal:
        ready(terminal)
        assert "line mode. This terminal cannot show the full screen." in terminal.text
        terminal.send("ctrl+d")
        assert terminal.wait_exit() == 0
    assert b"\x1b" not in terminal.output


def test_a_session_is_chosen_from_a_list(in_lines: Open, served: ProviderServer) -> None:
    stored(thread_of(Message("user", "whales?"), Message("assistant", "They sing."), name="sea"))
    with in_lines("-r") as terminal:
        ready(terminal, "Number of the session")
        terminal.send("2", "enter")
        terminal.wait_for("Type a number from 1 to 1")
        terminal.send("1", "enter")
        terminal.wait_for("They sing.")
        ready(terminal)


def test_where_no_model_is_set_up_one_is_chosen(workspace: Path) -> None:
    environment = {**os.environ, "ACCESSIBLE": "1"}
    with Terminal([PROGRAM], env=environment, cwd=workspace, rows=60) as terminal:
        ready(terminal, "Number of the model")
        terminal.send("1", "enter")
        ready(terminal)
        terminal.send("hello", "enter")
        terminal.wait_for("Answer finished")
