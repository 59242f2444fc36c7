"""Each example, run in this process against the provider on loopback; what it printed is looked at.

Those that a signal or a browser drives are in `test_example_programs.py`.
"""

import ast
import asyncio
import io
import re
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import tyler_tui
from tests.provider_server import (
    Call,
    Finish,
    Hang,
    Pause,
    ProviderServer,
    Received,
    Reply,
    Text,
    Thinking,
    UsageChunk,
    answer,
    error,
)
from tests.tools.web_server import WebServer
from tyler_tui import examples

NAMES = re.findall(r"^(\w+)  +\S", examples.__doc__ or "", re.MULTILINE)
FOLDER = Path(examples.__file__).parent
FORBIDDEN = "\x1b]0;owned\x07"
"""A model's attempt at the title of the terminal."""


@pytest.fixture(autouse=True)
def model(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The model is the server's, and the current folder an empty one."""
    monkeypatch.setenv("TYLER_CHAT_MODEL", "openai/local-model")
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)


def example(name: str) -> Any:
    return import_module(f"tyler_tui.examples.{name}")


def calling(tool: str, arguments: str, *, text: str = "", id: str = "c1") -> Reply:
    said = [Text(text)] if text else []
    return Reply([*said, Call(0, id, tool, arguments), Finish("tool_calls"), UsageChunk()])


def test_the_list_of_examples_is_that_of_the_files() -> None:
    assert sorted(NAMES) == sorted(path.stem for path in FOLDER.glob("[!_]*.py"))


