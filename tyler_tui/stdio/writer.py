"""Standard output that waits for a slow reader."""

import asyncio
import select
from typing import TextIO


class Writer:
    """Writes at once, and waits for a slow reader without keeping the event loop from signals and
    timers: a pipe that is ready takes PIPE_BUF bytes without blocking."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        try:
            self._handle: int | None = stream.fileno()
        except (OSError, ValueError):  # not a file, as under a test
            self._handle = None

    async def write(self, text: str) -> None:
        """Raises OSError when the stream takes no more."""
        for start in range(0, len(text), select.PIPE_BUF // 4):  # 4: the longest UTF-8 letter
            await self._ready()
            self._stream.write(text[start : start + select.PIPE_BUF // 4])
            self._stream.flush()

    def write_now(self, text: str) -> None:
        """For the end, when there is no time to wait."""
        self._stream.write(text)
        self._stream.flush()

    async def _ready(self) -> None:
        if self._handle is None or select.select([], [self._handle], [], 0)[1]:
            return
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        loop.add_writer(self._handle, ready.set)
        try:
            await ready.wait()
        finally:
            loop.remove_writer(self._handle)
