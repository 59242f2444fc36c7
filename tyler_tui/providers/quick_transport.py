"""What our own reader reads a stream through: aiohttp under httpx, mended where it loses what came,
or waits for what cannot come."""

import asyncio
import ssl
from collections.abc import AsyncGenerator
from functools import partial
from urllib.request import getproxies

import aiohttp
import httpx
from aiohttp.client_proto import ResponseHandler
from httpx_aiohttp import AiohttpTransport
from httpx_aiohttp.transport import AiohttpResponseStream

from tyler_tui.loopback import leads_here


def quick_transport(certificates: ssl.SSLContext, base: str) -> httpx.AsyncBaseTransport | None:
    """What reads a stream of the server at `base` at half of the cost of httpx's own transport: its
    parser is written in C and gives all that has arrived at once. None where the environment names
    a proxy, which httpx's own knows how to use; it is not asked for what runs on this machine.
    Belongs to the running event loop."""
    if getproxies() and not leads_here(base):
        return None
    connector = aiohttp.TCPConnector(ssl=certificates)
    connector._factory = partial(_Connection, loop=asyncio.get_running_loop())  # type: ignore[assignment]
    # httpx keeps the cookies.
    session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
    return _QuickTransport(client=session, verify=certificates)


class _Connection(ResponseHandler):
    """aiohttp's own lets a reader wait for ever when it closes a connection because what came is no
    HTTP chunk."""

    def connection_lost(self, exc: BaseException | None) -> None:
        body = self._payload
        super().connection_lost(exc)
        if body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(aiohttp.ClientPayloadError("the connection is closed"))


class _QuickTransport(AiohttpTransport):
    """Gives all that arrived."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        assert isinstance(response.stream, AiohttpResponseStream)
        response.stream = _ToItsLastByte(response.stream._aiohttp_response)
        return response


class _ToItsLastByte(AiohttpResponseStream):
    """A body of which, when the connection is lost, aiohttp would keep back what came since it was
    read last."""

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        try:
            async for piece in super().__aiter__():
                yield piece
        except Exception:
            if rest := self._aiohttp_response.content._read_nowait(-1):
                yield rest
            raise
