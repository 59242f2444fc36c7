"""Fewer, larger pieces of text."""

import asyncio
import math
from collections.abc import AsyncGenerator
from dataclasses import replace

from tyler_tui.agent.readers.base import CHUNK_KEYS, Events, Reader
from tyler_tui.agent.readers.pump import Ended, Pump
from tyler_tui.events import ExecutionEvent


def buffered(
    events: Events,
    *,
    chunks: int | None = None,
    characters: int | None = None,
    seconds: float | None = 0.1,
) -> Reader[ExecutionEvent]:
    """Join pieces of text, and of thinking, until there are so many of them, or so many
    characters, or the first has waited for so many seconds: whichever comes first; None is no
    limit.

    Every other event passes through in its place, behind the text that came before it, and at
    the end, or before an error is raised, what is left comes out. Raises ValueError for limits
    that cannot be.
    """
    return _Buffered(events, chunks, characters, seconds)


class _Buffered(Reader[ExecutionEvent]):
    def __init__(
        self, events: Events, chunks: int | None, characters: int | None, seconds: float | None
    ) -> None:
        for name, limit in (("chunks", chunks), ("characters", characters), ("seconds", seconds)):
            if limit is not None and limit <= 0:
                raise ValueError(f"{name} must be more than 0, not {limit}")
        super().__init__(events)
        self._chunks = chunks if chunks is not None else math.inf
        self._characters = characters if characters is not None else math.inf
        self._seconds = seconds if seconds is not None else math.inf
        self._pump = Pump(events)
        self._held: list[ExecutionEvent] = []
        self._size = 0
        self._due = math.inf

    async def aclose(self) -> None:
        await self._pump.aclose()

    async def _walk(self) -> AsyncGenerator[ExecutionEvent, None]:
        clock = asyncio.get_running_loop().time
        async with self._pump:
            while True:
                left = self._due - clock()
                event = await self._pump.next(left if left < math.inf else None)
                if self._held and not self._goes_on_with(event):
                    yield self._joined()
                if isinstance(event, Ended):
                    if event.error is not None:
                        raise event.error
                    return
                if event is None:
                    continue
                if event.type not in CHUNK_KEYS:
                    yield event
                    continue
                self._hold(event, clock())
                if self._is_full(clock()):
                    yield self._joined()

    def _goes_on_with(self, event: ExecutionEvent | Ended | None) -> bool:
        """Whether `event` is more of the text that is held."""
        if not isinstance(event, ExecutionEvent):
            return False
        held = self._held[-1]
        return event.type is held.type and _kind(event) == _kind(held)

    def _hold(self, event: ExecutionEvent, now: float) -> None:
        if not self._held:
            self._due = now + self._seconds
        self._held.append(event)
        self._size += len(event.data[CHUNK_KEYS[event.type]])

    def _is_full(self, now: float) -> bool:
        return len(self._held) >= self._chunks or self._size >= self._characters or now >= self._due

    def _joined(self) -> ExecutionEvent:
        """One event out of those that are held, which are held no longer."""
        last = self._held[-1]
        key = CHUNK_KEYS[last.type]
        text = "".join(event.data[key] for event in self._held)
        self._held, self._size, self._due = [], 0, math.inf
        return replace(last, data=last.data | {key: text})


def _kind(event: ExecutionEvent) -> object:
    return event.data.get("thinking_type")
