"""Questions before a call, at a real terminal."""

import time
from pathlib import Path

from tests.e2e.conftest import Open


def test_a_denial_with_a_word_reaches_the_model(open_chat: Open, workspace: Path) -> None:
    with open_chat("-m", "demo:fast", columns=80, rows=24) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("write notes", "enter")
        terminal.wait_for("+# Notes from tyler-chat")
        assert "Ask anything" in terminal.wait_for("deny and say")
        # The first half second belongs to keys that were meant for something else.
        terminal.read_until(time.monotonic() + 0.6)
        terminal.send("N")
        terminal.wait_for("why, or what to do instead")
        terminal.send("into docs/", "enter")
        terminal.wait_for("That was denied")
        terminal.send("ctrl+t")
        terminal.wait_for("⊘ files-write")
        terminal.send("ctrl+t", "ctrl+q")
        assert terminal.wait_exit() == 0
    assert not (workspace / "tyler-notes.md").exists()
