"""Keep a streaming message on disk without making the stream wait.

The first piece is written at once, then at most one write every CHECKPOINT_S, the last one also
when no more text comes. One write is under way at a time.
"""

import asyncio
from collections.abc import Awaitable, Callable

from tyler_tui.errors import TylerError

CHECKPOINT_S = 0.25


class Checkpointer:
    """Calls `save` in the background after `touch`. What `save` raised is raised by `stop`."""

    def __init__(self, save: Callable[[], Awaitable[None]]) -> None:
        self._save = save
        self._dirty = False
        self._task: asyncio.Task[None] | None = None
        self._error: TylerError | None = None

    def touch(self) -> None:
        """There is something new to write."""
        self._dirty = True
        if self._task is None:
            self._task = asyncio.create_task(self._write())

    async def stop(self) -> None:
        """Wait for the write under way, and write nothing more."""
        self._dirty = False
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        if self._error is not None:
            raise self._error

    async def _write(self) -> None:
        writing: asyncio.Future[None] | None = None
        try:
            while self._dirty:
                self._dirty = False
                writing = asyncio.ensure_future(self._save())
                await asyncio.shield(writing)
                await asyncio.sleep(CHECKPOINT_S)
        except asyncio.CancelledError:
            if writing is not None:
                await asyncio.wait([writing])
                self._error = _tyler_error(writing)
            raise
        except TylerError as error:
            self._error = error
        finally:
            if self._error is None:
                self._task = None


def _tyler_error(done: asyncio.Future[None]) -> TylerError | None:
    error = None if done.cancelled() else done.exception()
    return error if isinstance(error, TylerError) else None
