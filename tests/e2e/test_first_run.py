"""A stranger's first minute: no key, no model, no config."""

import time
from pathlib import Path

from tests.e2e.conftest import Open
from tests.provider_server import ProviderServer, answer


def test_enter_takes_the_demo_which_looks_at_real_files_and_asks_before_it_writes(
    open_chat: Open, workspace: Path
) -> None:
    with open_chat() as terminal:
        terminal.wait_for("Try the demo")
        terminal.send("enter", "enter")
        terminal.wait_for("Any model, in your terminal")
        terminal.send("hello", "enter")
        terminal.wait_for("✓ files-read", "ready")
        terminal.send("write notes", "enter")
        terminal.wait_for("allow once")
        # The first half second belongs to keys that were meant for something else.
        terminal.read_until(time.monotonic() + 0.6)
        terminal.send("y")
        terminal.wait_for("✓ files-write")
        assert "Notes" in (workspace / "tyler-notes.md").read_text("utf-8")


def test_a_server_on_this_machine_is_offered(open_chat: Open, served: ProviderServer) -> None:
    served.script(answer("Hello from the server."))
    with open_chat() as terminal:
        terminal.wait_for("local-model")
        terminal.send("down", "enter")
        terminal.wait_for("Any model, in your terminal")
        terminal.send("hi", "enter")
        terminal.wait_for("Hello from the server.")
        assert served.requests[0].body["model"] == "local-model"


def test_a_pasted_key_is_used_but_never_drawn_or_kept(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    key = "sk-abcdefghijklmnopqrst"
    served.script(answer("Hello from the server."))
    with open_chat() as terminal:
        terminal.wait_for("Paste a key…")
        terminal.wait_for("local-model")
        terminal.send("down", "down", "enter")
        terminal.wait_for("A key for this run")
        terminal.send(f"\x1b[200~{key}\n\x1b[201~")
        terminal.wait_for("export OPENAI_API_KEY=…")
        terminal.send("enter")
        terminal.wait_for("Any model, in your terminal")
        terminal.send("hi", "enter")
        terminal.wait_for("Hello from the server.")
        assert served.requests[0].headers["authorization"] == f"Bearer {key}"
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        assert key.encode() not in terminal.output
    kept = [
        file for file in home.rglob("*") if file.is_file() and key.encode() in file.read_bytes()
    ]
    assert kept == []


def test_escape_leaves(open_chat: Open) -> None:
    with open_chat() as terminal:
        terminal.wait_for("Try the demo")
        terminal.send("escape")
        assert terminal.wait_exit() == 0
        assert terminal.modes_now == terminal.modes_before
