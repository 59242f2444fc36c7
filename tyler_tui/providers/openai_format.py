"""Models on servers of the OpenAI format, read directly.

It takes a tenth of a second to import and a fraction of a millisecond a token, where LiteLLM takes
seconds and most of a millisecond, and it tells the finish reason that the server sent.
"""

import asyncio
import json
import re
import ssl
import threading
from collections.abc import AsyncGenerator
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from tyler_tui.certificates import certificates
from tyler_tui.errors import ProviderError
from tyler_tui.providers import Delta, Request
from tyler_tui.providers.chat_format import chat_messages, chat_reasoning, chat_tools
from tyler_tui.providers.chunks import deltas, ending_of
from tyler_tui.providers.event_stream import Event, EventReader
from tyler_tui.providers.failures import failure, raise_unless_stream
from tyler_tui.providers.loading import uncollected
from tyler_tui.providers.openai_servers import Server, server_for
from tyler_tui.providers.prices import PricedModels, price_table

if TYPE_CHECKING:
    import httpx

EVENTS_AT_ONCE = 8
"""After so many events out of one read, others have their turn."""
MOST_REDIRECTS = 5
"""More are a circle: a server sends on to https, or to a path with or without a slash."""
_REASONS = re.compile(r"o\d|gpt-5")
"""OpenAI's models that think: they take no temperature."""


class StreamError(Exception):
    """The server reported an error as an event of its stream; `body` is what it said."""

    def __init__(self, body: Any) -> None:
        super().__init__("the server reported an error")
        self.body = body


class OpenAIProvider(PricedModels):
    """See `Provider`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._certificates: ssl.SSLContext | None = None

    async def prepare(self) -> None:
        """Import the HTTP client in a thread, once."""
        if self._certificates is None:
            await asyncio.to_thread(self._load)

    def _load(self) -> None:
        with self._lock:
            if self._certificates is not None:
                return
            with uncollected():
                import tyler_tui.providers.quick_transport  # noqa: PLC0415 - imports aiohttp
                import tyler_tui.providers.transport  # noqa: F401, PLC0415 - before it is needed

                price_table()
                self._certificates = certificates()

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        await self.prepare()
        assert self._certificates is not None
        from tyler_tui.providers.quick_transport import (  # noqa: PLC0415 - imported by `prepare`
            quick_transport,
        )
        from tyler_tui.providers.transport import Pieces, head_of  # noqa: PLC0415 - likewise

        server = server_for(request)
        body = Pieces(json.dumps(_body(request, server)).encode())
        transport = quick_transport(self._certificates, server.base)
        gathers = transport is not None
        started = False
        last = Delta()
        head = bytearray()
        try:
            async with (
                self._client(request, transport) as client,
                client.stream(
                    "POST",
                    f"{server.base}/chat/completions",
                    content=body,
                    headers=_headers(request, server) | {"content-length": str(body.size)},
                ) as response,
            ):
                head = head_of(response)
                if response.status_code >= 400:
                    await response.aread()
                response.raise_for_status()
                reader = EventReader(response.aiter_bytes())
                async for events in reader:
                    for number, event in enumerate(events, start=1):
                        chunk = _chunk(event)
                        for delta in deltas(chunk):
                            started = True
                            yield delta
                        last = ending_of(chunk, last)
                        if number % EVENTS_AT_ONCE == 0:
                            await asyncio.sleep(0)
                    reader.is_over = bool(last.finish_reason)
                    reader.rests = gathers and started and not reader.is_over
        except (ProviderError, GeneratorExit, asyncio.CancelledError):
            raise
        except Exception as error:
            if not last.finish_reason:  # behind its last word a server may drop the connection
                # The chain behind the error can hold the key, and is for no log.
                raise failure(error, request, started=started) from None
        finally:
            body.forget()  # or it would stay, with its response, until the garbage is collected
        if not started and not last.finish_reason:
            raise_unless_stream(bytes(head), request)
        yield last

    def _client(
        self, request: Request, transport: "httpx.AsyncBaseTransport | None"
    ) -> "httpx.AsyncClient":
        import httpx  # noqa: PLC0415 - imported by `prepare`

        from tyler_tui.providers.transport import ask_plainly, bound, timeouts_of  # noqa: PLC0415

        assert self._certificates is not None
        return httpx.AsyncClient(
            transport=transport,
            verify=self._certificates,
            follow_redirects=True,
            max_redirects=MOST_REDIRECTS,
            timeout=timeouts_of(request),
            event_hooks={"request": [ask_plainly], "response": [bound]},
        )


@cache
def openai_provider() -> OpenAIProvider:
    """The one provider of this process."""
    return OpenAIProvider()


def _chunk(event: Event) -> dict[str, Any]:
    """What an event says. Raises StreamError, and ValueError for what cannot be read, unless the
    end of the stream has cut it off."""
    try:
        value = _decoded(event.data)
    except ValueError:
        if event.is_whole:
            raise
        return {}
    if event.type == b"error" or value.get("error"):
        raise StreamError(value)
    return value


def _decoded(data: bytes) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(data)
    except msgspec.DecodeError:
        value = json.loads(data)  # takes lone surrogates too, which some servers send
    if value is not None and not isinstance(value, dict):
        raise msgspec.ValidationError("no object")
    return value or {}


def _headers(request: Request, server: Server) -> dict[str, str]:
    own = {
        "authorization": f"Bearer {server.key}",
        "content-type": "application/json",
        "accept": "text/event-stream",
        "user-agent": "tyler-chat",
    }
    return own | {name.lower(): value for name, value in (request.extra_headers or {}).items()}


def _body(request: Request, server: Server) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": server.model,
        "messages": chat_messages(request),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        body |= {"tools": chat_tools(request), "tool_choice": request.tool_choice}
    drops_temperature = request.drop_params and _REASONS.match(server.model)
    if request.temperature is not None and not drops_temperature:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        # OpenAI gave it another name; the servers that copy the format know the first one.
        name = "max_completion_tokens" if server.is_openai else "max_tokens"
        body[name] = request.max_tokens
    return body | chat_reasoning(request)
