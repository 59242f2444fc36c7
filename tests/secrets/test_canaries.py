"""Marked keys are looked for everywhere after a run of the real program: none is anywhere."""

import os
import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, run_program
from tests.provider_server import (
    Call,
    Finish,
    ProviderServer,
    Reply,
    Text,
    UsageChunk,
    answer,
    error,
)
from tests.pseudo_terminal import Terminal
from tests.secrets.crashing import CRASH
from tests.secrets.processes import command_lines
from tyler_tui import crash
from tyler_tui.export import FORMS

VARIABLES = (
    "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "MY_OWN_API_TOKEN",
    "ANTHROPIC_AUTH_TOKEN", "TYLER_CHAT_TOKEN",
)  # fmt: skip
PRINT_ALL = "env; echo; tr '\\\\0' '\\\\n' < /proc/$PPID/environ; cat .env; sleep 0.3"


@dataclass(frozen=True)
class Canaries:
    """A key of its own for each variable."""

    keys: dict[str, str]

    def found_in(self, data: bytes) -> list[str]:
        return [name for name, key in self.keys.items() if key.encode() in data]

    def are_not_below(self, folder: Path) -> None:
        files = [file for file in folder.rglob("*") if file.is_file()]
        assert files
        for file in files:
            assert self.found_in(file.read_bytes()) == [], file


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> Canaries:
    keys = {
        # One looks like a key, the others like nothing in particular.
        name: f"sk-{secrets.token_hex(20)}" if n == 0 else f"{secrets.token_hex(6)} {n:06d}"
        for n, name in enumerate(VARIABLES)
    }
    for name, key in keys.items():
        monkeypatch.setenv(name, key)
    return Canaries(keys)


@pytest.fixture
def workspace(tmp_path: Path, canaries: Canaries) -> Path:
    """A folder with a file of the user's that holds the keys."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    lines = [f"{name}={key}\n" for name, key in canaries.keys.items()]
    (folder / ".env").write_text("".join(lines), "utf-8")
    return folder


@pytest.fixture(autouse=True)
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    return provider_server


@pytest.mark.parametrize("reader", ["auto", "litellm"])
def test_no_key_is_anywhere_after_a_session_with_all_that_can_go_wrong(
    served: ProviderServer, canaries: Canaries, workspace: Path, home: Path, reader: str
) -> None:
    home.mkdir()
    (home / "config.toml").write_text(f'reader = "{reader}"\nretries = 0\n', "utf-8")
    key = canaries.keys["OPENAI_API_KEY"]
    all_keys = " ".join(canaries.keys.values())
    served.script(
        Reply([Call(0, "call_1", "command_line-run", f'{{"command": "{PRINT_ALL}"}}'),
               Call(1, "call_2", "files-read", '{"path": ".env"}'),
               Finish("tool_calls"), UsageChunk()]),
        answer("I saw it all."),
        error(401, f"Incorrect API key provided: {key}. You sent {all_keys}"),
        Reply([Text("Half of it"), Finish("content_filter")]),
    )  # fmt: skip
    arguments = ["-m", "openai/anything", "-s", "talk", "-y", "--debug"]
    recorded = workspace.parent / "recorded.jsonl"
    command = [PROGRAM, *arguments, "--record", str(recorded)]
    with Terminal(command, env=dict(os.environ), cwd=workspace) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("print it", "enter")
        terminal.wait_until(lambda: bool(served.requests))
        terminal.wait_for("command_line")
        assert not any(canaries.found_in(line) for line in command_lines())
        terminal.wait_for("I saw it all.")
        terminal.send("ctrl+o", "again", "enter")
        terminal.wait_for("refused")
        terminal.send("and again", "enter")
        terminal.wait_for("Half of it", "ready")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0

    assert served.requests[0].headers["authorization"] == f"Bearer {key}", "it was in use"
    sent = [str(request.body) for request in served.requests]
    assert "HOME=" in sent[1], "the command ran"
    assert sent[1].count("OPENAI_API_KEY=***") >= 2, "of the process, and of the file"
    assert not any(canaries.found_in(body.encode()) for body in sent)
    assert canaries.found_in(terminal.output) == []
    canaries.are_not_below(home)
    assert canaries.found_in(recorded.read_bytes()) == []
    exports = [
        ["export", "talk", "--format", form, *redact]
        for form in FORMS
        for redact in ([], ["--redact"])
    ]
    shown = [["sessions", "show", "talk"], ["search", "HOME", "--json"], ["models"], ["doctor"]]
    for words in (*shown, *exports):
        ended = run_program(*words)
        assert ended.code == 0 or words == ["doctor"]
        assert ended.out
        assert canaries.found_in((ended.out + ended.err).encode()) == []


def test_a_key_that_is_given_in_the_chat_reaches_no_command_and_no_file(
    served: ProviderServer, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    key = f"sk-{secrets.token_hex(20)}"
    call = Call(0, "call_1", "command_line-run", '{"command": "env; cat /proc/self/environ"}')
    served.script(Reply([call, Finish("tool_calls"), UsageChunk()]), answer("I saw it all."))
    command = [PROGRAM, "-m", "openai/anything", "-y", "--debug"]
    with Terminal(command, env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("/key openai", "enter")
        terminal.wait_for("OPENAI_API_KEY")
        terminal.send(key, "enter")
        terminal.wait_for("counts for this run")
        terminal.send("print it", "enter")
        terminal.wait_for("I saw it all.")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert served.requests[1].headers["authorization"] == f"Bearer {key}", "it was in use"
    assert "HOME=" in str(served.requests[1].body), "the command ran"
    assert "OPENAI_API_KEY" not in str(served.requests[1].body), "its environment has none"
    assert key.encode() not in terminal.output
    Canaries({"OPENAI_API_KEY": key}).are_not_below(home)


def test_a_password_in_an_address_is_neither_stored_nor_told(
    served: ProviderServer, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    password = secrets.token_hex(12)
    base = served.base_url.replace("http://", f"http://user:{password}@")
    monkeypatch.setenv("OPENAI_API_BASE", base)
    served.script(error(404, f"no such model at {base}"))
    ended = run_program("-m", "openai/anything", "-p", "hello", "--debug")
    assert ended.code != 0
    assert password not in ended.out + ended.err
    files = [file for file in home.rglob("*") if file.is_file()]
    assert files
    assert not any(password.encode() in file.read_bytes() for file in files)


def test_a_crash_shows_and_keeps_no_key_and_leaves_the_terminal_as_it_was(
    canaries: Canaries, workspace: Path, home: Path
) -> None:
    command = [sys.executable, "-c", CRASH]
    with Terminal(command, env=dict(os.environ), cwd=workspace) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("f1")
        assert terminal.wait_exit() == 1
        assert terminal.modes_now == terminal.modes_before
        assert "This is a fault of the program." in terminal.text
    assert b"Traceback" not in terminal.output
    assert canaries.found_in(terminal.output) == []
    canaries.are_not_below(home)
    (report,) = home.glob("crash-*.txt")
    assert "RuntimeError: bad header: " in report.read_text("utf-8")


def test_a_report_holds_no_password_of_the_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    password = secrets.token_hex(8)
    monkeypatch.setenv("TYLER_CHAT_DB", f"postgresql://me:{password}@db.example/x")
    error = RuntimeError(f"no way in with {password}")
    assert "no way in with ***" in (report := crash.report(error, datetime.now(UTC)))
    assert password not in report
