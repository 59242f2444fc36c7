"""What is copied reaches a clipboard, or a file that is named."""

import base64
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.conftest import Open
from tests.provider_server import ProviderServer, answer
from tests.pseudo_terminal import Terminal
from tyler_tui.tui import clipboard

SOURCE = "Some **Markdown** with 日本"


@pytest.fixture(autouse=True)
def far_from_the_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clipboard of whoever runs the tests stays as it is."""
    monkeypatch.setenv("SSH_CONNECTION", "127.0.0.1 1 127.0.0.1 22")
    monkeypatch.delenv("TMUX", raising=False)


def copied(terminal: Terminal) -> str | None:
    """What the terminal was last told to put on its clipboard."""
    found = re.findall(rb"\x1b\]52;c;([^\a]*)\a", terminal.output)
    return base64.b64decode(found[-1]).decode() if found else None


def test_a_copy_goes_through_the_terminal_as_the_source(
    open_chat: Open, served: ProviderServer
) -> None:
    served.script(answer(SOURCE))
    with open_chat("-m", "openai/anything", "hello") as terminal:
        terminal.wait_for("with 日本")
        terminal.wait_for("ready")
        terminal.send("ctrl+y")
        terminal.wait_for("through the terminal")
        terminal.wait_until(lambda: copied(terminal) == SOURCE)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_tmux_gets_it_into_its_buffer(
    open_chat: Open,
    served: ProviderServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TMUX_TMPDIR", str(tmp_path))
    subprocess.run(["tmux", "new-session", "-d", "sleep 600"], check=True)
    try:
        shown = subprocess.run(
            ["tmux", "display-message", "-p", "#{socket_path},#{pid},0"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        monkeypatch.setenv("TMUX", shown.stdout.strip())
        served.script(answer(SOURCE))
        with open_chat("-m", "openai/anything", "hello") as terminal:
            terminal.wait_for("with 日本", "ready")
            terminal.send("ctrl+y")
            terminal.wait_for("(to tmux)")
            terminal.wait_until(lambda: b"\x1bPtmux;\x1b\x1b]52;c;" in terminal.output)
        buffer = subprocess.run(["tmux", "show-buffer"], capture_output=True, check=True)
        assert buffer.stdout.decode() == SOURCE
    finally:
        subprocess.run(["tmux", "kill-server"], check=True)


def test_what_is_too_long_goes_into_a_file_of_the_users_own(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    text = "All work and no play.\n\n" * 5_000
    served.script(answer(text))
    with open_chat("-m", "openai/anything", "hello") as terminal:
        terminal.wait_for("no play", "ready")
        terminal.send("ctrl+y")
        terminal.wait_for("copied.md")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        assert b"\x1b]52;c;" not in terminal.output
    file = home / "copied.md"
    assert file.read_text("utf-8").rstrip() == text.rstrip()
    assert file.stat().st_mode & 0o777 == 0o600


def test_gnu_screen_gets_pieces_that_it_passes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "screen.xterm-256color")
    pieces = re.findall(r"\x1bP(.*?)\x1b\\", clipboard.terminal_sequence("x" * 3_000), re.DOTALL)
    assert all(len(piece) <= 768 for piece in pieces)
    encoded = re.fullmatch(r"\x1b\]52;c;(.*)\a", "".join(pieces), re.DOTALL)
    assert encoded is not None
    assert base64.b64decode(encoded[1]) == b"x" * 3_000


def test_a_lone_surrogate_can_be_copied() -> None:
    assert "TMUX" not in os.environ
    assert clipboard.terminal_sequence("\ud800")
