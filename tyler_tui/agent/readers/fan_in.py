"""Many streams as one."""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from typing import TypeVar

from tyler_tui.agent.readers.base import Events, Reader
from tyler_tui.agent.readers.guarding import guarded
from tyler_tui.agent.readers.pump import Ended, Pump
from tyler_tui.events import ExecutionEvent

K = TypeVar("K")


def fan_in(
    streams: Mapping[K, Events] | Iterable[tuple[K, Events]], *, limit: int = 4
) -> Reader[tuple[K, ExecutionEvent]]:
    """Run many streams, at most `limit` at a time, and give on (key, event) as events happen.

        async for topic, event in fan_in((topic, agent.go(about(topic))) for topic in topics): ...

    `streams` are taken from as there is room, so they may be made on the way. Each is `guarded`:
    one that fails ends with its EXECUTION_ERROR, and the others go on. Leaving the loop stops
    all. A slow reader holds them all back; nothing piles up. Raises ValueError for a limit below
    1, and in the loop what making the streams raises.
    """
    if limit < 1:
        raise ValueError(f"limit must be at least 1, not {limit}")
    pairs = streams.items() if isinstance(streams, Mapping) else streams
    return _FanIn(iter(pairs), limit)


class _FanIn(Reader[tuple[K, ExecutionEvent]]):
    def __init__(self, pairs: Iterator[tuple[K, Events]], limit: int) -> None:
        super().__init__()
        # The readers share one iterator: who is done with a stream takes the next.
        self._pump = Pump(*(_one_by_one(pairs) for _ in range(limit)), ahead=limit)

    async def aclose(self) -> None:
        await self._pump.aclose()

    async def _walk(self) -> AsyncGenerator[tuple[K, ExecutionEvent], None]:
        async with self._pump:
            while not isinstance(item := await self._pump.next(), Ended):
                assert item is not None  # there is no time-out
                yield item
            if item.error is not None:
                raise item.error


async def _one_by_one(
    pairs: Iterator[tuple[K, Events]],
) -> AsyncGenerator[tuple[K, ExecutionEvent], None]:
    for key, events in pairs:
        async with guarded(events) as stream:
            async for event in stream:
                yield key, event
