"""A provider on loopback: real HTTP, the chat-completions stream format, scripted.

The server runs in a thread with a loop of its own, so it serves clients in the test's loop and
programs in other processes alike. Each request takes the next of the scripted replies; with none
left it streams `MARKDOWN`. `python -m tests.provider_server` runs it by hand.
"""

import asyncio
import json
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

MARKDOWN = """# A tour

Some *emphasis*, **strong words**, `code`, and a [link](https://example.com/).

- one thing
- another thing
  1. nested first
  2. nested second

| name | value |
|------|------:|
| 日本 | 12 |
| emoji 🎉 | 7 |

```python
def greet(name: str) -> str:
    return f"hello {name}"
```

> A quotation that says little.

The end.
"""


@dataclass(frozen=True)
class Text:
    """Answer text, in pieces of `size` characters (all at once by default)."""

    text: str
    size: int = 0


@dataclass(frozen=True)
class Thinking:
    text: str


@dataclass(frozen=True)
class Call:
    """A fragment of a tool call; None leaves the field out."""

    index: int | None = 0
    id: str | None = None
    name: str | None = None
    arguments: str | None = None


@dataclass(frozen=True)
class UsageChunk:
    prompt_tokens: int = 10
    completion_tokens: int = 5


@dataclass(frozen=True)
class Finish:
    reason: str = "stop"


@dataclass(frozen=True)
class Raw:
    """Bytes that go out as they are."""

    data: bytes


@dataclass(frozen=True)
class Pause:
    """Go on when the test sets the event."""

    until: threading.Event


@dataclass(frozen=True)
class Hang:
    """Send nothing more and keep the connection open until the client leaves."""


@dataclass(frozen=True)
class Disconnect:
    """Close the connection here, with a reset when asked."""

    reset: bool = False


Step = Text | Thinking | Call | UsageChunk | Finish | Raw | Pause | Hang | Disconnect


@dataclass
class Reply:
    """One answer. With a `body` it is not a stream. `split` cuts what is sent into pieces of so
    many bytes; `rate` is events a second, 0 for as fast as it goes."""

    steps: Sequence[Step] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    split: int = 0
    newline: str = "\n"
    comments: bool = False
    done: bool = True
    chunked: bool = False
    rate: float = 0.0


def answer(text: str, **options: Any) -> Reply:
    """A whole, well-formed answer with usage."""
    return Reply([Text(text), Finish(), UsageChunk()], **options)


def error(status: int, message: str, code: str = "", **headers: str) -> Reply:
    """An error in the format of the OpenAI API."""
    form = {"error": {"message": message, "type": "error", "code": code or None}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status=status, headers=named, body=json.dumps(form).encode())


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

    async def wait_closed(self, timeout_s: float = 5.0) -> float:
        """Wait until the client has closed the connection; when that was (time.monotonic())."""
        closed = await asyncio.to_thread(self.closed.wait, timeout_s)
        assert closed, "the client did not close the connection"
        return self.closed_at


class ProviderServer:
    """Use as a context manager."""

    def __init__(self, port: int = 0) -> None:
        self.requests: list[Received] = []
        self._replies: deque[Reply | Callable[[Received], Reply]] = deque()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._socket = socket.create_server(("127.0.0.1", port))
        self._arrived = threading.Condition()
        self._connections: set[asyncio.Task[None]] = set()
        self.fallback = answer(MARKDOWN)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def script(self, *replies: Reply | Callable[[Received], Reply]) -> None:
        """Answer the next requests so, one reply each."""
        self._replies.extend(replies)

    def wait_request(self, number: int, timeout_s: float = 30.0) -> Received:
        """The request with that number, counted from 0, once it has come."""
        with self._arrived:
            came = self._arrived.wait_for(lambda: len(self.requests) > number, timeout_s)
        assert came, f"request {number} did not come; {len(self.requests)} did"
        return self.requests[number]

    def __enter__(self) -> Self:
        self._thread.start()
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
            models = {"object": "list", "data": [{"id": "local-model", "object": "model"}]}
            await _send_whole(writer, Reply(body=json.dumps(models).encode()))
            return True
        with self._arrived:
            self.requests.append(received)
            self._arrived.notify_all()
        scripted = self._replies.popleft() if self._replies else self.fallback
        reply = scripted if isinstance(scripted, Reply) else scripted(received)
        watcher = asyncio.create_task(_watch(reader, received))
        try:
            if reply.body is not None:
                await _send_whole(writer, reply)
            else:
                await _Sender(writer, reply, watcher).run()
            received.answered.set()
        finally:
            if not watcher.done():
                watcher.cancel()
        return False


