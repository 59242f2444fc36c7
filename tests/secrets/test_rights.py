"""What the program writes is readable by its owner alone."""

import json
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, run_program, stored, thread_of
from tests.provider_server import (
    Call,
    Finish,
    ProviderServer,
    Reply,
    UsageChunk,
    answer,
)
from tests.pseudo_terminal import Terminal
from tests.secrets.crashing import CRASH
from tyler_tui import Message, paths
from tyler_tui.export import FORMS

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


@pytest.fixture
def folders(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each kind of file has a folder of its own below the home, and none is there yet."""
    monkeypatch.delenv("TYLER_CHAT_HOME")
    for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
    home.mkdir(mode=0o700)
    monkeypatch.setenv("TMPDIR", str(home / "tmp"))
    (home / "tmp").mkdir(mode=0o700)
    return home


def test_nothing_that_a_whole_run_leaves_behind_can_be_read_by_others(
    folders: Path,
    tmp_path: Path,
    provider_server: ProviderServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-nobody-in-particular")
    monkeypatch.setenv("SSH_CONNECTION", "127.0.0.1 1 127.0.0.1 22")  # not this desktop's clipboard
    monkeypatch.setenv(
        "VISUAL", f'sh -c \'cp "$0" {folders}/edited; cp -p "$0" {folders}/as-made\''
    )
    workspace, out = tmp_path / "workspace", folders / "out"
    for folder in (workspace, out):
        folder.mkdir(mode=0o700)
    (workspace / "seen.txt").write_text("what goes with a prompt", "utf-8")
    loose = ["sh", "-c", LOOSE, "sh"]

    def run(*arguments: str, command: str = PROGRAM, code: int = 0) -> str:
        ended = subprocess.run(
            [*loose, command, *arguments],
            cwd=workspace,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.returncode == code, ended.stderr
        return ended.stdout

    run("config", "init")
    run("mcp", "add", "mine", "--", "true")
    run("mcp", "remove", "mine")
    model = ("-m", "openai/anything", "--debug")
    recorded = out / "recorded.jsonl"
    run(*model, "-s", "told", "-f", "seen.txt", "--record", str(recorded), "-p", "hello")
    for form in FORMS:
        run("export", "told", "--format", form, "-o", str(out / f"told.{form}"))
    run("import", str(out / "told.json"))

    write = json.dumps({"path": "notes.md", "content": "of the project\n"})
    provider_server.script(
        Reply([Call(0, "c", "files-write", write), Finish("tool_calls"), UsageChunk()]),
        answer("Written."),
        answer("All work and no play.\n\n" * 5_000),
    )
    with Terminal(
        [*loose, PROGRAM, *model, "-s", "talk"], env=dict(os.environ), cwd=workspace
    ) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("write notes", "enter")
        terminal.wait_for("allow always")
        terminal.read_until(time.monotonic() + 1)  # single keys are not heard at once
        terminal.send("A")
        terminal.wait_for("Written.", "ready")
        terminal.send("and now much", "enter")
        terminal.wait_for("no play", "ready")
        terminal.send("ctrl+y")
        terminal.wait_for("copied.md")
        terminal.send("/theme tyler-light", "enter")
        terminal.send("a draft", "ctrl+g")
        terminal.wait_until((folders / "as-made").exists)
        terminal.wait_for("a draft")
        is_in_use = rights(folders)
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    with Terminal(
        [*loose, sys.executable, "-c", CRASH], env=dict(os.environ), cwd=workspace
    ) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("f1")
        assert terminal.wait_exit() == 1

    (folders / "edited").unlink()  # the editor's own copy
    names = {Path(name).name for name in (*is_in_use, *rights(folders))}
    assert {
        "config.toml", "sessions.db", "sessions.db-wal", "sessions.db-shm", "prompts.jsonl",
        "drafts", "rules.toml", "state.json", "copied.md", "debug.log", "recorded.jsonl", "as-made",
    } <= names  # fmt: skip
    assert any(name.startswith("crash-") for name in names)
    is_in_use.pop("edited", None)
    for found in (is_in_use, rights(folders)):
        wide = {name: oct(mode) for name, mode in found.items() if mode & 0o077}
        assert wide == {}
    assert (workspace / "notes.md").stat().st_mode & 0o777 == 0o666, (
        "a project's file is as its umask says"
    )
