"""Under the clients of models: what a server sends in place of a stream is kept small, and a stream
is read a few times a second rather than once a token.

LiteLLM searches the body of an error with patterns several times over, which takes seconds for a
megabyte and holds up the whole event loop. And it makes an empty answer of whatever is no stream,
so the beginning of every answer is remembered: it tells what came instead.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

import httpx

from tyler_tui.providers import Request
from tyler_tui.providers.event_stream import FULL_PIECE, REST_S
from tyler_tui.providers.failures import AnotherHostError

ERROR_BODY_LIMIT = 32_768
"""In bytes."""
ERROR_BODY_S = 5.0
HEAD_LIMIT = 4_096
EVENT_LIMIT = 2**25
"""In bytes: an event is held whole before it is read."""
_HEAD = "tyler_tui.head"
_READ_TIMEOUT_S = 3_600.0
"""The turn has a watchdog of its own; the client's must not come before it."""
connect_timeout_s: ContextVar[float | None] = ContextVar("connect_timeout_s", default=None)
"""How long a connection may take that is made through `BoundedTransport`."""
PIECE = 65_536
RESTLESS_PIECES = 8
"""The first pieces of a stream are read as they come: the first word must not wait."""
_AT_HAND_S = 0.001
"""A piece that took no longer was there already."""


def timeouts_of(request: Request) -> httpx.Timeout:
    return httpx.Timeout(_READ_TIMEOUT_S, connect=request.connect_timeout_s)


async def ask_plainly(request: httpx.Request) -> None:
    """Compressing gains nothing on a stream of tokens, and it would hide how long a body is."""
    request.headers["Accept-Encoding"] = "identity"


async def bound(response: httpx.Response) -> None:
    """Cut the body of an error, and keep the head of every body (see `head_of`). A redirect may
    lead to another path or to https, but not to another host, nor from https to where anyone on the
    way can read: it would take the conversation along. Raises AnotherHostError."""
    assert isinstance(response.stream, httpx.AsyncByteStream)
    if response.has_redirect_location:
        there = response.url.join(response.headers["location"])
        is_open = response.url.scheme == "https" and there.scheme != "https"
        if there.host != response.url.host or is_open:
            raise AnotherHostError(f"{there.scheme}://{there.host}")
    head = response.extensions[_HEAD] = bytearray()
    response.stream = _Body(response.stream, head, is_error=response.status_code >= 400)


class Pieces:
    """The body of a request, written piece by piece: pictures are large, and the loop must not
    stand still. It can be sent again, behind a redirect."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    @property
    def size(self) -> int:
        """How many bytes they are."""
        return len(self._body)

    def forget(self) -> None:
        """It is not sent again."""
        self._body = b""

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        for at in range(0, len(self._body), PIECE):
            yield self._body[at : at + PIECE]


class BoundedTransport(httpx.AsyncHTTPTransport):
    """Bounds every answer and lets it gather, for clients that take no hooks; and has them keep to
    `connect_timeout_s`, of which some make nothing."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await ask_plainly(request)
        if (connect_s := connect_timeout_s.get()) is not None:
            timeouts = request.extensions.get("timeout", {})
            request.extensions["timeout"] = timeouts | {"connect": connect_s}
        response = await super().handle_async_request(request)
        response.request = request
        try:
            await bound(response)
        except AnotherHostError:
            await response.aclose()
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Gathered(response.stream)
        return response


class _Gathered(httpx.AsyncByteStream):
    """A body that is left alone for a while behind each piece that had to be waited for. httpx
    gives its pieces one by one; those that came meanwhile are then there without a wait."""

    def __init__(self, body: httpx.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        now = asyncio.get_running_loop().time
        number, at_hand, asked = 0, 0, now()
        async for piece in self._body:
            number += 1
            rests = False
            if now() - asked > _AT_HAND_S:
                rests = number > RESTLESS_PIECES and at_hand < FULL_PIECE
                at_hand = 0
            at_hand += len(piece)
            yield piece
            if rests:
                await asyncio.sleep(REST_S)
            asked = now()

    async def aclose(self) -> None:
        await self._body.aclose()


class EndlessEventError(Exception):
    """An event of a stream that has no end."""


def _last_event_end(piece: bytes) -> int:
    """Where the last blank line of `piece` ends; 0 when it has none."""
    for blank in (b"\n\n", b"\r\n\r\n", b"\r\r"):
        if (at := piece.rfind(blank)) >= 0:
            return at + len(blank)
    return 0


class _Body(httpx.AsyncByteStream):
    """A body that fills `head` as it is read. That of an error ends at ERROR_BODY_LIMIT, and
    ERROR_BODY_S after it began: what it is can be told without the rest of its words."""

    def __init__(self, body: httpx.AsyncByteStream, head: bytearray, *, is_error: bool) -> None:
        self._body = body
        self._head = head
        self._is_error = is_error

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        pieces = self._of_error() if self._is_error else aiter(self._body)
        size, tail = 0, b""
        async for piece in pieces:
            if len(self._head) < HEAD_LIMIT:
                self._head += piece[: HEAD_LIMIT - len(self._head)]
            seen = tail + piece
            ends_at, tail = _last_event_end(seen), seen[-3:]
            size = len(seen) - ends_at if ends_at else size + len(piece)
            if size > EVENT_LIMIT:
                raise EndlessEventError(f"an event of more than {EVENT_LIMIT:,} bytes")
            yield piece

    async def _of_error(self) -> AsyncGenerator[bytes, None]:
        pieces, left = aiter(self._body), ERROR_BODY_LIMIT
        ends_at = asyncio.get_running_loop().time() + ERROR_BODY_S
        with suppress(TimeoutError, StopAsyncIteration):
            while left > 0:
                async with asyncio.timeout_at(ends_at):
                    piece = await anext(pieces)
                yield piece[:left]
                left -= len(piece)

    async def aclose(self) -> None:
        await self._body.aclose()


def head_of(response: Any) -> bytearray:
    """What fills with the first bytes of an answer's body as they are read."""
    head = getattr(response, "extensions", {}).get(_HEAD)
    return head if isinstance(head, bytearray) else bytearray()
