"""What all clients of models read through."""

import asyncio
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
import trustme
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
from tests.providers.asking import request
from tyler_tui.errors import ProviderError
from tyler_tui.providers.event_stream import REST_S
from tyler_tui.providers.failures import AnotherHostError
from tyler_tui.providers.openai_format import OpenAIProvider
from tyler_tui.providers.quick_transport import quick_transport
from tyler_tui.providers.transport import RESTLESS_PIECES, BoundedTransport

CHUNKED = head("200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked")


async def test_what_comes_between_two_reads_of_a_stream_gathers_and_comes_whole(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[float] = []
    read = AnyIOStream.read

    async def noted(stream: AnyIOStream, *arguments: Any, **options: Any) -> bytes:
        reads.append(time.monotonic())
        return await read(stream, *arguments, **options)

    monkeypatch.setattr(AnyIOStream, "read", noted)
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
    # A busy machine sends more slowly: what gathers is then little, and the reads are as many.
    seconds = reads[-1] - reads[0]
    assert len(reads) <= max(pieces / 2, RESTLESS_PIECES + seconds / REST_S)


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


@contextmanager
def sending_on(to: str, status: int) -> Iterator[tuple[str, ssl.SSLContext]]:
    """An https server on loopback that sends all on to `to`: its address, and what trusts it."""
    authority, own = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(own)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)

    class SendOn(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), SendOn)
    server.socket = own.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/v1", trusted
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("is_ours", [True, False], ids=["our own reader", "LiteLLM"])
async def test_no_redirect_leads_from_https_to_what_anyone_can_read(
    provider_server: ProviderServer, is_ours: bool, status: int
) -> None:
    with sending_on(f"{provider_server.base_url}/chat/completions", status) as (base, trusted):
        if is_ours:
            provider = OpenAIProvider()
            await provider.prepare()
            provider._certificates = trusted
            with pytest.raises(ProviderError, match=r"sends on to http://127\.0\.0\.1,"):
                await anext(provider.stream(request(provider_server, api_base=base)))
        else:
            async with httpx.AsyncClient(
                transport=BoundedTransport(verify=trusted), follow_redirects=True
            ) as client:
                with pytest.raises(AnotherHostError):
                    await client.post(f"{base}/chat/completions", json={"messages": []})
    assert provider_server.requests == []
