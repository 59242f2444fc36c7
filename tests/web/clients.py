"""A server on a free port of this machine, and clients that talk to it over real connections."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pyte
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.cli.program import Child
from tyler_tui import ThreadStore
from tyler_tui.web.server import WebServer

WAIT_S = 60.0
_SHOWN = re.compile(rb"http://127\.0\.0\.1:(\d+)/(?:\?token=(\S+))?")


def listening(child: Child) -> tuple[int, str]:
    """The port and the token of `tyler-chat serve`, once it listens."""
    child.read_until(b"Ctrl+C")
    match = _SHOWN.search(child.out)
    assert match is not None, child.out
    return int(match[1]), (match[2] or b"").decode()


@dataclass
class Address:
    """Where a server listens on this machine."""

    port: int

    @property
    def http(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws/chat"

    async def status_of_socket(self, path: str = "/ws/chat", **options: Any) -> int:
        """101 when the WebSocket is accepted, else the status of the refusal."""
        try:
            async with connect(f"ws://127.0.0.1:{self.port}{path}", proxy=None, **options):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    def connected_to(self, path: str, **options: Any) -> connect:
        """A bare connection to a WebSocket."""
        return connect(f"ws://127.0.0.1:{self.port}{path}", **{"proxy": None, **options})

    @asynccontextmanager
    async def connected(self, query: str = "", **options: Any) -> AsyncIterator["Client"]:
        """A client of `/ws/chat`."""
        options = {"proxy": None, **options}
        async with connect(self.socket + query, **options) as connection:
            yield Client(connection)

    @asynccontextmanager
    async def terminal(
        self, session: str = "", *, size: str = "?width=100&height=30", **options: Any
    ) -> AsyncIterator["Terminal"]:
        """The TUI, as the page of a browser has it."""
        address = f"ws://127.0.0.1:{self.port}/ws/terminal/{session.encode().hex()}"
        options = {"proxy": None, **options}
        async with connect(address + size, **options) as connection:
            yield Terminal(connection)

    @asynccontextmanager
    async def posted(self, form: Any, **options: Any) -> AsyncIterator["Stream"]:
        """The answer to a POST to `/chat`."""
        async with (
            httpx.AsyncClient(trust_env=False, timeout=WAIT_S) as client,
            client.stream("POST", f"{self.http}/chat", json=form, **options) as response,
        ):
            yield Stream(response)

    async def post(self, path: str, form: Any, **options: Any) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=WAIT_S) as client:
            return await client.post(self.http + path, json=form, **options)

    async def get(self, path: str, **options: Any) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False, timeout=WAIT_S) as client:
            return await client.get(self.http + path, **options)


@dataclass
class Serving(Address):
    """A server that runs in this process."""

    server: WebServer
    store: ThreadStore
    task: "asyncio.Task[None]"

    async def stop(self) -> None:
        """As at Ctrl+C."""
        self.server.stop()
        await asyncio.wait_for(self.task, WAIT_S)


class Heard:
    """Messages as they come."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        raise NotImplementedError

    async def until(self, type: str, **fields: Any) -> dict[str, Any]:
        """Receive until there is a message of that type with those fields; return it."""
        async with asyncio.timeout(WAIT_S):
            while True:
                message = await self.receive()
                self.messages.append(message)
                if message["type"] == type and fields.items() <= message.items():
                    return message

    def of(self, type: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == type]

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(message["content"] for message in self.of("content"))


class Client(Heard):
    """A client of the WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        super().__init__()
        self.connection = connection

    async def say(self, text: str, **fields: Any) -> None:
        """Send a prompt, as the streaming guide's client does."""
        await self.connection.send(json.dumps({"content": text, **fields}))

    async def send(self, type: str, **fields: Any) -> None:
        await self.connection.send(json.dumps({"type": type, **fields}))

    async def receive(self) -> dict[str, Any]:
        form: dict[str, Any] = json.loads(await self.connection.recv())
        return form

    async def closed(self) -> int:
        """Receive until the server has closed the connection; the code that it gave."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(WAIT_S):
                while True:
                    self.messages.append(await self.receive())
        assert self.connection.close_code is not None
        return self.connection.close_code


class Stream(Heard):
    """The events of a POST."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__()
        self.response = response
        self._lines = response.aiter_lines()

    async def receive(self) -> dict[str, Any]:
        event, data = "", ""
        async for line in self._lines:
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                data = line.removeprefix("data: ")
            elif not line and data:
                form: dict[str, Any] = json.loads(data)
                assert form["type"] == event
                return form
        raise EOFError

    async def rest(self) -> None:
        """Receive until the stream ends."""
        async with asyncio.timeout(WAIT_S):
            while True:
                try:
                    self.messages.append(await self.receive())
                except EOFError:
                    return


class Terminal:
    """The screen of a TUI behind a WebSocket."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def type(self, text: str) -> None:
        await self.connection.send(json.dumps(["stdin", text]))

    async def resize(self, width: int, height: int) -> None:
        self._screen.resize(height, width)
        await self.connection.send(json.dumps(["resize", {"width": width, "height": height}]))

    async def shows(self, wanted: str) -> None:
        """Receive until the screen shows that text."""
        try:
            async with asyncio.timeout(WAIT_S * 2):
                while wanted not in self.text:
                    self._take(await self.connection.recv())
        except (TimeoutError, ConnectionClosed) as error:
            raise AssertionError(f"{wanted!r} did not come; the screen:\n{self.text}") from error

    async def closed(self) -> int:
        """Receive until the server has closed the connection; the code that it gave."""
        with suppress(ConnectionClosed):
            async with asyncio.timeout(WAIT_S):
                while True:
                    self._take(await self.connection.recv())
        assert self.connection.close_code is not None
        return self.connection.close_code

    def _take(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            self._stream.feed(data)
