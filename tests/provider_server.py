"""A provider on loopback: real HTTP, the chat-completions stream format, scripted.

The server runs in a thread with a loop of its own, so it serves clients in the test's loop and
programs in other processes alike. Each request takes the next of the scripted replies; with none
left it streams `MARKDOWN`. `python -m tests.provider_server` runs it by hand.
"""

import asyncio
import json
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from tests.provider_replies import (
    MARKDOWN,
    Call,
    Disconnect,
    Endless,
    Finish,
    Hang,
    Pause,
    Raw,
    Reply,
    Step,
    Text,
    Thinking,
    UsageChunk,
    answer,
    error,
    model_list,
)
from tests.provider_sending import Sender, send_whole
from tyler_tui.agent import titling

__all__ = [
    "CLOSED_WITHIN_S",
    "MARKDOWN",
    "Call",
    "Disconnect",
    "Endless",
    "Finish",
    "Hang",
    "Pause",
    "ProviderServer",
    "Raw",
    "Received",
    "Reply",
    "Step",
    "Text",
    "Thinking",
    "UsageChunk",
    "answer",
    "error",
    "model_list",
]

CLOSED_WITHIN_S = 5.0
"""How soon the server must see that an answer was stopped. 0.3 s are promised and measured by the
benchmarks; here the machine may be busy with other tests, and what would fail is what leaves the
closing to a time-out, to the garbage collector or to the end of the program."""


@dataclass
class Received:
    """A request that came in, and what became of its connection."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    closed: threading.Event = field(default_factory=threading.Event)
    closed_at: float = 0.0
    """time.monotonic() when the client closed the connection."""
    answered: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    """Set when it was answered whole, or the client has closed the connection."""

    def client_left(self) -> None:
        if not self.closed.is_set():
            self.closed_at = time.monotonic()
            self.closed.set()
            self.over.set()

    def when_closed(self, timeout_s: float = 60.0) -> float:
        """Wait until the client has closed the connection; when that was (time.monotonic())."""
        assert self.closed.wait(timeout_s), "the client did not close the connection"
        return self.closed_at

    async def wait_closed(self, timeout_s: float = 60.0) -> float:
        """Wait until the client has closed the connection; when that was (time.monotonic())."""
        return await asyncio.to_thread(self.when_closed, timeout_s)


class ProviderServer:
    """Use as a context manager."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Received] = []
        self.model_requests: list[Received] = []
        self.title_requests: list[Received] = []
        """Requests for the title of a session: they take none of the scripted replies."""
        self.models: Reply | Callable[[Received], Reply] = model_list("local-model")
        self._replies: deque[Reply | Callable[[Received], Reply]] = deque()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._socket = socket.create_server(("127.0.0.1", port))
        self._arrived = threading.Condition()
        self._serving = threading.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self.fallback: Reply | Callable[[Received], Reply] = answer(MARKDOWN)
        self.title = error(404, "no title today")

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def script(self, *replies: Reply | Callable[[Received], Reply]) -> None:
        """Answer the next requests so, one reply each."""
        self._replies.extend(replies)

    def wait_request(self, number: int, timeout_s: float = 60.0) -> Received:
        """The request with that number, counted from 0, once it has come."""
        with self._arrived:
            came = self._arrived.wait_for(lambda: len(self.requests) > number, timeout_s)
        assert came, f"request {number} did not come; {len(self.requests)} did"
        return self.requests[number]

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._serving.wait(60), "the server did not start"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._socket.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, sock=self._socket))
        self._loop.call_soon(self._serving.set)
        self._loop.run_forever()
        server.close()
        for task in self._connections:
            task.cancel()
        gathered = asyncio.gather(*self._connections, return_exceptions=True)
        self._loop.run_until_complete(gathered)
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._serve_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._connections.discard(task)

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        request_line, *lines = head.split("\r\n")
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines if line)
        }
        size = int(headers.get("content-length", 0))
        body = json.loads(await reader.readexactly(size)) if size else {}
        received = Received(request_line.split(" ")[1], headers, body)
        if received.path.endswith("/models"):
            self.model_requests.append(received)
            listed = self.models
            await send_whole(writer, listed if isinstance(listed, Reply) else listed(received))
            return True
        if _wants_title(received):
            self.title_requests.append(received)
            scripted: Reply | Callable[[Received], Reply] = self.title
        else:
            with self._arrived:
                self.requests.append(received)
                self._arrived.notify_all()
            scripted = self._replies.popleft() if self._replies else self.fallback
        reply = scripted if isinstance(scripted, Reply) else scripted(received)
        watcher = asyncio.create_task(_watch(reader, received))
        try:
            if reply.body is not None:
                await send_whole(writer, reply)
            else:
                await Sender(writer, reply, watcher).run()
            received.answered.set()
            received.over.set()
        except ConnectionError:  # it left in mid-sentence
            received.client_left()
            raise
        finally:
            if not watcher.done():
                watcher.cancel()
        return False


def _wants_title(received: Received) -> bool:
    messages = received.body.get("messages") or [{}]
    return bool(messages[0].get("content") == titling.PROMPT)


async def _watch(reader: asyncio.StreamReader, received: Received) -> None:
    """A client that waits for an answer sends nothing: what can be read is its leaving."""
    with suppress(ConnectionError):
        await reader.read(1)
    received.client_left()


def main() -> None:
    rate = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with ProviderServer() as server:
        words: list[Step] = [Text(MARKDOWN, size=4), Finish(), UsageChunk()]
        server.fallback = Reply(words, rate=rate)
        sys.stdout.write(f"OPENAI_API_BASE={server.base_url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
