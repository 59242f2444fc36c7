"""The real program in a pseudo-terminal, every field that it shows full of the corpus."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, stored, thread_of
from tests.hostile.corpus import ALL, ESCAPES, MARK, SHORT
from tests.hostile.terminal_bytes import unmeant
from tests.provider_server import (
    Call,
    Finish,
    ProviderServer,
    Reply,
    Text,
    Thinking,
    UsageChunk,
    answer,
    error,
    model_list,
)
from tests.pseudo_terminal import Terminal
from tyler_tui import Message, ToolCall

Open = Callable[..., Terminal]
PRINTING = "printf '" + "".join(f"\\{byte:03o}" for byte in ALL.encode()) + "'"
"""A command that writes the corpus, and is harmless to look at."""


def of_files(text: str) -> str:
    """`text` as a part of a path."""
    return text.replace("/", "_").replace("\0", "_")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A folder with files that are called like the texts of the corpus."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    for number, text in enumerate(SHORT.values()):
        name = of_files(text).encode("utf-8", "surrogatepass")[:200]
        (folder / os.fsdecode(b"%d " % number + name)).write_bytes(b"x")
    (folder / "hostile.txt").write_text(ALL, "utf-8")
    return folder


@pytest.fixture(autouse=True)
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    provider_server.models = model_list(ALL, *SHORT.values())
    provider_server.title = answer(ALL)
    return provider_server


@pytest.fixture
def open_chat(workspace: Path) -> Open:
    def start(*arguments: str) -> Terminal:
        command = [PROGRAM, "-m", "openai/anything", *arguments]
        return Terminal(command, env=dict(os.environ), cwd=workspace)

    return start


def calls(*named: tuple[str, dict[str, object]]) -> list[Call]:
    return [
        Call(number, f"call_{number}", name, json.dumps(arguments))
        for number, (name, arguments) in enumerate(named)
    ]


def script(served: ProviderServer) -> None:
    """An answer with every kind of tool call, then one of words, then errors of every kind."""
    asked = calls(
        ("files-read", {"path": "hostile.txt"}),
        ("files-read", {"path": ALL}),
        ("files-search", {"pattern": ALL, ALL: ALL}),
        (ALL, {ALL: ALL}),
        ("web-fetch", {"url": f"https://127.0.0.1/{ALL}"}),
        ("command_line-run", {"command": PRINTING}),
    )
    raw = json.dumps({"error": {"message": ALL, "type": ALL, "code": ALL}}).encode()
    served.script(
        Reply([Thinking(ALL), Text(ALL), *asked, Finish("tool_calls"), UsageChunk()]),
        Reply([Text(ALL, size=7), Finish(), UsageChunk()]),
        error(400, ALL, code=ALL),
        Reply(status=503, body=f"<html>{ALL}</html>".encode()),
        Reply(status=418, body=ALL.encode()),
        Reply(status=400, body=raw),
    )


def has_asked(served: ProviderServer, times: int) -> bool:
    return len(served.requests) >= times


def has_prompted(terminal: Terminal, times: int) -> bool:
    return terminal.output.count(b"You: ") >= times


def assert_harmless(terminal: Terminal) -> None:
    assert unmeant(terminal.output) == []


def test_an_answer_its_tools_and_its_errors(open_chat: Open, served: ProviderServer) -> None:
    script(served)
    with open_chat("-s", "talk", "--approval", "auto") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("go", "enter")
        terminal.wait_until(lambda: len(served.requests) == 2)
        terminal.wait_for("ready")
        for number in range(4):
            terminal.send(f"again {number}", "enter")
            terminal.wait_until(partial(has_asked, served, 3 + number))
            terminal.wait_for("ready")
        terminal.send("ctrl+home", "pagedown", "pagedown", "pagedown", "ctrl+end", "ctrl+o")
        terminal.send("ctrl+t", "enter", "down", "enter", "down", "enter")
        terminal.wait_for("arguments")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert_harmless(terminal)


def test_a_question_shows_what_would_run(open_chat: Open, served: ProviderServer) -> None:
    asked = calls(
        ("command_line-run", {"command": f"echo '{ALL}'".replace("\0", "")}),
        ("files-write", {"path": f"{of_files(ALL)[:40]}.txt", "content": ALL}),
        ("web-fetch", {"url": "https://example.com/?q=" + "a" * 400}),
    )
    served.script(Reply([*asked, Finish("tool_calls"), UsageChunk()]), answer(MARK))
    with open_chat() as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("go", "enter")
        terminal.wait_for("1 of 3")
        terminal.wait_for("$ echo")
        terminal.send("ctrl+c")
        terminal.wait_for("ready")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert_harmless(terminal)


def test_lists_of_sessions_models_files_and_prompts(open_chat: Open, workspace: Path) -> None:
    call = ToolCall("c1", ALL, {ALL: ALL})
    stored(
        *(
            thread_of(Message("user", text), Message("assistant", text), title=text)
            for text in SHORT.values()
        ),
        thread_of(
            Message("user", ALL),
            Message("assistant", ALL, tool_calls=[call], metrics={"model": ALL}),
            Message("tool", ALL, name=ALL, tool_call_id="c1"),
            title=ALL,
            name=f"needle {ALL}",
        ),
    )
    with open_chat("-s", "talk") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("ctrl+s")
        terminal.wait_for("needle")
        for _ in range(8):
            terminal.send("down")
        terminal.send(MARK)
        terminal.wait_for(f"{MARK}")
        terminal.send("enter")
        terminal.wait_for("tyler · needle")
        terminal.send("ctrl+l")
        terminal.wait_for("Reasoning", "openai/[")
        terminal.send("up", "up", "escape")
        terminal.wait_for("Ctrl+P commands", without="Reasoning")
        terminal.send("@")
        terminal.wait_for("0 [_foo]")
        for _ in range(6):
            terminal.send("down")
        terminal.send("escape", "ctrl+q")
        assert terminal.wait_exit() == 0
    assert_harmless(terminal)


def test_print_mode_at_a_terminal(open_chat: Open, served: ProviderServer) -> None:
    script(served)
    for _ in range(3):
        with open_chat("-p", "go", "--approval", "auto") as terminal:
            terminal.wait_exit()
        assert_harmless(terminal)


def test_line_mode_at_a_terminal(open_chat: Open, served: ProviderServer) -> None:
    script(served)
    lines = ["go", "/tools 1", "/thinking", "/sessions", "/model", "more", "/find z", "/quit"]
    with open_chat("--plain", "--approval", "auto") as terminal:
        for number, line in enumerate(lines, 1):
            terminal.wait_until(partial(has_prompted, terminal, number))
            terminal.send(line, "enter")
        terminal.wait_exit()
    assert "refused the request" in terminal.output.decode()
    assert_harmless(terminal)


@pytest.mark.parametrize(
    "arguments",
    [["sessions", "list"], ["sessions", "show", "needle"], ["search", MARK], ["models"]],
    ids=" ".join,
)
def test_commands_at_a_terminal(workspace: Path, arguments: list[str]) -> None:
    said = [Message("user", f"{MARK} {ALL}"), Message("assistant", ALL)]
    stored(
        thread_of(*said, title=ALL, name=f"needle {ALL}"),
        *(thread_of(Message("user", text), title=text) for text in ESCAPES.values()),
    )
    with Terminal([PROGRAM, *arguments], env=dict(os.environ), cwd=workspace) as terminal:
        assert terminal.wait_exit() == 0
    assert "[/foo]" in terminal.text or arguments == ["models"]
    assert_harmless(terminal)
