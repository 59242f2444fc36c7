"""The conversation over a WebSocket at `/ws/chat`, and as server-sent events from `POST /chat`.

Both say what `protocol` says. Of an event stream `event` is the message's type and `data` the whole
message; it ends when the answer does. What a WebSocket client would say meanwhile, to cancel or to
decide, goes to `POST /chat/SESSION_ID`. When a client leaves, its answer is stopped and kept.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketState

from tyler_tui.errors import TylerError
from tyler_tui.events import ExecutionEvent
from tyler_tui.web import protocol as said
from tyler_tui.web.channel import Channel, Channels
from tyler_tui.web.guard import SUBPROTOCOL
from tyler_tui.web.outbox import Outbox
from tyler_tui.web.tasks import GONE, end
from tyler_tui.web.translation import refusal

PATIENCE_S = 30.0
"""A client that takes nothing for so long is gone."""
HEARTBEAT_S = 15.0
"""How often a silent event stream says that it lives: proxies close those that seem dead."""
FAULT = said.Error("internal", "This is a fault of the server. Its log has the details.")
GOING_AWAY, REFUSED, FAILED = 1001, 1008, 1011

_STATUS = {"too_large": 413, "not_found": 404, "busy": 409, "internal": 500, "unavailable": 503}
_log = logging.getLogger(__name__)


def chat_router(channels: Channels, *, patience_s: float = PATIENCE_S) -> APIRouter:
    """The routes of this module."""
    router = APIRouter()

    @router.websocket("/ws/chat")
    async def chat_socket(
        websocket: WebSocket, session: str | None = None, model: str | None = None
    ) -> None:
        client = _SocketClient(websocket, channels, patience_s)
        await client.serve(session, model)

    @router.post("/chat")
    async def chat_stream(request: Request) -> Response:
        message = await _said_in(request)
        if isinstance(message, said.Error):
            return _problem(message)
        if not isinstance(message, said.ChatMessage):
            return _problem(said.Error("bad_message", "A stream begins with a message."))
        if channels.is_closing:
            return _problem(said.Error("unavailable", "The server is closing."))
        outbox = Outbox(form=_as_event)
        try:
            channel = await channels.open(outbox, message.session, message.model)
        except TylerError as error:
            return _problem(refusal(error))
        return _EventStream(channels, channel, message, patience_s)

    @router.post("/chat/{session_id}")
    async def say(request: Request, session_id: str) -> Response:
        message = await _said_in(request)
        if isinstance(message, said.Error):
            return _problem(message)
        for channel in channels.of_session(session_id):
            if channel.conversation.is_busy:
                await channel.take(message)
                return Response(status_code=202)
        return _problem(said.Error("not_found", "No answer is under way in that session."))

    @router.get("/protocol.json")
    async def protocol() -> Response:
        return JSONResponse(said.schema())

    return router


async def _pump(
    outbox: Outbox,
    send: Callable[[str], Awaitable[None]],
    patience_s: float,
    heartbeat: str | None = None,
) -> bool:
    """Send what is left in the outbox until it is closed. Returns False when the client is gone."""
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_S if heartbeat is not None else None):
                text = await outbox.get()
        except TimeoutError:
            text = heartbeat
        if text is None:
            return True
        try:
            async with asyncio.timeout(patience_s):
                await send(text)
        except GONE:
            return False


class _SocketClient:
    """A client of `/ws/chat`, from its first to its last message."""

    def __init__(self, websocket: WebSocket, channels: Channels, patience_s: float) -> None:
        self._socket = websocket
        self._channels = channels
        self._patience_s = patience_s
        self._outbox = Outbox()
        self._channel: Channel | None = None
        self._code = GOING_AWAY

    async def serve(self, session: str | None, model: str | None) -> None:
        offered = SUBPROTOCOL in self._socket.scope["subprotocols"]
        await self._socket.accept(subprotocol=SUBPROTOCOL if offered else None)
        reading = asyncio.create_task(self._read(session, model))
        sending = asyncio.create_task(_pump(self._outbox, self._socket.send_text, self._patience_s))
        try:
            await asyncio.wait({reading, sending}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and sending.result():
                await self._hang_up()
        finally:
            self._outbox.abandon()
            await end(reading, sending)
            if self._channel is not None:
                await self._channels.close(self._channel)

    async def _read(self, session: str | None, model: str | None) -> None:
        """Take what the client says until it leaves. What ends the connection is told first."""
        try:
            if session or model:
                await self._open(session, model)
            while (text := await self._next()) is not None:
                await self._take(text)
        except TylerError as error:
            await self._end(refusal(error), REFUSED)
        except Exception:
            _log.exception("a WebSocket client could not be served")
            await self._end(FAULT, FAILED)
        # Until the last word has gone out, or the client has left.
        while await self._next() is not None:
            pass

    async def _open(self, session: str | None, model: str | None) -> Channel:
        self._channel = await self._channels.open(self._outbox, session, model)
        if self._channels.is_closing:
            self._outbox.close()
        return self._channel

    async def _next(self) -> str | bytes | None:
        if self._socket.client_state is WebSocketState.DISCONNECTED:
            return None
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text: str | bytes | None = message.get("text")
        return text if text is not None else message["bytes"]

    async def _take(self, text: str | bytes) -> None:
        try:
            message = said.decode(text)
        except said.BadMessageError as error:
            await self._outbox.put(said.Error("bad_message", str(error)))
            return
        channel = self._channel
        if channel is None:
            if isinstance(message, said.ChatMessage):
                channel = await self._open(message.session, message.model)
            else:
                channel = await self._open(None, None)
        await channel.take(message)

    async def _end(self, error: said.Error, code: int) -> None:
        self._code = code
        await self._outbox.put(error, urgent=True)
        self._outbox.close()

    async def _hang_up(self) -> None:
        with suppress(RuntimeError, *GONE):  # it was quicker
            async with asyncio.timeout(self._patience_s):
                await self._socket.close(self._code)


class _EventStream(Response):
    """The answer to one prompt, as server-sent events."""

    def __init__(
        self, channels: Channels, channel: Channel, message: said.ChatMessage, patience_s: float
    ) -> None:
        super().__init__(media_type="text/event-stream")
        del self.headers["content-length"]
        self.headers["cache-control"] = "no-store"
        self.headers["x-accel-buffering"] = "no"  # or nginx would keep it until it is whole
        self._channels = channels
        self._channel = channel
        self._message = message
        self._patience_s = patience_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        outbox = self._channel.outbox

        async def send_text(text: str) -> None:
            await send({"type": "http.response.body", "body": text.encode(), "more_body": True})

        async def until_the_client_leaves() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        leaving = asyncio.create_task(until_the_client_leaves())
        sending: asyncio.Task[bool] | None = None
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            sending = asyncio.create_task(
                _pump(outbox, send_text, self._patience_s, ": still here\n\n")
            )
            await self._ask()
            await asyncio.wait({leaving, sending}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and sending.result():
                await self._channels.close(self._channel)  # who hears the end finds it free
                await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            outbox.abandon()
            await end(*(task for task in (leaving, sending) if task is not None))
            await self._channels.close(self._channel)

    async def _ask(self) -> None:
        conversation, outbox = self._channel.conversation, self._channel.outbox

        async def close_behind(event: ExecutionEvent) -> None:
            if event.type.is_terminal and not conversation.is_busy:
                outbox.close()

        conversation.subscribe(close_behind)
        await self._channel.take(self._message)
        if not conversation.is_busy:
            outbox.close()


def _as_event(message: said.ServerMessage) -> str:
    return f"event: {said.type_of(message)}\ndata: {said.encode(message)}\n\n"


async def _said_in(request: Request) -> said.ClientMessage | said.Error:
    """The message in the body of a request."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > said.MAX_MESSAGE_BYTES:
            return said.Error("too_large", f"At most {said.MAX_MESSAGE_BYTES} bytes are taken.")
    try:
        return said.decode(bytes(body))
    except said.BadMessageError as error:
        return said.Error("bad_message", str(error))


def _problem(error: said.Error) -> Response:
    return Response(said.encode(error), _STATUS.get(error.code, 400), media_type="application/json")