async def _watch(reader: asyncio.StreamReader, received: Received) -> None:
    """A client that waits for an answer sends nothing: what can be read is its leaving."""
    try:
        await reader.read(1)
    except ConnectionError:
        pass
    received.closed_at = time.monotonic()
    received.closed.set()


async def _send_whole(writer: asyncio.StreamWriter, reply: Reply) -> None:
    body = reply.body or b""
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    writer.write(_head(reply.status, headers | reply.headers) + body)
    await writer.drain()


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


class _Sender:
    """Sends one streamed reply."""

    def __init__(
        self, writer: asyncio.StreamWriter, reply: Reply, watcher: "asyncio.Task[None]"
    ) -> None:
        self._writer = writer
        self._reply = reply
        self._watcher = watcher
        self._role_sent = False

    async def run(self) -> None:
        headers = {"Content-Type": "text/event-stream; charset=utf-8", "Connection": "close"}
        if self._reply.chunked:
            headers["Transfer-Encoding"] = "chunked"
        self._writer.write(_head(self._reply.status, headers | self._reply.headers))
        for step in self._reply.steps:
            if not await self._take(step):
                return
        if self._reply.done:
            await self._write(f"data: [DONE]{self._reply.newline * 2}".encode())
        if self._reply.chunked:
            self._writer.write(b"0\r\n\r\n")
        await self._writer.drain()

    async def _take(self, step: Step) -> bool:
        match step:
            case Text(text, size):
                size = size or max(1, len(text))
                for start in range(0, len(text), size):
                    await self._event(delta={"content": text[start : start + size]})
            case Thinking(text):
                await self._event(delta={"reasoning_content": text})
            case Call():
                await self._event(delta={"tool_calls": [_call_form(step)]})
            case Finish(reason):
                await self._event(delta={}, finish_reason=reason)
            case UsageChunk(prompt, completion):
                tokens = {
                    "prompt_tokens": prompt,
                    "completion_tokens": completion,
                    "total_tokens": prompt + completion,
                }
                await self._event(usage=tokens)
            case Raw(data):
                await self._write(data)
            case Pause(until):
                await self._writer.drain()
                await asyncio.to_thread(until.wait, 30)
            case Hang():
                await self._writer.drain()
                await asyncio.wait([self._watcher])
                return False
            case Disconnect(reset):
                await self._writer.drain()
                if reset:
                    raw = self._writer.get_extra_info("socket")
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self._writer.transport.abort()
                return False
        return True

    async def _event(
        self,
        *,
        delta: dict[str, Any] | None = None,
        finish_reason: str | None = None,
        usage: dict[str, int] | None = None,
    ) -> None:
        if delta is not None and not self._role_sent:
            delta = {"role": "assistant", **delta}
            self._role_sent = True
        choices = [] if delta is None else [
            {"index": 0, "delta": delta, "finish_reason": finish_reason}
        ]  # fmt: skip
        form: dict[str, Any] = {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "local-model",
            "choices": choices,
        }
        if usage is not None:
            form["usage"] = usage
        newline = self._reply.newline
        comment = f": ping{newline}{newline}" if self._reply.comments else ""
        data = json.dumps(form, ensure_ascii=False)
        await self._write(f"{comment}data: {data}{newline}{newline}".encode())
        if self._reply.rate:
            await asyncio.sleep(1 / self._reply.rate)

    async def _write(self, data: bytes) -> None:
        size = self._reply.split or len(data)
        for start in range(0, len(data), size):
            piece = data[start : start + size]
            if self._reply.chunked:
                piece = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
            self._writer.write(piece)
            await self._writer.drain()
            if self._reply.split:
                await asyncio.sleep(0)  # let the piece leave on its own


def _call_form(call: Call) -> dict[str, Any]:
    function = {
        name: value
        for name, value in (("name", call.name), ("arguments", call.arguments))
        if value is not None
    }
    form: dict[str, Any] = {"function": function}
    if call.index is not None:
        form["index"] = call.index
    if call.id is not None:
        form |= {"id": call.id, "type": "function"}
    return form


def main() -> None:
    rate = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with ProviderServer() as server:
        words = [Text(MARKDOWN, size=4), Finish(), UsageChunk()]
        server.fallback = Reply(words, rate=rate)
        sys.stdout.write(f"OPENAI_API_BASE={server.base_url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
