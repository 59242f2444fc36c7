"""How text leaves a turn: `Agent.streaming_chunk_size` pieces of it in one event."""

import asyncio
from collections.abc import Awaitable, Callable

from tyler_tui.events import EventType, ExecutionEvent

MAX_WAIT_S = 0.1
"""Text is shown after this time, however few pieces there are: a slow model hides nothing."""


class Chunker:
    """Joins up to `size` pieces of text into one LLM_STREAM_CHUNK."""

    def __init__(self, emit: Callable[[ExecutionEvent], Awaitable[None]], size: int) -> None:
        self._emit = emit
        self._size = size
        self._pieces: list[str] = []
        self._timer: asyncio.TimerHandle | None = None
        self._late: asyncio.Task[None] | None = None

    async def add(self, text: str) -> None:
        """Send `text`, or hold it for a while. Raises what the listener raises."""
        self._pieces.append(text)
        if self._late is not None and self._late.done():
            late, self._late = self._late, None
            late.result()
        if len(self._pieces) >= self._size:
            await self.flush()
        elif self._timer is None and self._late is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(MAX_WAIT_S, self._send_late)

    async def flush(self) -> None:
        """Send what is held, behind what is being sent. Raises what the listener raises."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        late, self._late = self._late, None
        if late is not None:
            await late
        await self._send()

    def _send_late(self) -> None:
        self._timer = None
        self._late = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while self._pieces:
            text = "".join(self._pieces)
            self._pieces.clear()
            await self._emit(ExecutionEvent.now(EventType.LLM_STREAM_CHUNK, content_chunk=text))
