"""Keep a streaming message on disk without making the stream wait.

The first piece is written at once, then at most one write every CHECKPOINT_S, the last one also
when no more text comes. One write is under way at a time. A write that fails is made up for by
the next; the message's last write, which is not made here, is the one that must succeed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

CHECKPOINT_S = 0.4


class Checkpointer:
    """Calls `save` in the background after `touch`. It is not kept: who saves has a checkpointer,
    and a circle of the two would hold a whole request until garbage is collected."""

    def __init__(self) -> None:
        self._dirty = False
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def touch(self, save: Callable[[], Awaitable[None]]) -> None:
        """There is something new to write."""
        self._dirty = True
        if self._task is None:
            self._task = asyncio.create_task(self._write(save))

    async def stop(self) -> None:
        """Wait for the write under way, and write nothing more."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    async def _write(self, save: Callable[[], Awaitable[None]]) -> None:
        while self._dirty and not self._stopping.is_set():
            self._dirty = False
            with suppress(Exception):
                await save()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), CHECKPOINT_S)
        self._task = None
