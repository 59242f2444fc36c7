"""Print mode where a person sits at the terminal: it renders, and it asks."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, latest
from tests.pseudo_terminal import Terminal
from tyler_tui.printer.asking import question

Open = Callable[..., Terminal]
NOTES = "tyler-notes.md"
WITH_JOBS = ("setsid", "--ctty", "--wait")
"""As in a shell: keys send signals, and there is a background."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "README.md").write_text("# Hello\n")
    return folder


@pytest.fixture
def printing(home: Path, workspace: Path) -> Open:
    environment = {"TYLER_CHAT_HOME": str(home), "LANG": "C.UTF-8"}

    def start(*arguments: str, program: tuple[str, ...] = (PROGRAM,)) -> Terminal:
        command = [*program, "-m", "demo:fast", "-p", *arguments]
        return Terminal(command, env=environment, cwd=workspace, rows=60, columns=100)

    return start


def asked(terminal: Terminal) -> None:
    """Wait until the question listens."""
    terminal.wait_for("\n>")


def test_the_answer_is_rendered_and_the_notes_stand_above_it(printing: Open) -> None:
    with printing("files") as terminal:
        assert terminal.wait_exit() == 0
        assert terminal.modes_now == terminal.modes_before
        lines = [line for line in terminal.lines if line]
    assert lines[0] == "Let me look."
    assert lines[1].startswith("● files-list")
    assert "Your workspace" in lines, "a heading has no marks"
    assert not any("**" in line for line in lines)
    assert "\x1b[2m● files-list " in terminal.output.decode()
    assert terminal.output.rfind(b"\x1b[?25h") > terminal.output.rfind(b"\x1b[?25l")


def test_a_terminal_that_can_do_nothing_gets_the_text_as_it_is(home: Path, workspace: Path) -> None:
    environment = {"TYLER_CHAT_HOME": str(home), "LANG": "C.UTF-8", "TERM": "dumb"}
    command = [PROGRAM, "-m", "demo:fast", "-p", "table"]
    with Terminal(command, env=environment, cwd=workspace, rows=60) as terminal:
        assert terminal.wait_exit() == 0
    assert "| " in terminal.text
    assert b"\x1b" not in terminal.output


def test_who_cannot_see_it_gets_no_escape_code(home: Path, workspace: Path) -> None:
    environment = {"TYLER_CHAT_HOME": str(home), "LANG": "C.UTF-8", "ACCESSIBLE": "1"}
    command = [PROGRAM, "-m", "demo:fast", "-p", "files"]
    with Terminal(command, env=environment, cwd=workspace, rows=60) as terminal:
        assert terminal.wait_exit() == 0
    assert "● files-list" in terminal.text
    assert b"\x1b" not in terminal.output


@pytest.mark.parametrize("answer", ["y", "YES", "a"])
def test_a_yes_lets_the_call_run(printing: Open, workspace: Path, answer: str) -> None:
    with printing("write notes") as terminal:
        asked(terminal)
        assert "+# Notes from tyler-chat" in terminal.text, "what will happen is shown"
        assert not (workspace / NOTES).exists()
        terminal.send(answer, "enter")
        assert terminal.wait_exit() == 0
    assert (workspace / NOTES).exists()
    assert "● files-write" in terminal.text


def test_always_is_kept_for_the_next_time(printing: Open, workspace: Path, home: Path) -> None:
    with printing("write notes") as terminal:
        asked(terminal)
        terminal.send("always", "enter")
        assert terminal.wait_exit() == 0
    assert 'allow = ["files-write"]' in (home / "rules.toml").read_text()
    (workspace / NOTES).unlink()
    with printing("write notes") as terminal:
        assert terminal.wait_exit() == 0
    assert (workspace / NOTES).exists()


@pytest.mark.parametrize(
    ("typed", "told"),
    [("", "The user denied this call."), ("n", "The user denied this call."),
     ("yes but not there", "said: yes but not there"), ("ctrl+d", "The user denied this call.")],
)  # fmt: skip
def test_all_else_is_a_no(
    printing: Open, workspace: Path, monkeypatch: pytest.MonkeyPatch, home: Path,
    typed: str, told: str,
) -> None:  # fmt: skip
    with printing("write notes") as terminal:
        asked(terminal)
        terminal.send(*([typed] if typed else []), *([] if typed == "ctrl+d" else ["enter"]))
        assert terminal.wait_exit() == 0
    assert not (workspace / NOTES).exists()
    monkeypatch.setenv("TYLER_CHAT_HOME", str(home))
    assert told in next(m.content for m in latest().messages if m.role == "tool")


def test_what_was_typed_before_the_question_answers_nothing(
    printing: Open, workspace: Path
) -> None:
    with printing("write notes") as terminal:
        terminal.send("y", "enter")
        terminal.wait_for("? files-write")
        terminal.send("y", "enter")
        asked(terminal)
        assert not (workspace / NOTES).exists()
        terminal.send("n", "enter")
        assert terminal.wait_exit() == 0
    assert not (workspace / NOTES).exists()


def test_ctrl_c_at_the_question_stops_all(printing: Open, workspace: Path) -> None:
    with printing("write notes", program=(*WITH_JOBS, PROGRAM)) as terminal:
        asked(terminal)
        terminal.send("ctrl+c")
        assert terminal.wait_exit() == 130
        assert terminal.modes_now == terminal.modes_before
    assert re.search(r"^stopped$", terminal.text, re.MULTILINE)
    assert not (workspace / NOTES).exists()


@pytest.mark.parametrize("redirection", ["</dev/null", ">answer", "2>notes", "&\nwait"])
def test_where_no_one_can_see_and_answer_it_is_denied(
    printing: Open, workspace: Path, redirection: str
) -> None:
    script = f'"$@" {redirection}'
    with printing(
        "write notes", program=(*WITH_JOBS, "bash", "-mc", script, "sh", PROGRAM)
    ) as terminal:
        assert terminal.wait_exit() == 0
    assert not (workspace / NOTES).exists()
    assert "? files-write" not in terminal.text


def test_a_question_is_text_whatever_it_is_about() -> None:
    asked_about = question({
        "tool_name": "t\x1b[2J", "summary": "does\nthis\x9b", "preview": "a\x1b]0;x\x07\n\u202eb",
        "session": "s\nt", "always": "", "number": 2, "count": 3,
    })  # fmt: skip
    assert asked_about.replace("\n", "").isprintable()
    assert "? t␛[2J does this (2 of 3)" in asked_about
    assert "always" not in asked_about


def test_the_pipe_gets_plain_text_though_the_notes_go_to_a_terminal(
    home: Path, workspace: Path
) -> None:
    ended = subprocess.run(
        [PROGRAM, "-m", "demo:fast", "-p", "table"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=workspace,
        env={**os.environ, "TYLER_CHAT_HOME": str(home)},
        timeout=60,
    )
    assert b"\x1b" not in ended.stdout
    assert b"|" in ended.stdout
