"""Reading in a task of its own, for who must be able to stop waiting without stopping the source,
or waits for several sources at once."""

import asyncio
from collections.abc import AsyncIterable
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from tyler_tui.agent.readers.base import close

T = TypeVar("T")

CLOSE_S = 5.0
"""How long to wait for a source that was told to stop."""


@dataclass(frozen=True, slots=True)
class Ended:
    """There is nothing more to come, because of `error` if there was one."""

    error: BaseException | None = None


class Pump(Generic[T]):
    """Reads `sources`, at most `ahead` items ahead of who asks. It starts when it is first asked.

    Leaving its `async with` block stops the sources; so does `aclose`, from any task.
    """

    def __init__(self, *sources: AsyncIterable[T], ahead: int = 1) -> None:
        self._sources = sources
        self._open = len(sources)
        self._items: asyncio.Queue[T | Ended] = asyncio.Queue()
        self._room = asyncio.Semaphore(ahead)
        self._tasks: list[asyncio.Task[None]] = []
        self.is_closed = False

    async def next(self, timeout_s: float | None = None) -> T | Ended | None:
        """The next item of any source; None when none came in time, which loses nothing; Ended
        when one source failed or all have ended."""
        if not self._tasks and not self.is_closed:
            self._tasks = [asyncio.create_task(self._read(source)) for source in self._sources]
        while self._open:
            try:
                async with asyncio.timeout(timeout_s):
                    item = await self._items.get()
            except TimeoutError:
                return None
            if not isinstance(item, Ended):
                self._room.release()
                return item
            self._open -= 1
            if item.error is not None:
                self._open = 0
                return item
        return Ended()

    async def _read(self, source: AsyncIterable[T]) -> None:
        error: BaseException | None = None
        try:
            items = aiter(source)
            try:
                async for item in items:
                    await self._room.acquire()
                    self._items.put_nowait(item)
            finally:
                await close(items, source)
        except (Exception, asyncio.CancelledError) as caught:
            error = caught
        self._items.put_nowait(Ended(None if self.is_closed else error))

    async def aclose(self) -> None:
        """Stop reading, and wait until the sources have stopped. May be called again."""
        self.is_closed = True
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_S)
        else:
            self._open = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()
