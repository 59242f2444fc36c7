"""What the readers share: how they are iterated, and how they are left."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from typing import Self, TypeVar

from tyler_tui.agent.stream import EventStream
from tyler_tui.events import EventType, ExecutionEvent

T_co = TypeVar("T_co", covariant=True)

Events = AsyncIterable[ExecutionEvent]

CHUNK_KEYS = {
    EventType.LLM_STREAM_CHUNK: "content_chunk",
    EventType.LLM_THINKING_CHUNK: "thinking_chunk",
}
"""Where the events that come in pieces have their text."""


class Reader(AsyncIterable[T_co], ABC):
    """The events of `source` in another form.

    Leaving the loop stops what is read at once, also where the reader has a name: the loop alone
    holds the generator that it drops. `aclose`, `async with` and cancelling the task stop it too,
    and wait until it has stopped.
    """

    def __init__(self, source: AsyncIterable[object] | None = None) -> None:
        self._source = source

    @property
    def stream(self) -> EventStream | None:
        """The agent's stream at the bottom, to cancel it or to ask for its thread; None when the
        events come from elsewhere."""
        source = self._source
        if isinstance(source, Reader):
            return source.stream
        return source if isinstance(source, EventStream) else None

    def __aiter__(self) -> AsyncIterator[T_co]:
        return self._walk()

    @abstractmethod
    def _walk(self) -> AsyncGenerator[T_co, None]:
        """One pass over the source, which it closes however it ends."""

    async def aclose(self) -> None:
        """Stop what is read, and wait until it has stopped."""
        await close(self._source)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


async def close(*sources: object) -> None:
    """Close those that are of a kind that can be closed: an iterator, and what it came from."""
    for source in sources:
        aclose = getattr(source, "aclose", None)
        if aclose is not None:
            await aclose()
