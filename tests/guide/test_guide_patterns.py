"""The streaming guide's patterns that are parts of programs: each with what its reader puts round
it, run in this process."""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import websockets

from tests.guide import guide_code
from tests.guide.guide_code import (
    BUFFERED,
    CHUNK_SIZE,
    ERRORS,
    PROGRESS,
    RICH,
    SEVERAL,
    TOKENS,
    TOOLS,
    WEB,
)
from tests.provider_server import (
    Call,
    Finish,
    ProviderServer,
    Received,
    Reply,
    Text,
    UsageChunk,
    answer,
    error,
)
from tests.serving import served, told

Names = dict[str, Any]
Pasted = Callable[[str], Names]

SETUP = """
import asyncio
from tyler_tui import Agent, EventType, ExecutionEvent, Message, Thread

def act(what: str = "") -> str:
    \"\"\"Act.\"\"\"
    return "x" * 150

agent = Agent(name="assistant", model_name="gpt-4", purpose="To help", tools=[act])
thread = Thread()
thread.add_message(Message(role="user", content="Hello"))
"""


@pytest.fixture
def pasted(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Pasted:
    """Runs code of the guide behind the set-up that it takes for granted; gives its names."""
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-loopback")
    monkeypatch.chdir(tmp_path)

    def run(code: str) -> Names:
        names: Names = {"__name__": "guide"}
        exec(SETUP + code, names)
        return names

    return run


def calls(*arguments: str) -> Reply:
    """Calls `act`, once for each."""
    made = [Call(n, f"c{n}", "act", text) for n, text in enumerate(arguments)]
    return Reply([Text("Let me act."), *made, Finish("tool_calls"), UsageChunk()])


def slowly(text: str, size: int) -> Reply:
    return Reply([Text(text, size=size), Finish(), UsageChunk()])


def test_streaming_with_tools(
    pasted: Pasted, provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    names = pasted(TOOLS)
    provider_server.script(
        Reply([Call(0, "c1", "files-list", "{}"), Finish("tool_calls"), UsageChunk()]),
        answer("A summary."),
    )
    asyncio.run(names["research_with_streaming"]("tea"))
    out = capsys.readouterr().out
    assert out == ("\n\n🔧 Using files-list...\n   Result: (nothing here fits)\n\n🤖 A summary.")
    offered = {tool["function"]["name"] for tool in provider_server.requests[0].body["tools"]}
    assert {"web-search", "web-fetch", "web-download", "files-read", "files-write"} <= offered


async def test_web_application_streaming(pasted: Pasted, provider_server: ProviderServer) -> None:
    names = pasted(WEB)
    provider_server.script(
        Reply([Call(0, "c1", "unknown", '{"a": 1}'), Finish("tool_calls"), UsageChunk()]),
        slowly("Hello Ada.", 5),
        answer("Ada."),
    )
    async with (
        served(names["app"]) as address,
        websockets.connect(f"ws://{address}/ws/chat") as socket,
    ):
        await socket.send(json.dumps({"content": "I am Ada"}))
        assert await told(socket, "complete") == [
            {"type": "tool", "name": "unknown", "content": "{'a': 1}..."},
            {"type": "content", "data": {"content_chunk": "Hello"}},
            {"type": "content", "data": {"content_chunk": " Ada."}},
            {"type": "complete"},
        ]
        await socket.send(json.dumps({"content": "Who am I?"}))
        await told(socket, "complete")
    last = [message["content"] for message in provider_server.requests[2].body["messages"][-2:]]
    assert last == ["Hello Ada.", "Who am I?"]


def test_progress_indicators(
    pasted: Pasted, provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    names = pasted(PROGRESS)
    provider_server.script(calls("{}", "{}"), answer("A report."))
    asyncio.run(names["stream_with_progress"]())
    out = capsys.readouterr().out
    assert "\r⏳ Processing... (1 tools used)\r⏳ Processing... (2 tools used)\r✅ Complete!" in out
    assert out.endswith("\n🤖 Let me act.A report.\n")


def test_buffered_streaming(
    pasted: Pasted, provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    names = pasted(BUFFERED)
    provider_server.script(*[slowly("abcdefghijkl", 1)] * 2)

    async def pieces() -> list[Any]:
        streamer = names["BufferedStreamer"]()
        return [piece async for piece in streamer.stream(names["agent"], names["thread"])]

    *texts, end = asyncio.run(pieces())
    assert texts == ["abcde", "fghij", "kl"]
    assert end["type"] == "complete"
    assert end["thread"]["total_tokens"] == 15
    names["thread"].add_message(names["Message"](role="user", content="Again"))
    asyncio.run(names["use"](names["agent"], names["thread"]))
    assert capsys.readouterr().out == "abcdefghijkl"


def test_rich_terminal_ui(
    pasted: Pasted, provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    names = pasted(RICH)
    provider_server.script(calls("{}"), slowly("They are **odd**.", 4))
    asyncio.run(names["rich_streaming"]())
    out = capsys.readouterr().out
    assert "Using: act" in out
    assert "🔧 Tool" in out
    assert "Let me act.They are odd." in out


def test_token_counting(
    pasted: Pasted, provider_server: ProviderServer, capsys: pytest.CaptureFixture[str]
) -> None:
    names = pasted(TOKENS)
    provider_server.script(slowly("abcdefgh", 2))
    counter = names["TokenCounter"]()

    async def count() -> list[Any]:
        return [event async for event in counter.count_stream(names["agent"], names["thread"])]

    events = asyncio.run(count())
    assert counter.chunks == ["ab", "cd", "ef", "gh"]
    assert events[-1].type is names["EventType"].EXECUTION_COMPLETE
    # The guide takes a quarter of the number of keys; `counted` counts tokens.
    assert capsys.readouterr().out == "\n\n📊 Approximate tokens used: 0\n"


def test_chunk_size_optimization(pasted: Pasted, provider_server: ProviderServer) -> None:
    assert pasted(CHUNK_SIZE)["agent"].streaming_chunk_size is None
    available = CHUNK_SIZE.replace("# streaming_chunk_size", "streaming_chunk_size")
    names = pasted(available)
    provider_server.script(slowly("abcdefghijklmnopqrstu", 1))

    async def pieces() -> list[str]:
        return [
            event.data["content_chunk"]
            async for event in names["agent"].go(names["thread"], stream=True)
            if event.type is names["EventType"].LLM_STREAM_CHUNK
        ]

    assert asyncio.run(pieces()) == ["abcdefghij", "klmnopqrst", "u"]


def test_async_processing(pasted: Pasted, provider_server: ProviderServer) -> None:
    names = pasted(SEVERAL)
    names["queries"] = ["one", "two", "three"]

    def reply(request: Received) -> Reply:
        return answer(request.body["messages"][-1]["content"].upper())

    provider_server.script(reply, reply, reply)
    assert asyncio.run(names["process_multiple_streams"]()) == ["ONE", "TWO", "THREE"]


async def test_error_handling_in_streams(pasted: Pasted, provider_server: ProviderServer) -> None:
    names = pasted(ERRORS)
    agent, thread, types = names["agent"], names["thread"], names["EventType"]
    provider_server.script(error(401, "bad key"))
    *_, last = [event async for event in names["safe_stream"](agent, thread)]
    assert last.type is types.EXECUTION_ERROR
    assert "key" in last.data["message"]
    *_, last = [event async for event in names["safe_stream"](agent, "no such thread")]
    assert last.type is types.EXECUTION_ERROR
    assert last.data["message"].startswith("Stream error: ")


async def test_every_event_has_the_data_that_the_guide_reads(
    pasted: Pasted, provider_server: ProviderServer
) -> None:
    names = pasted("")
    types = names["EventType"]
    provider_server.script(calls('{"what": "this"}'), answer("Done."))
    data: dict[Any, dict[str, Any]] = {}
    async for event in names["agent"].go(names["thread"], stream=True):
        data[event.type] = event.data
    assert data[types.LLM_STREAM_CHUNK]["content_chunk"] == "Done."
    assert data[types.TOOL_SELECTED]["tool_name"] == "act"
    assert data[types.TOOL_SELECTED]["arguments"] == {"what": "this"}
    assert data[types.TOOL_RESULT]["result"] == "x" * 150
    assert data[types.MESSAGE_CREATED]["message"].role == "assistant"
    assert data[types.EXECUTION_COMPLETE]["duration_ms"] > 0


def test_every_type_of_event_in_the_guide_exists() -> None:
    from tyler_tui import EventType  # noqa: PLC0415 - as the guide writes it

    code = "".join(value for name, value in vars(guide_code).items() if name.isupper())
    named = set(re.findall(r"EventType\.(\w+)", code))
    assert len(named) >= 6
    assert named <= set(EventType.__members__)
