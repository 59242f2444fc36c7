"""Questions before a call, at a real terminal."""

import json
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import Open
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer


def test_a_denial_with_a_word_reaches_the_model(open_chat: Open, workspace: Path) -> None:
    with open_chat("-m", "demo:fast", columns=80, rows=24) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("write notes", "enter")
        terminal.wait_for("+# Notes from tyler-chat", "deny and say", "Ask anything")
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


def test_a_command_is_rewritten_in_the_users_editor_and_runs_as_it_was_shown_then(
    open_chat: Open,
    served: ProviderServer,
    workspace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nsed -i s/one/two/ "$1"\n')
    script.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(script))
    arguments = json.dumps({"command": "echo one >made"})
    served.script(
        Reply([Call(0, "c1", "command_line-run", arguments), Finish("tool_calls")]),
        answer("I see."),
    )
    with open_chat("-m", "openai/anything", columns=80, rows=24) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("go", "enter")
        terminal.wait_for("$ echo one >made")
        terminal.read_until(time.monotonic() + 0.6)
        terminal.send("ctrl+g")
        terminal.wait_for("Enter shows what it would do")
        terminal.send("ctrl+g")
        terminal.wait_for(lambda text: "echo two >made" in text and "$ echo" not in text)
        assert not (workspace / "made").exists()
        terminal.send("enter")
        terminal.wait_for("$ echo two >made", "your arguments")
        terminal.read_until(time.monotonic() + 0.6)
        terminal.send("y")
        terminal.wait_for("I see.")
        assert (workspace / "made").read_text() == "two\n"
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
