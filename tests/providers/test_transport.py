"""What all clients of models read through."""

import asyncio
import threading
from typing import Any

import httpx
import pytest
from httpcore._backends.anyio import AnyIOStream

from tests.faults.tables.wire import head
from tests.provider_server import (
    Disconnect,
    Finish,
    Hang,
    Pause,
    ProviderServer,
    Raw,
    Reply,
    Step,
    Text,
)
from tyler_tui.providers.quick_transport import quick_transport
from tyler_tui.providers.transport import BoundedTransport

CHUNKED = head("200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked")


async def test_what_comes_between_two_reads_of_a_stream_gathers_and_comes_whole(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0
    read = AnyIOStream.read

    async def counted(stream: AnyIOStream, *arguments: Any, **options: Any) -> bytes:
        nonlocal reads
        reads += 1
        return await read(stream, *arguments, **options)

    monkeypatch.setattr(AnyIOStream, "read", counted)
    text = "".join(f"word {number} " for number in range(60))
    provider_server.script(Reply([Text(text, size=4), Finish()], rate=500, chunked=True))
    body = b""
    async with (
        httpx.AsyncClient(transport=BoundedTransport()) as client,
        client.stream("POST", f"{provider_server.base_url}/chat/completions", json={}) as response,
    ):
        pieces = 0
        async for piece in response.aiter_bytes():
            pieces += 1
            body += piece
    assert body.count(b'"content"') >= len(text) / 4
    assert body.endswith(b"data: [DONE]\n\n")
    assert pieces > 100
    assert reads <= pieces / 2


@pytest.mark.parametrize("end", [Disconnect(), Raw(b"zz\r\nno chunk\r\n")])
async def test_all_that_came_before_a_connection_was_lost_is_read(
    provider_server: ProviderServer, end: Step
) -> None:
    goes_on = threading.Event()
    steps: list[Step] = [Raw(b"5\r\nfirst\r\n"), Pause(goes_on), Raw(b"4\r\nlast\r\n"), end, Hang()]
    provider_server.script(Reply(steps, head=CHUNKED))
    transport = quick_transport(httpx.create_ssl_context(), provider_server.base_url)
    async with (
        asyncio.timeout(60),
        httpx.AsyncClient(transport=transport) as client,
        client.stream("POST", f"{provider_server.base_url}/chat/completions", json={}) as response,
    ):
        pieces = response.aiter_raw()
        assert await anext(pieces) == b"first"
        goes_on.set()
        body: Any = response.stream
        content = body._stream._aiohttp_response.content
        while content.exception() is None:  # noqa: ASYNC110 - nobody tells of it but who reads
            await asyncio.sleep(0.01)
        assert await anext(pieces) == b"last"
        with pytest.raises(httpx.ReadError):
            await anext(pieces)
