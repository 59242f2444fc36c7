"""A long import at a terminal: how far it is, and Ctrl+C."""

import json
from pathlib import Path

from tests.cli.program import run_program
from tests.e2e.conftest import Open
from tests.importing.web_exports import chatgpt_conversation, node


def test_a_long_import_tells_how_far_it_is_and_goes_on_after_a_stop(
    open_chat: Open, tmp_path: Path
) -> None:
    conversations = [
        chatgpt_conversation(
            f"c-{number}", f"Talk {number}", node("u", None, "user", "Hello " * 200, time=1e9),
            head="u",
        )
        for number in range(1000)
    ]  # fmt: skip
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(conversations))
    with open_chat("import", str(path)) as terminal:
        terminal.wait_for("conversations.json:", "% ·", "sessions")
        terminal.send("ctrl+c")
        terminal.wait_for("Stopped.", "the same command goes on.")
        assert terminal.process.wait(timeout=30) == 130
        assert "% ·" not in terminal.text  # the line of progress is taken away
    done = len(json.loads(run_program("sessions", "list", "--json", "-n", "5000").out))
    assert 0 < done < 1000
    again = run_program("import", str(path))
    assert f"{1000 - done:,} added, {done:,} were there." in again.out
