"""The model: a server of the OpenAI format in a process of its own, and its handle.

It is told in the prompt what to send (`order`), and writes what happened, and when, to its
standard output as JSON lines. The clock is time.monotonic(), one for all processes.
"""

import asyncio
import contextlib
import itertools
import json
import re
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench.document import tokens
from tests.bench.formats import Answer, completions, responses

REPORT_EVERY = 100
SEND_BUFFER = 1 << 15
_marks = itertools.count(1)
_ORDER = re.compile(r"send (\d+) tokens at (\d+|once) until (\w+)")


def order(count: int, rate: float | None, mark: str) -> str:
    """The prompt that makes the server send `count` tokens, at `rate` a second or at once, and
    then end_of(mark)."""
    return f"send {count} tokens at {f'{rate:.0f}' if rate else 'once'} until {mark}"


def new_mark() -> str:
    """A mark that no other answer has."""
    return f"Q{next(_marks)}"


def end_of(mark: str) -> str:
    return f"END{mark}"


@dataclass(frozen=True)
class Seen:
    """Something that the server saw or did."""

    what: str
    """request, sent (so many tokens by now), last (the last byte was sent), closed."""
    at: float
    mark: str
    count: int = 0


class Server:
    """Use as a context manager."""

    def __enter__(self) -> Self:
        self._seen: list[Seen] = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.server"],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.base_url = f"http://127.0.0.1:{int(self._process.stdout.readline())}/v1"
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join(5)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._changed:
                self._seen.append(Seen(**json.loads(line)))
                self._changed.notify_all()

    def find(self, what: str, mark: str, count: int = 0) -> Seen | None:
        """The first such event with at least `count`, if it has come."""
        with self._changed:
            return self._find(what, mark, count)

    def wait(self, what: str, mark: str, count: int = 0, timeout_s: float = 60.0) -> Seen:
        with self._changed:
            self._changed.wait_for(lambda: self._find(what, mark, count), timeout_s)
            found = self._find(what, mark, count)
        if found is None:
            raise TimeoutError(f"the server did not report {what!r} for {mark}")
        return found

    def _find(self, what: str, mark: str, count: int) -> Seen | None:
        for seen in self._seen:
            if seen.what == what and seen.mark == mark and seen.count >= count:
                return seen
        return None


# The server's own process


def _report(what: str, mark: str, count: int = 0, at: float | None = None) -> None:
    at = time.monotonic() if at is None else at
    sys.stdout.write(json.dumps({"what": what, "mark": mark, "count": count, "at": at}) + "\n")
    sys.stdout.flush()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while await _serve_one(reader, writer):
            pass
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def _serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
    body = await reader.readexactly(int(length[1])) if length else b""
    orders = _ORDER.findall(body.decode())
    if not orders:
        answer = b'{"object": "list", "data": []}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(answer), answer))
        await writer.drain()
        return True
    count, rate, mark = orders[-1]
    _report("request", mark)
    written = responses if "/responses" in head.partition("\r\n")[0] else completions
    answering = written(tokens(int(count), end_of(mark)))
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n")
    writer.write(b"Transfer-Encoding: chunked\r\n\r\n")
    writer.write(answering.start)
    sending = asyncio.create_task(_send(writer, answering, rate, mark))
    # Who waits for an answer sends nothing: what can be read is its leaving.
    watching = asyncio.create_task(reader.read(1))
    await asyncio.wait({sending, watching}, return_when=asyncio.FIRST_COMPLETED)
    if not sending.done() or sending.exception() is not None:
        _report("closed", mark)
    for task in (sending, watching):
        task.cancel()
    await asyncio.gather(sending, watching, return_exceptions=True)
    return False


async def _send(writer: asyncio.StreamWriter, answer: Answer, rate: str, mark: str) -> None:
    # Then `drain` returns when the system has taken all, and `last` is the time of the last byte.
    writer.transport.set_write_buffer_limits(high=0)
    began = time.monotonic()
    for number, piece in enumerate(answer.pieces):
        if rate != "once":
            delay = began + number / float(rate) - time.monotonic()
            if delay > 0:
                await asyncio.sleep(delay)
        writer.write(piece)
        await writer.drain()
        if rate != "once" and number % REPORT_EVERY == 0:
            _report("sent", mark, number)
    writer.write(answer.end)
    await writer.drain()
    _report("last", mark)


async def _main() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    # A system that takes megabytes ahead of a slow reader would make its last byte an early one.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    server = await asyncio.start_server(_serve, sock=listening)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main())
