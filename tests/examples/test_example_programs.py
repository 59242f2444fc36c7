"""Examples that a signal or a browser drives: as programs of their own, or behind a real server."""

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
import websockets
from websockets.typing import Origin

from tests.piped_program import PipedProgram
from tests.provider_server import (
    CLOSED_WITHIN_S,
    Call,
    Finish,
    Hang,
    ProviderServer,
    Reply,
    Text,
    UsageChunk,
    answer,
    error,
)
from tests.serving import served, told

Run = Callable[[str], PipedProgram]


@pytest.fixture
def settings(provider_server: ProviderServer) -> dict[str, str]:
    """What makes an example ask the server."""
    return {
        "TYLER_CHAT_MODEL": "openai/local-model",
        "OPENAI_API_BASE": provider_server.base_url,
    }


@pytest.fixture
def run(tmp_path: Path, settings: dict[str, str]) -> Callable[[str], PipedProgram]:
    def run(name: str) -> PipedProgram:
        return PipedProgram("-m", f"tyler_tui.examples.{name}", folder=tmp_path, settings=settings)

    return run


def test_ctrl_c_stops_the_cancellable_stream(provider_server: ProviderServer, run: Run) -> None:
    provider_server.script(Reply([Text("Once upon"), Hang()]))
    with run("cancellable_streaming") as program:
        program.read_until("Once upon")
        pressed_at = program.interrupt()
        request = provider_server.requests[0]
        assert request.when_closed() - pressed_at < CLOSED_WITHIN_S
        rest = program.ends_well()
        assert "⚠️ Stream interrupted" in rest
        assert "Kept in the thread: 9 characters, cancelled." in rest


def test_ctrl_c_stops_an_answer_of_the_terminal_chat_and_at_its_prompt_leaves(
    provider_server: ProviderServer, run: Run
) -> None:
    provider_server.script(Reply([Text("Half an ans"), Hang()]), answer("A whole one."))
    with run("terminal_chat") as program:
        program.read_until("You: ")
        program.enter("hello")
        program.read_until("Half an ans")
        pressed_at = program.interrupt()
        program.read_until("⏹ Stopped.")
        assert provider_server.requests[0].when_closed() - pressed_at < CLOSED_WITHIN_S
        program.read_until("You: ")
        program.enter("again")
        program.read_until("A whole one.")
        program.read_until("You: ")
        program.interrupt()
        program.ends_well()
        sent = [message["content"] for message in provider_server.requests[1].body["messages"][1:]]
        assert sent == ["hello", "Half an ans", "again"]


@pytest.mark.parametrize("name", ["all_events", "basic_streaming", "several_streams"])
def test_a_reader_that_has_seen_enough_is_a_good_end(name: str, tmp_path: Path) -> None:
    """As behind `| head -1`."""
    reading, writing = os.pipe()
    os.close(reading)
    program = [sys.executable, "-m", f"tyler_tui.examples.{name}"]
    try:
        ended = subprocess.run(
            program,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=os.environ | {"TYLER_CHAT_MODEL": "demo", "PYTHONUTF8": "1"},
            timeout=60,
        )
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "")


# The web chat


@pytest.fixture
async def address(settings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    from tyler_tui.examples.web_chat import app  # noqa: PLC0415 - imports a web server

    async with served(app) as address:
        yield address


async def test_the_web_chat_streams_and_remembers(
    address: str, provider_server: ProviderServer
) -> None:
    provider_server.script(
        Reply([Text("Hello Ada.", size=5), Finish(), UsageChunk()]), answer("Ada.")
    )
    async with websockets.connect(
        f"ws://{address}/ws/chat", origin=Origin(f"http://{address}")
    ) as socket:
        await socket.send(json.dumps({"content": "I am Ada"}))
        assert await told(socket, "complete") == [
            {"type": "content", "data": {"content_chunk": "Hello"}},
            {"type": "content", "data": {"content_chunk": " Ada."}},
            {"type": "complete"},
        ]
        await socket.send(json.dumps({"content": "Who am I?"}))
        await told(socket, "complete")
    sent = provider_server.requests[1].body["messages"][1:]
    assert [message["content"] for message in sent] == ["I am Ada", "Hello Ada.", "Who am I?"]


async def test_the_web_chat_tells_of_tools_and_failures(
    address: str, provider_server: ProviderServer
) -> None:
    provider_server.script(
        Reply([Call(0, "c", "nothing", '{"a": 1}'), Finish("tool_calls"), UsageChunk()]),
        error(401, "bad key"),
    )
    async with websockets.connect(f"ws://{address}/ws/chat") as socket:
        await socket.send(json.dumps({"content": "Hi"}))
        tool, failure = await told(socket, "error")
    assert tool == {"type": "tool", "name": "nothing", "content": "{'a': 1}"}
    assert "key" in failure["message"]


async def test_the_web_chat_stops_when_the_client_says_so(
    address: str, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("Half"), Hang()]), answer("Whole."))
    async with websockets.connect(f"ws://{address}/ws/chat") as socket:
        await socket.send(json.dumps({"content": "Hi"}))
        await socket.recv()
        await socket.send(json.dumps({"content": "Too early"}))
        assert await told(socket, "error") == [{"type": "error", "message": "Still answering."}]
        asked_at = time.monotonic()
        await socket.send(json.dumps({"cancel": True}))
        assert await told(socket, "cancelled") == [{"type": "cancelled"}]
        assert await provider_server.requests[0].wait_closed() - asked_at < CLOSED_WITHIN_S
        await socket.send(json.dumps({"content": "Again"}))
        assert (await told(socket, "complete"))[0]["data"] == {"content_chunk": "Whole."}


async def test_the_web_chat_leaves_the_model_when_the_client_leaves(
    address: str, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("Half"), Hang()]))
    async with websockets.connect(f"ws://{address}/ws/chat") as socket:
        await socket.send(json.dumps({"content": "Hi"}))
        await socket.recv()
        left_at = time.monotonic()
    assert await provider_server.requests[0].wait_closed() - left_at < CLOSED_WITHIN_S


@pytest.mark.parametrize("sent", ["no JSON", "[1]", '{"content": 5}', "{}", '{"cancel": true}'])
async def test_the_web_chat_survives_what_is_no_message(
    sent: str, address: str, provider_server: ProviderServer
) -> None:
    async with websockets.connect(f"ws://{address}/ws/chat") as socket:
        await socket.send(sent)
        (complaint,) = await told(socket, "error")
        assert complaint["message"] == "There is no content."
        await socket.send(json.dumps({"content": "Hi"}))
        await told(socket, "complete")


async def test_the_web_chat_serves_its_own_page_alone(address: str) -> None:
    async with httpx.AsyncClient() as client:
        page = await client.get(f"http://{address}/")
        rebound = await client.get(f"http://{address}/", headers={"host": "elsewhere.example"})
    assert "ws/chat" in page.text
    assert rebound.status_code == 400
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(
            f"ws://{address}/ws/chat", origin=Origin("https://elsewhere.example")
        )


def test_the_package_lists_its_examples(tmp_path: Path) -> None:
    with PipedProgram("-m", "tyler_tui.examples", folder=tmp_path, settings={}) as program:
        assert "cancellable_streaming  three ways to stop" in program.ends_well()
