"""Where a turn stores its messages."""

import asyncio
from collections.abc import Awaitable
from typing import Protocol

from tyler_tui.messages import Message, Thread


class ThreadSink(Protocol):
    """Stores messages; `ThreadStore` is one. All methods raise StoreError, and what has begun is
    written to its end though the caller be cancelled."""

    async def save_message(self, thread: Thread, message: Message) -> None:
        """Insert `message`, or update it by its id."""
        ...

    async def save_thread(self, thread: Thread) -> object:
        """Insert or update the thread with all of its messages."""
        ...


class CatchingUp:
    """A sink that leaves no gaps: after a save that failed, the next one saves the whole thread,
    so that no message is stored without its parent."""

    def __init__(self, sink: ThreadSink) -> None:
        self._sink = sink
        self._behind = False

    @property
    def is_behind(self) -> bool:
        """Whether something could not be saved yet."""
        return self._behind

    async def save_message(self, thread: Thread, message: Message) -> None:
        if self._behind:
            await self.save_thread(thread)
            return
        self._behind = True
        await self._sink.save_message(thread, message)
        self._behind = False

    async def save_thread(self, thread: Thread) -> object:
        self._behind = True
        saved = await self._sink.save_thread(thread)
        self._behind = False
        return saved


async def to_the_end(work: Awaitable[None]) -> None:
    """Await `work`; a cancel that comes meanwhile counts when it is done."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # seen: the cancel is what the caller reports
        raise
