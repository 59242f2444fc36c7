"""Inside GNU screen, which has one screen for all, and takes italics for reverse video."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM
from tests.e2e.conftest import draft
from tests.pseudo_terminal import Terminal

SCREEN = shutil.which("screen")
pytestmark = pytest.mark.skipif(SCREEN is None, reason="GNU screen is not installed")


@pytest.fixture
def shell(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A shell in a screen of its own, which ends with the test."""
    for name in ("TMUX", "TMUX_PANE", "STY", "COLORTERM", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    with tempfile.TemporaryDirectory(prefix="scr-") as sockets:  # their paths must be short
        os.chmod(sockets, 0o700)
        monkeypatch.setenv("SCREENDIR", sockets)
        monkeypatch.setenv("PS1", "ready§ ")
        monkeypatch.setenv("PATH", f"{Path(PROGRAM).parent}:{os.environ['PATH']}")
        command = [SCREEN or "", "-U", "-S", "test", "-c", os.devnull, "-T", "screen-256color"]
        try:
            with Terminal(
                [*command, "bash", "--norc"], env=dict(os.environ), cwd=workspace
            ) as terminal:
                terminal.wait_for("ready§")
                yield terminal
        finally:
            subprocess.run([SCREEN or "", "-S", "test", "-X", "quit"], capture_output=True)


def test_an_answer_stands_upright_and_leaving_leaves_nothing_of_the_chat(shell: Terminal) -> None:
    shell.send("tyler-chat -m demo:fast", "enter")
    shell.wait_for("Ask anything")
    shell.send("a table", "enter")
    shell.wait_for("I am the demo", "ready ·")
    assert not shell.is_reversed("I am the demo")
    assert not shell.is_reversed("home")
    shell.send("ctrl+q")
    shell.wait_for("To go on with this session", "I am the demo", "ready§", without="ready ·")
    assert not shell.is_reversed("home")


def test_the_keys_and_the_mouse_get_through(shell: Terminal) -> None:
    shell.send("tyler-chat -m demo:fast", "enter")
    shell.wait_for("Ask anything")
    shell.send("words", "ctrl+a", "a", "more ")
    shell.wait_for(draft("more words"))
    shell.send("ctrl+j", "second")
    shell.wait_for("second")
    shell.send("enter")
    shell.wait_for("▸ thought", "ready ·")
    row = next(number for number, line in enumerate(shell.lines, 1) if "▸ thought" in line)
    shell.send(f"\x1b[<0;6;{row}M\x1b[<0;6;{row}m")
    shell.wait_for("▾ thought")
    shell.send("ctrl+q")
    shell.wait_for("To go on with this session")


def test_the_doctor_tells_what_screen_takes(shell: Terminal) -> None:
    shell.send("tyler-chat doctor | grep Ctrl+A", "enter")
    shell.wait_for("Ctrl+A is its own")
