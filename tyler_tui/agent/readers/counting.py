"""Tokens, counted while they stream."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from tyler_tui.agent.readers.base import CHUNK_KEYS, Events, Reader, close
from tyler_tui.agent.stream import EventStream
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, Usage
from tyler_tui.providers import rough_count


def counted(events: Events) -> "Counted":
    """Add up the tokens of a turn in `usage`; the events pass through as they are.

    What the provider says counts. Where it says nothing, an agent's stream is counted with the
    model's tokenizer, as far as LiteLLM has it, and the figures are marked as `estimated`: when
    EXECUTION_COMPLETE arrives, or, for a turn that was cut short, when the loop has ended. The
    first such count loads LiteLLM, in a thread.
    """
    return Counted(events)


class Counted(Reader[ExecutionEvent]):
    """See `counted`."""

    def __init__(self, events: Events) -> None:
        super().__init__(events)
        self._events = events
        self._calls: dict[str, Usage] = {}
        self._running = 0
        self._counts: set[asyncio.Task[None]] = set()

    @property
    def usage(self) -> Usage:
        """Tokens so far: of the model calls that have ended, and, as an estimate, what of the
        one that runs has arrived."""
        ended = sum(self._calls.values(), Usage())
        if not self._running:
            return ended
        return ended + Usage(0, self._running, self._running, estimated=True)

    async def _walk(self) -> AsyncGenerator[ExecutionEvent, None]:
        events = aiter(self._events)
        try:
            async for event in events:
                self._take(event)
                if event.type is EventType.EXECUTION_COMPLETE:
                    await self._all_counted()
                yield event
            await self._all_counted()
        finally:
            for count in self._counts:
                count.cancel()
            await close(events, self._events)

    def _take(self, event: ExecutionEvent) -> None:
        if event.type in CHUNK_KEYS:
            self._running += rough_count(event.data[CHUNK_KEYS[event.type]])
        elif event.type is EventType.MESSAGE_CREATED:
            message = event.data["message"]
            if message.usage is not None:
                self._running = 0
                self._calls[message.id] = message.usage
                if message.usage.estimated and self.stream is not None:
                    self._counts.add(asyncio.create_task(self._count(self.stream, message)))

    async def _count(self, stream: EventStream, message: Message) -> None:
        with suppress(TylerError):  # the turn's own estimate stands
            self._calls[message.id] = await stream.count_usage(message)

    async def _all_counted(self) -> None:
        if self._counts:
            await asyncio.wait(self._counts)
