"""One SQLite file: one way to write, one to read, and a sure end.

Everything that is written goes through `write`: one transaction at a time, begun IMMEDIATE so
that two processes never deadlock, and run in a task of its own, so that a cancelled caller never
leaves half of one open. Reads have a connection of their own and never wait for a writer.
"""

import asyncio
import os
import re
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from tyler_tui.errors import StoreError, StoreUnavailableError
from tyler_tui.sanitize import storable
from tyler_tui.store.failures import translating
from tyler_tui.store.opening import BUSY_TIMEOUT_S, prepare_file
from tyler_tui.store.schema import MIGRATIONS

MEMORY = ":memory:"

T = TypeVar("T")
Row = sqlite3.Row
Work = Callable[[aiosqlite.Connection], Awaitable[T]]

_keepers: set["asyncio.Task[None]"] = set()
"""The event loop itself holds its tasks by weak references only."""


def like(text: str) -> str:
    """The pattern of LIKE, with a backslash for its escape, for what holds `text`."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", text) + "%"


class Database:
    """An open database. Made by `open`."""

    def __init__(
        self,
        path: str,
        writer: aiosqlite.Connection,
        reader: aiosqlite.Connection,
        warning: str = "",
    ) -> None:
        self._path = path
        self.warning = warning
        """What the user must know of the file that was opened; "" as a rule."""
        self._place = _place(path)
        self._writer = writer
        self._reader = reader
        self._turn = asyncio.Lock()
        # With a single connection, a read must not see half of a transaction.
        self._reading: AbstractAsyncContextManager[Any] = (
            self._turn if reader is writer else nullcontext()
        )
        self._writes: set[asyncio.Task[Any]] = set()
        self._ending = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep())
        _keepers.add(self._keeper)
        self._keeper.add_done_callback(_keepers.discard)

    @classmethod
    async def open(cls, path: str) -> "Database":
        """Open or create the database at the absolute `path` (or in memory).

        Raises StoreTooNewError, StoreDamagedError, StoreUnavailableError, StoreError; a file that
        is refused is left as it was.
        """
        warning = "" if path == MEMORY else await asyncio.to_thread(prepare_file, Path(path))
        with translating(path):
            writer = await _connect(path)
            try:
                reader = writer if path == MEMORY else await _connect(path)
            except BaseException:
                await writer.close()
                raise
        return cls(path, writer, reader, warning)

    @property
    def path(self) -> str:
        return self._path

    @property
    def is_replaced(self) -> bool:
        """Whether another file stands at the path now."""
        return _place(self._path) not in (None, self._place)

    async def close(self) -> None:
        """Finish what is being written, then close. May be called again."""
        self._ending.set()
        await asyncio.shield(self._keeper)

    async def _keep(self) -> None:
        """Wait for `close`, or for the end of the event loop, which cancels its tasks: without
        this, the threads of the connections would keep a program that forgot to close alive."""
        with suppress(asyncio.CancelledError):
            await self._ending.wait()
        self._ending.set()
        if self._writes:
            await asyncio.wait(self._writes)
        try:
            await self._writer.close()
        finally:
            if self._reader is not self._writer:
                await self._reader.close()

    async def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction; it is committed whole or not at all. Cancelling the
        caller does not stop it. Raises StoreError."""
        self._refuse_closed()
        task = asyncio.create_task(self._transact(work))
        self._writes.add(task)
        task.add_done_callback(self._written)
        return await asyncio.shield(task)

    async def update(self, sql: str, parameters: Sequence[Any]) -> int:
        """Run one statement, which is a transaction by itself, and return how many rows it changed.
        Once it has begun, cancelling the caller does not stop it. Raises StoreError."""
        self._refuse_closed()
        async with self._turn:
            self._refuse_moved()
            with translating(self._path):
                return (await self._writer.execute(sql, parameters)).rowcount

    def _written(self, task: "asyncio.Task[Any]") -> None:
        self._writes.discard(task)
        if not task.cancelled():
            task.exception()  # a caller that was cancelled does not hear of it

    async def _transact(self, work: Work[T]) -> T:
        async with self._turn:
            self._refuse_moved()
            with translating(self._path):
                try:
                    await self._writer.execute("BEGIN IMMEDIATE")
                    result = await work(self._writer)
                    await self._writer.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):  # it did not begin, or a full disk ended it
                        await self._writer.execute("ROLLBACK")
                    raise
            return result

    async def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query. Raises StoreError."""
        self._refuse_closed()
        values = [storable(value) if isinstance(value, str) else value for value in parameters]
        with translating(self._path):
            async with self._reading:
                return list(await self._reader.execute_fetchall(sql, values))

    async def read_one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row of a query."""
        rows = await self.read(sql, parameters)
        return rows[0] if rows else None

    def _refuse_closed(self) -> None:
        if self._ending.is_set():
            raise StoreError("The session store is closed.")

    def _refuse_moved(self) -> None:
        """SQLite goes on writing, without an error, into a file that no longer has a name."""
        if _place(self._path) != self._place:
            raise StoreUnavailableError(
                f"{self._path} was deleted or replaced while it was in use.",
                hint="Put it back, or start again to begin a new one. "
                "What was said is still in memory.",
            )


async def _connect(path: str) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(
        path, isolation_level=None, timeout=BUSY_TIMEOUT_S, cached_statements=256
    )
    try:
        connection.row_factory = sqlite3.Row
        await connection.execute("PRAGMA foreign_keys = ON")
        await connection.execute("PRAGMA synchronous = NORMAL")
        if path == MEMORY:
            await connection.executescript("".join(MIGRATIONS))
    except BaseException:
        await connection.close()
        raise
    return connection


def _place(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
