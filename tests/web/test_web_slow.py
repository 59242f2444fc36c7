"""A client that reads slowly slows the model, and does not fill the memory; one that reads no more
is closed."""

import asyncio
import json
import socket
import time

import pytest

from tests.provider_server import Finish, Hang, ProviderServer, Reply, Text
from tests.web.clients import WAIT_S, Heard, Serving
from tests.web.conftest import Serve
from tyler_tui.web import outbox as boxes
from tyler_tui.web.outbox import Outbox
from tyler_tui.web.protocol import Content

PIECE = "x" * 4096
PIECES = 800  # 3 MB, far more than what outboxes and such sockets hold
SEND_BUFFER = 64 * 1024


def long_reply(pieces: int = PIECES) -> Reply:
    return Reply([Text(PIECE * pieces, size=len(PIECE)), Finish()])


async def test_an_outbox_lets_no_more_in_than_its_limit() -> None:
    outbox = Outbox(limit=1000)
    left = 0

    async def fill() -> None:
        nonlocal left
        for _ in range(100):
            await outbox.put(Content("x" * 90, {}))
            left += 1

    filling = asyncio.create_task(fill())
    taken = 0
    while taken < 100:
        for _ in range(5):
            await asyncio.sleep(0)
        assert outbox.size < 1000 + 200
        assert left - taken < 10
        assert json.loads(await outbox.get() or "")["content"] == "x" * 90
        taken += 1
    await filling
    assert outbox.size == 0


async def test_an_outbox_that_is_abandoned_keeps_nobody_waiting() -> None:
    outbox = Outbox(limit=10)
    putting = asyncio.create_task(outbox.put(Content("x" * 100, {})))
    await asyncio.sleep(0)
    assert not putting.done()
    outbox.abandon()
    await putting
    assert outbox.size == 0
    assert await outbox.get() is None


async def test_an_outbox_that_is_closed_still_gives_what_it_has() -> None:
    outbox = Outbox()
    await outbox.put(Content("last", {}))
    outbox.close()
    await outbox.put(Content("too late", {}))
    assert "last" in (await outbox.get() or "")
    assert await outbox.get() is None


async def stalled(served: Serving, client: Heard) -> int:
    """Wait until no more of the answer comes in; how many characters wait for the client then."""
    session = (await client.until("session"))["id"]
    (channel,) = served.server.channels.of_session(session)
    seen, since = -1, time.monotonic()
    async with asyncio.timeout(WAIT_S):
        while time.monotonic() - since < 0.5:
            await asyncio.sleep(0.02)
            messages = channel.conversation.thread.messages
            now = len(messages[-1].content) if messages else -1
            if now != seen or now < len(PIECE):
                seen, since = now, time.monotonic()
    assert seen < len(PIECE) * PIECES
    return channel.outbox.size


@pytest.mark.parametrize("way", ["socket", "events"])
async def test_a_slow_reader_slows_the_model_and_gets_all_of_it_in_the_end(
    serve: Serve, provider_server: ProviderServer, way: str
) -> None:
    served = await serve(send_buffer=SEND_BUFFER)
    provider_server.script(long_reply())
    if way == "socket":
        async with served.connected(max_queue=1, compression=None) as client:
            await client.say("Tell me all")
            assert await stalled(served, client) < boxes.LIMIT * 2
            await client.until("complete")
            await client.until("state", state="idle")
            assert client.text == PIECE * PIECES
    else:
        async with served.posted({"content": "Tell me all"}) as stream:
            assert await stalled(served, stream) < boxes.LIMIT * 2
            await stream.rest()
            assert stream.text == PIECE * PIECES


async def test_a_slow_reader_is_heard(serve: Serve, provider_server: ProviderServer) -> None:
    served = await serve(send_buffer=SEND_BUFFER)
    provider_server.script(Reply([Text(PIECE * PIECES, size=len(PIECE)), Hang()]))
    async with served.connected(max_queue=1, compression=None) as client:
        await client.say("Tell me all")
        await stalled(served, client)
        await client.say("And then " + "more " * 1000)
        await client.send("cancel")
        await provider_server.requests[0].wait_closed()
        cancelled = await client.until("cancelled")
        assert len(cancelled["returned"][0]["content"]) > 5000
        told = [each["content"] for state in client.of("state") for each in state["queue"]]
        assert max(map(len, told)) == 200
        await client.until("state", state="idle")


async def test_a_client_that_reads_no_more_is_closed_and_its_answer_is_kept(
    serve: Serve, provider_server: ProviderServer
) -> None:
    served = await serve(patience_s=0.3, send_buffer=SEND_BUFFER)
    provider_server.script(long_reply(PIECES * 5))  # more than the provider's own socket holds
    form = json.dumps({"content": "Tell me all", "session": "deaf"}).encode()
    with socket.create_connection(("127.0.0.1", served.port)) as deaf:
        deaf.sendall(
            b"POST /chat HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
            % (len(form), form)
        )
        await asyncio.to_thread(provider_server.wait_request, 0)
        await provider_server.requests[0].wait_closed(WAIT_S)
        # Nor does the server keep the connection.
        deadline = time.monotonic() + WAIT_S
        while served.server.server_state.connections:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)  # the server's own loop must run on
    async with served.connected("?session=deaf", max_size=None) as client:
        await client.send("history")
        history = (await client.until("history"))["messages"]
    assert history[-1]["status"] == "cancelled"
    assert history[-1]["content"].startswith(PIECE)
