"""How the provider on loopback puts a reply on the wire."""

import asyncio
import json
import socket
import struct
from typing import Any

from tests.provider_replies import (
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
)


async def send_whole(writer: asyncio.StreamWriter, reply: Reply) -> None:
    body = reply.body or b""
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        # A client that kept the connection would close it when its loop is gone.
        "Connection": "close",
    }
    writer.write(_head(reply.status, headers | reply.headers) + body)
    await writer.drain()


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{k}: {v}" for k, v in headers.items()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


class Sender:
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
        if self._reply.silent:
            await asyncio.wait([self._watcher])
            return
        head = self._reply.head
        if head is None:
            head = _head(self._reply.status, headers | self._reply.headers)
        self._writer.write(head)
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
            case UsageChunk(prompt, completion, cached):
                tokens: dict[str, Any] = {
                    "prompt_tokens": prompt,
                    "completion_tokens": completion,
                    "total_tokens": prompt + completion,
                }
                if cached:
                    tokens["prompt_tokens_details"] = {"cached_tokens": cached}
                await self._event(usage=tokens)
            case Raw(data):
                await self._write(data)
                await self._keep_to_the_rate()
            case Pause(until):
                await self._writer.drain()
                await asyncio.to_thread(until.wait, 30)
            case Hang():
                await self._writer.drain()
                await asyncio.wait([self._watcher])
                return False
            case Endless(data, rate):
                while not self._watcher.done():
                    await self._write(data)
                    await asyncio.sleep(1 / rate if rate else 0)
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
        await self._keep_to_the_rate()

    async def _keep_to_the_rate(self) -> None:
        if self._reply.rate:
            await asyncio.sleep(1 / self._reply.rate)

    async def _write(self, data: bytes) -> None:
        size = self._reply.split or max(1, len(data))
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
