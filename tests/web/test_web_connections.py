"""Connections that say nothing, or never come to an end of it, keep nobody else out."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.provider_server import Finish, Pause, ProviderServer, Reply, Text
from tests.web.clients import WAIT_S, Serving
from tyler_tui.web import connection

HEAD = b"POST /chat HTTP/1.1\r\nHost: localhost\r\n"
WHOLE = b"GET /protocol.json HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Opened:
    """A bare connection to a server."""

    def __init__(self, port: int, stack: ExitStack) -> None:
        self._socket = stack.enter_context(socket.create_connection(("127.0.0.1", port), WAIT_S))

    async def say(self, data: bytes) -> None:
        with suppress(OSError):  # it is closed, which `is_closed` tells
            await asyncio.to_thread(self._socket.sendall, data)

    async def hear(self) -> bytes:
        """What comes next; nothing when the server has closed."""
        try:
            return await asyncio.to_thread(self._socket.recv, 1 << 20)
        except ConnectionResetError:
            return b""

    async def is_closed(self) -> bool:
        """Whether the server closes it without a word."""
        return await self.hear() == b""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "REQUEST_S", 0.5)


@pytest.mark.usefixtures("hurry")
@pytest.mark.parametrize("said", [b"", b"GE", HEAD, HEAD + b'Content-Length: 99\r\n\r\n{"content"'])
async def test_a_request_that_is_not_whole_in_time_is_closed(
    served: Serving, stack: ExitStack, said: bytes
) -> None:
    opened = Opened(served.port, stack)
    await opened.say(said)
    assert await opened.is_closed()


@pytest.mark.usefixtures("hurry")
async def test_letters_that_trickle_in_win_no_time(served: Serving, stack: ExitStack) -> None:
    opened = Opened(served.port, stack)
    closing = asyncio.create_task(opened.is_closed())
    await opened.say(HEAD + b"X-Long: ")
    began = time.monotonic()
    while not closing.done():
        assert time.monotonic() - began < WAIT_S
        await opened.say(b"x")
        await asyncio.sleep(0.05)
    assert await closing


@pytest.mark.usefixtures("hurry")
async def test_nor_does_a_second_request_that_is_not_whole(
    served: Serving, stack: ExitStack
) -> None:
    opened = Opened(served.port, stack)
    await opened.say(WHOLE)
    assert (await opened.hear()).startswith(b"HTTP/1.1 200")
    await opened.say(HEAD)
    while heard := await opened.hear():  # the rest of the first answer
        assert not heard.startswith(b"HTTP/1.1")


@pytest.mark.usefixtures("hurry")
async def test_an_answer_and_a_socket_may_take_longer(
    served: Serving, provider_server: ProviderServer
) -> None:
    late = threading.Event()
    slow = Reply([Text("one "), Pause(late), Text("two"), Finish()])
    provider_server.script(slow, slow)
    asyncio.get_running_loop().call_later(3 * connection.REQUEST_S, late.set)
    async with served.connected() as client, served.posted({"content": "Count"}) as stream:
        await stream.rest()
        assert stream.text == "one two"
        await client.say("Count")
        await client.until("complete")
        assert client.text == "one two"


async def test_there_is_an_end_to_how_many_there_are(
    served: Serving, stack: ExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MOST_CONNECTIONS", 3)
    with ExitStack() as some:
        kept = [Opened(served.port, some) for _ in range(3)]
        for one in kept:
            await one.say(WHOLE)
            assert (await one.hear()).startswith(b"HTTP/1.1 200")
        assert await Opened(served.port, stack).is_closed()
    began = time.monotonic()
    while served.server.server_state.connections:  # until the server has seen that they are gone
        assert time.monotonic() - began < WAIT_S
        await asyncio.sleep(0.02)
    late = Opened(served.port, stack)
    await late.say(WHOLE)
    assert (await late.hear()).startswith(b"HTTP/1.1 200")
