"""What the program writes is readable by its owner alone."""

import os
import stat
import time
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, run_program, stored, thread_of
from tests.pseudo_terminal import Terminal
from tyler_tui import Message, paths

LOOSE = 'umask 000; exec "$@"'


def rights(folder: Path) -> dict[str, int]:
    """Of the folder and all in it."""
    found = [folder, *folder.rglob("*")]
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in found}


def expected(folder: Path) -> dict[str, int]:
    found = [folder, *folder.rglob("*")]
    return {str(path.relative_to(folder)): 0o700 if path.is_dir() else 0o600 for path in found}


def test_under_a_loose_umask_files_are_0600_and_folders_0700(home: Path, tmp_path: Path) -> None:
    recorded = tmp_path / "private.jsonl"
    command = ["sh", "-c", LOOSE, "sh", PROGRAM, "-m", "demo:fast", "--debug"]
    command += ["--record", str(recorded)]
    with Terminal(command, env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("a table", "enter")
        terminal.wait_for("Jupiter", "ready")
        written = {"sessions.db", "sessions.db-wal", "debug.log", "prompts.jsonl"}
        terminal.wait_until(lambda: written <= set(rights(home)))
        assert rights(home) == expected(home)
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert rights(home) == expected(home)
    assert stat.S_IMODE(recorded.stat().st_mode) == 0o600


@pytest.mark.parametrize("wide", [0o644, 0o666])
def test_files_that_came_with_wider_rights_are_closed_and_a_folder_that_was_there_is_left(
    home: Path, wide: int
) -> None:
    stored(thread_of(Message("user", "private"), name="talk"))
    paths.log_file().touch()
    for file in home.iterdir():
        file.chmod(wide)
    home.chmod(0o755)
    assert run_program("-m", "demo:fast", "-s", "talk", "-p", "a table", "--debug").code == 0
    assert rights(home) == expected(home) | {".": 0o755}


def test_what_is_written_in_the_chat_is_private_too(home: Path, tmp_path: Path) -> None:
    """Exports, rules, remembered choices, drafts and the file that stands in for a clipboard."""
    command = ["sh", "-c", LOOSE, "sh", PROGRAM, "-m", "demo:fast", "-s", "talk"]
    with Terminal(command, env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("write notes", "enter")
        terminal.wait_for("allow always")
        terminal.read_until(time.monotonic() + 1)  # single keys are not heard at once
        terminal.send("A")
        terminal.wait_until((home / "rules.toml").exists)
        terminal.wait_for("ready")
        for form in ("md", "html", "json", "svg"):
            terminal.send(f"/export talk.{form}", "enter")
            terminal.wait_until((tmp_path / f"talk.{form}").exists)
        terminal.send("/theme tyler-light", "enter")
        terminal.send("a draft that is not sent")
        terminal.wait_for("a draft that is not sent")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    kept = rights(home)
    assert {"rules.toml", "drafts"} <= set(kept)
    assert kept == expected(home)
    exports = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.glob("talk.*")}
    assert exports == dict.fromkeys(("talk.md", "talk.html", "talk.json", "talk.svg"), 0o600)


def test_an_export_that_is_written_over_keeps_the_rights_that_it_was_given(tmp_path: Path) -> None:
    stored(thread_of(Message("user", "private"), name="talk"))
    shared = tmp_path / "shared.md"
    assert run_program("export", "talk", "-o", str(shared)).code == 0
    shared.chmod(0o644)
    assert run_program("export", "talk", "-o", str(shared), "--overwrite").code == 0
    assert stat.S_IMODE(shared.stat().st_mode) == 0o644
