"""One SQLite file: one way to write, one to read.

Everything that is written goes through one connection: one transaction at a time, begun IMMEDIATE
so that two processes never deadlock. Reads have a connection of their own and never wait for a
writer.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from tyler_tui.errors import StoreUnavailableError
from tyler_tui.sanitize import storable
from tyler_tui.store.database import Database, NotUniqueError, Values, Work
from tyler_tui.store.owner import is_alive, own_mark
from tyler_tui.store.seal import Seal
from tyler_tui.store.sqlite.connection import SqliteConnection
from tyler_tui.store.sqlite.dialect import SqliteDialect
from tyler_tui.store.sqlite.failures import translating
from tyler_tui.store.sqlite.opening import is_frozen, prepare_file
from tyler_tui.store.sqlite.schema import MIGRATIONS

MEMORY = ":memory:"
PART_ROWS = 32

T = TypeVar("T")


class SqliteDatabase(Database):
    """Made by `open`."""

    dialect = SqliteDialect()

    def __init__(
        self,
        path: str,
        writer: aiosqlite.Connection,
        reader: aiosqlite.Connection,
        warning: str = "",
        seal: Seal | None = None,
    ) -> None:
        self.seal = seal
        self._file = _file_at(path)
        self._writer = writer
        self._reader = reader
        super().__init__(path, warning)
        # With a single connection, a read must not see half of a transaction.
        self._reading: AbstractAsyncContextManager[Any] = (
            self._turn if reader is writer else nullcontext()
        )

    @classmethod
    async def open(cls, path: str, seal: Seal | None = None) -> "SqliteDatabase":
        """Open or create the database at the absolute `path` (or in memory).

        Raises StoreTooNewError, StoreDamagedError, StoreUnavailableError, StoreError; a file that
        is refused is left as it was.
        """
        warning = "" if path == MEMORY else await asyncio.to_thread(prepare_file, Path(path))
        frozen = path != MEMORY and is_frozen(Path(path))
        with translating(path):
            writer = await _connect(path, is_frozen=frozen)
            try:
                reader = writer if path == MEMORY else await _connect(path, is_frozen=frozen)
            except BaseException:
                await writer.end()
                raise
        return cls(path, writer, reader, warning, seal)

    @property
    def mark(self) -> str:
        return own_mark()

    @property
    def is_replaced(self) -> bool:
        return _file_at(self.place) not in (None, self._file)

    async def _disconnect(self) -> None:
        try:
            await self._writer.close()
        finally:
            if self._reader is not self._writer:
                await self._reader.close()

    async def update(self, sql: str, values: Sequence[Any]) -> int:
        self._refuse_closed()
        async with self._turn:
            self._refuse_moved()
            with translating(self.place):
                return (await self._writer.execute(sql, values)).rowcount

    async def _transact(self, work: Work[T]) -> T:
        self._refuse_moved()
        with translating(self.place):
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                result = await work(SqliteTransaction(self._writer, self.seal))
                await self._writer.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # it did not begin, or a full disk ended it
                    await self._writer.execute("ROLLBACK")
                raise
        return result

    async def read(self, sql: str, values: Values = ()) -> Sequence[sqlite3.Row]:
        self._refuse_closed()
        with translating(self.place):
            async with self._reading:
                return await _rows(self._reader, sql, _storable(values))

    async def read_parts(
        self, sql: str, values: Values = ()
    ) -> AsyncGenerator[Sequence[sqlite3.Row], None]:
        if self._reader is self._writer:  # what is written meanwhile would be read too
            yield await self.read(sql, values)
            return
        self._refuse_closed()
        with translating(self.place):
            async with self._reading, self._reader.execute(sql, _storable(values)) as cursor:
                while rows := list(await cursor.fetchmany(PART_ROWS)):
                    yield rows

    async def living(self, marks: Collection[str]) -> Collection[str]:
        return _living(marks)

    def _refuse_moved(self) -> None:
        """SQLite goes on writing, without an error, into a file that no longer has a name."""
        if _file_at(self.place) != self._file:
            raise StoreUnavailableError(
                f"{self.place} was deleted or replaced while it was in use.",
                hint="Put it back, or start again to begin a new one. "
                "What was said is still in memory.",
            )


class SqliteTransaction:
    """See `Transaction`. To begin IMMEDIATE has kept all other writers out already."""

    dialect = SqliteDatabase.dialect

    def __init__(self, connection: aiosqlite.Connection, seal: Seal | None) -> None:
        self.seal = seal
        self._connection = connection

    @property
    def mark(self) -> str:
        return own_mark()

    async def execute(self, sql: str, values: Values = ()) -> int:
        try:
            return (await self._connection.execute(sql, values)).rowcount
        except sqlite3.IntegrityError as error:
            raise NotUniqueError(f"The session store refused that: {error}.") from error

    async def execute_many(self, sql: str, each: Iterable[Values]) -> None:
        await self._connection.executemany(sql, each)

    async def rows(self, sql: str, values: Values = ()) -> Sequence[sqlite3.Row]:
        return await _rows(self._connection, sql, values)

    async def hold(self, thread_id: str) -> None:
        pass

    async def living(self, marks: Collection[str]) -> Collection[str]:
        return _living(marks)


async def _rows(
    connection: aiosqlite.Connection, sql: str, values: Values
) -> Sequence[sqlite3.Row]:
    result = await connection.execute_fetchall(sql, values)
    rows = list(result)
    if isinstance(result, list):
        result.clear()  # the connection's thread holds on to it until it is asked again
    return rows


def _living(marks: Collection[str]) -> Collection[str]:
    return {mark for mark in marks if is_alive(mark)}


def _storable(values: Values) -> Values:
    if isinstance(values, Mapping):
        return {name: storable(v) if isinstance(v, str) else v for name, v in values.items()}
    return [storable(value) if isinstance(value, str) else value for value in values]


async def _connect(path: str, *, is_frozen: bool) -> SqliteConnection:
    connection = SqliteConnection(path, is_frozen=is_frozen)
    try:
        await connection
        connection.row_factory = sqlite3.Row
        await connection.execute("PRAGMA foreign_keys = ON")
        await connection.execute("PRAGMA synchronous = NORMAL")
        if path == MEMORY:
            await connection.executescript("".join(MIGRATIONS))
    except BaseException:
        await connection.end()
        raise
    return connection


def _file_at(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