@pytest.mark.parametrize("path", sorted(FOLDER.glob("[!_]*.py")), ids=lambda path: path.stem)
def test_an_example_uses_public_names_alone(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = {n.module: n.names for n in imports if n.module and n.module.startswith("tyler_tui")}
    ours.pop("tyler_tui.examples._running", None)  # asyncio.run, but for closed pipes
    assert set(ours) <= {"tyler_tui", "tyler_tui.sanitize", "tyler_tui.tools"}
    assert {name.name for name in ours.get("tyler_tui", [])} <= set(tyler_tui.__all__)


def test_basic_streaming(
    provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    provider_server.script(answer(f"Far away.{FORBIDDEN}"))
    asyncio.run(example("basic_streaming").main("A story"))
    assert capsys.readouterr().out == "🤖 Assistant: Far away.␛]0;owned\n"


def test_basic_streaming_tells_of_a_failure(
    provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    provider_server.script(error(401, "bad key"))
    asyncio.run(example("basic_streaming").main("A story"))
    assert "❌ The key for openai/local-model was refused" in capsys.readouterr().out


def test_all_events(provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]) -> None:
    Path("notes.txt").write_text("tea")
    listing = calling("files-list", "{}", text="Let me look.")
    provider_server.script(Reply([Thinking("Hm."), *listing.steps]), answer("There are notes."))
    asyncio.run(example("all_events").main("What is here?"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[2:8] == [
        "Hm.",
        "Let me look.",
        "📨 tool_calls, 15 tokens",
        "💬 assistant message: Let me look.",
        "🔧 Calling tool: files-list {}",
        "· tool_executing {'tool_name': 'files-list', 'tool_call_id': 'c1'}",
    ]
    assert re.fullmatch(r"   → notes.txt 3 \(\d+ ms\)", lines[8])
    assert lines[9] == "💬 tool message: notes.txt 3"
    assert "There are notes." in lines
    assert re.fullmatch(r"✅ Complete in \d+ ms, 30 tokens", lines[-1])


@pytest.mark.parametrize(
    ("typed", "told"),
    [("y\n", "   Result: Created a.txt"), ("\n", "   Failed: The user denied this call.")],
)
def test_streaming_with_tools_asks_before_it_writes(
    typed: str,
    told: str,
    provider_server: ProviderServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    provider_server.script(
        calling("files-write", '{"path": "a.txt", "content": "tea"}'), answer("Done.")
    )
    asyncio.run(example("streaming_with_tools").main("Write"))
    out = capsys.readouterr().out
    assert "🔧 Using files-write..." in out
    assert "✋ write a.txt" in out
    assert "+tea" in out
    assert told in out
    assert Path("a.txt").exists() == bool(typed.strip())


def test_streaming_with_tools_runs_a_function_of_ones_own(
    provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    provider_server.script(
        calling("weekday", '{"year": 2000, "month": 1, "day": 1}'), answer("It was one.")
    )
    asyncio.run(example("streaming_with_tools").main("Which day?"))
    assert "   Result: Saturday\n" in capsys.readouterr().out
    offered = {tool["function"]["name"] for tool in provider_server.requests[0].body["tools"]}
    assert {"files-read", "files-write", "weekday"} <= offered


def test_terminal_chat_goes_on_where_it_was_left(
    provider_server: ProviderServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider_server.script(answer("Hello Ada."), answer("Ada, of course."))
    monkeypatch.setattr("sys.stdin", io.StringIO("I am Ada\nexit\n"))
    example("terminal_chat").main("talk")
    first = capsys.readouterr().out
    assert "🆕 Starting new conversation..." in first
    assert "🤖 Hello Ada.\n" in first
    monkeypatch.setattr("sys.stdin", io.StringIO("\nWho am I?\n"))  # and the end of the input
    example("terminal_chat").main("talk")
    second = capsys.readouterr().out
    assert "📚 Resuming a conversation of 2 messages..." in second
    assert "🤖 Ada, of course.\n" in second
    sent = provider_server.requests[1].body["messages"][1:]
    assert [message["content"] for message in sent] == ["I am Ada", "Hello Ada.", "Who am I?"]


def test_progress(provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]) -> None:
    provider_server.script(
        calling("files-list", "{}"),
        calling("files-list", '{"path": "."}', id="c2"),
        answer("A report."),
    )
    asyncio.run(example("progress").main("Analyze"))
    out = capsys.readouterr().out
    shown = [part.strip() for part in out.split("\r")]
    assert "⏳ Processing... (1 tools used, files-list)" in shown
    assert "⏳ Processing... (2 tools used, files-list)" in shown
    assert "⏳ Processing... (2 tools used, 9 characters)" in shown
    assert out.endswith("\r✅ Complete!\n\n🤖 A report.\n")


def test_buffered_streaming(
    provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    words = "word " * 60
    provider_server.script(Reply([Text(words, size=5), Finish(), UsageChunk()]))
    asyncio.run(example("buffered_streaming").main("Tell"))
    out = capsys.readouterr().out
    assert out.startswith(words)
    pieces = re.search(r"✅ In (\d+) pieces", out)
    assert pieces is not None
    assert 3 <= int(pieces[1]) < 60


@pytest.mark.parametrize(
    ("way", "told"), [("flag", "cancelled by user"), ("task", "Stream interrupted")]
)
def test_cancellable_streaming(
    way: str,
    told: str,
    provider_server: ProviderServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = example("cancellable_streaming")
    monkeypatch.setattr(module, "STOP_AFTER_S", 0.2)
    begun = threading.Event()
    threading.Timer(0.3, begun.set).start()
    provider_server.script(Reply([Text("Once"), Pause(begun), Text(" upon"), Hang()]))
    asyncio.run(module.main(way))
    provider_server.requests[0].when_closed()
    out = capsys.readouterr().out
    assert out.startswith("Once")
    assert told in out
    assert re.search(r"Kept in the thread: (4|9) characters, cancelled\.", out)


def test_rich_panel(provider_server: ProviderServer) -> None:
    provider_server.script(
        calling("files-list", '{"pattern": "[bold]*"}'),
        answer(f"# Qubits\n\nThey are **odd**.{FORBIDDEN} [here](https://example.com)"),
    )
    drawn = io.StringIO()
    console = Console(file=drawn, force_terminal=True, width=60, height=20, color_system=None)
    asyncio.run(example("rich_panel").main("Explain", console))
    final = drawn.getvalue().rpartition("\x1b[2K")[2]
    assert "Qubits" in final
    assert "They are odd." in final
    assert final.count("🤖 Assistant") == 1
    assert "{'pattern': '[bold]*'}" in drawn.getvalue()  # not read as a style
    assert "\x1b]" not in drawn.getvalue()


def test_token_counting_tells_what_the_provider_says(
    provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    provider_server.script(Reply([Text("Hi."), Finish(), UsageChunk(7, 3)]))
    asyncio.run(example("token_counting").main("Hi"))
    told = capsys.readouterr().out
    assert told == "Hi.\n\n📊 Exactly 10 tokens: 7 for the prompt, 3 for the answer.\n"


def test_token_counting_says_when_it_is_an_estimate(
    provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    provider_server.script(Reply([Text("Strawberries are red."), Finish()]))
    asyncio.run(example("token_counting").main("Hi"))
    told = re.search(
        r"📊 About (\d+) tokens: (\d+) for the prompt, (\d+) ", capsys.readouterr().out
    )
    assert told is not None
    total, prompt, completion = map(int, told.groups())
    assert total == prompt + completion
    assert 5 <= completion <= 12


def test_several_streams(
    provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    def reply(request: Received) -> Reply:
        query = request.body["messages"][-1]["content"]
        return error(400, "no") if query == "bad" else answer(f"About {query}.")

    provider_server.script(*[reply] * 8)
    asyncio.run(example("several_streams").main(["a", "bb", "bad", "ccc"]))
    watched, gathered = capsys.readouterr().out.split("\n\n")
    assert sorted(watched.splitlines()) == [
        "execution_complete: a (8 characters)",
        "execution_complete: bb (9 characters)",
        "execution_complete: ccc (10 characters)",
        "execution_error: bad (0 characters)",
    ]
    lines = gathered.splitlines()
    assert lines[:2] == ["a → About a.", "bb → About bb."]
    assert lines[2].startswith("bad → ")
    assert lines[3] == "ccc → About ccc."


def test_error_handling_of_a_failure(
    provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    provider_server.script(error(401, "bad key"))
    assert asyncio.run(example("error_handling").main("Hi")) == 1
    assert "❌ The key was refused: " in capsys.readouterr().out


def test_error_handling_of_one_that_passes(
    provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    provider_server.script(error(503, "busy"), answer("Here I am."))
    assert asyncio.run(example("error_handling").main("Hi")) == 0
    out = capsys.readouterr().out
    assert "🔁 " in out
    assert out.endswith("Here I am.\n")


def test_error_handling_of_silence(
    provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    provider_server.script(Reply([Text("So far"), Hang()]))
    began = time.monotonic()
    assert asyncio.run(example("error_handling").main("Hi", idle_s=0.3)) == 75
    assert time.monotonic() - began < 60
    out = capsys.readouterr().out
    assert out.startswith("So far\n❌ It took too long: Nothing happened for 0.3 s.")
    provider_server.requests[0].when_closed()


def test_research_assistant(
    provider_server: ProviderServer,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with WebServer() as web:
        monkeypatch.setenv("TYLER_CHAT_ALLOW_HOSTS", web.host)
        page = web.serve("/tea", "<h1>Tea</h1><p>It is grown in Assam, among other places.</p>")
        provider_server.script(
            calling("web-fetch", f'{{"url": "{page}"}}'),
            calling("files-write", '{"path": "tea.md", "content": "# Tea"}', id="c2"),
            calling("files-write", '{"path": "../tea.md", "content": "out"}', id="c3"),
            answer("It is written."),
        )
        asyncio.run(example("research_assistant").main(["tea"]))
    out = capsys.readouterr().out
    assert "🔍 Researching: tea" in out
    assert "[🔧 web-fetch] Reading a source..." in out
    assert "[🔧 files-write] Saving report..." in out
    assert "📊 Tools used: 1x web-fetch, 2x files-write" in out
    assert "📝 Total length: 14 characters, 60 tokens" in out
    assert Path("research/tea.md").read_text() == "# Tea"
    assert not Path("tea.md").exists()
    prompt = provider_server.requests[0].body["messages"][-1]["content"]
    assert "Research 'tea' comprehensively" in prompt
    assert "4. Save the report to a file" in prompt
    assert "grown in Assam" in provider_server.requests[1].body["messages"][-1]["content"]


def test_without_a_model_the_demo_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("TYLER_CHAT_MODEL")
    monkeypatch.setattr("tyler_tui.providers.demo.RATE", 1e6)
    asyncio.run(example("basic_streaming").main("a table"))
    assert "The inner planets" in capsys.readouterr().out
