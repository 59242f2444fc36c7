"""Examples that a signal or a browser drives: as programs of their own, or behind a real server."""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
import websockets
from fastapi import FastAPI
from websockets.typing import Origin

from tests.provider_server import (
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

CLOSED_WITHIN_S = 0.3


class Program:
    """An example as a program, fed and read through pipes."""

    def __init__(self, name: str, *arguments: str, base_url: str, folder: Path) -> None:
        settings = {
            "TYLER_CHAT_MODEL": "openai/local-model",
            "OPENAI_API_BASE": base_url,
            "PYTHONIOENCODING": "utf-8",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tyler_tui.examples.{name}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=os.environ | settings,
        )
        self._unread = b""

    def type(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def read_until(self, text: str) -> None:
        """Read on, up to and with `text`."""
        assert self._process.stdout is not None
        wanted = text.encode()
        while wanted not in self._unread:
            ready, _, _ = select.select([self._process.stdout], [], [], 20)
            piece = os.read(self._process.stdout.fileno(), 4096) if ready else b""
            assert piece, f"{text!r} did not come, but {self._unread.decode()!r}"
            self._unread += piece
        self._unread = self._unread.partition(wanted)[2]

    def interrupt(self) -> float:
        """Press Ctrl+C; when that was (time.monotonic())."""
        self._process.send_signal(signal.SIGINT)
        return time.monotonic()

    def ends_well(self) -> str:
        """Wait for its end, which must be a quiet one; the rest of what it printed."""
        out, errors = self._process.communicate(timeout=20)
        assert (self._process.returncode, errors.decode()) == (0, "")
        return (self._unread + out).decode()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def start(provider_server: ProviderServer, tmp_path: Path) -> Iterator[Any]:
    started: list[Program] = []

    def start(name: str, *arguments: str) -> Program:
        program = Program(name, *arguments, base_url=provider_server.base_url, folder=tmp_path)
        started.append(program)
        return program

    yield start
    for program in started:
        program.kill()


def test_ctrl_c_stops_the_cancellable_stream(provider_server: ProviderServer, start: Any) -> None:
    provider_server.script(Reply([Text("Once upon"), Hang()]))
    program = start("cancellable_streaming")
    program.read_until("Once upon")
    pressed_at = program.interrupt()
    request = provider_server.requests[0]
    assert request.closed.wait(5)
    assert request.closed_at - pressed_at < CLOSED_WITHIN_S
    rest = program.ends_well()
    assert "⚠️ Stream interrupted" in rest
    assert "Kept in the thread: 9 characters, cancelled." in rest


def test_ctrl_c_stops_an_answer_of_the_terminal_chat_and_at_its_prompt_leaves(
    provider_server: ProviderServer, start: Any
) -> None:
    provider_server.script(Reply([Text("Half an ans"), Hang()]), answer("A whole one."))
    program = start("terminal_chat")
    program.read_until("You: ")
    program.type("hello")
    program.read_until("Half an ans")
    pressed_at = program.interrupt()
    program.read_until("⏹ Stopped.")
    assert provider_server.requests[0].closed.wait(5)
    assert provider_server.requests[0].closed_at - pressed_at < CLOSED_WITHIN_S
    program.read_until("You: ")
    program.type("again")
    program.read_until("A whole one.")
    program.read_until("You: ")
    program.interrupt()
    program.ends_well()
    sent = [message["content"] for message in provider_server.requests[1].body["messages"][1:]]
    assert sent == ["hello", "Half an ans", "again"]


# The web chat


class Server(uvicorn.Server):
    """On a free port; `ready` once it listens."""

    def __init__(self, app: FastAPI) -> None:
        self.ready = asyncio.Event()
        super().__init__(uvicorn.Config(app, port=0, log_level="warning", ws="websockets-sansio"))

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """The web chat behind a real server; where it is, without the scheme."""
    from tyler_tui.examples.web_chat import app  # noqa: PLC0415 - imports a web server

    server = Server(app)
    serving = asyncio.create_task(server.serve())
    await server.ready.wait()
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        await serving


@pytest.fixture
async def address(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    monkeypatch.setenv("TYLER_CHAT_MODEL", "openai/local-model")
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    async with served() as address:
        yield address


async def told(socket: Any, last: str) -> list[dict[str, Any]]:
    """All that comes up to an object of type `last`."""
    objects: list[dict[str, Any]] = []
    async with asyncio.timeout(10):
        while not objects or objects[-1]["type"] != last:
            objects.append(json.loads(await socket.recv()))
    return objects


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
