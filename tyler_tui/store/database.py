"""One SQLite file: opening it safely, one way to write, one to read.

Everything that is written goes through `write`: one transaction at a time, begun IMMEDIATE so
that two processes never deadlock, and run in a task of its own, so that a cancelled caller never
leaves half of one open. Reads have a connection of their own and never wait for a writer.
"""

import asyncio
import os
import sqlite3
import stat
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeVar

import aiosqlite

from tyler_tui.errors import (
    StoreDamagedError,
    StoreError,
    StoreTooNewError,
    StoreUnavailableError,
)
from tyler_tui.paths import private_folder
from tyler_tui.store.schema import APPLICATION_ID, MIGRATIONS

BUSY_TIMEOUT_S = 5.0
MAX_CHECKED_BYTES = 32 * 1024 * 1024
"""Larger files are not checked as a whole when they are opened: it would take too long."""
MEMORY = ":memory:"

T = TypeVar("T")
Row = sqlite3.Row


class Database:
    """An open database. Made by `open`."""

    def __init__(
        self, path: str, writer: aiosqlite.Connection, reader: aiosqlite.Connection
    ) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader
        self._turn = asyncio.Lock()
        self._writes: set[asyncio.Task[Any]] = set()
        self._closed = False

    @classmethod
    async def open(cls, path: str) -> "Database":
        """Open or create the database at `path` (or in memory).

        Raises StoreTooNewError, StoreDamagedError, StoreUnavailableError, StoreError; a file that
        is refused is left as it was.
        """
        if path != MEMORY:
            await asyncio.to_thread(_prepare_file, Path(path))
        try:
            writer = await _connect(path)
        except sqlite3.Error as error:
            raise translated(error, path) from error
        try:
            reader = writer if path == MEMORY else await _connect(path)
        except sqlite3.Error as error:
            await writer.close()
            raise translated(error, path) from error
        return cls(path, writer, reader)

    async def close(self) -> None:
        """Finish what is being written, then close. May be called again."""
        if self._closed:
            return
        self._closed = True
        if self._writes:
            await asyncio.wait(self._writes)
        await self._writer.close()
        if self._reader is not self._writer:
            await self._reader.close()

    async def write(self, work: Callable[[aiosqlite.Connection], Awaitable[T]]) -> T:
        """Run `work` in one transaction; it is committed whole or not at all. Cancelling the
        caller does not stop it. Raises StoreError."""
        if self._closed:
            raise StoreError("The session store is closed.")
        task = asyncio.create_task(self._transact(work))
        self._writes.add(task)
        task.add_done_callback(self._written)
        return await asyncio.shield(task)

    def _written(self, task: "asyncio.Task[Any]") -> None:
        self._writes.discard(task)
        if not task.cancelled():
            task.exception()  # a caller that was cancelled does not hear of it

    async def _transact(self, work: Callable[[aiosqlite.Connection], Awaitable[T]]) -> T:
        async with self._turn:
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                try:
                    result = await work(self._writer)
                    await self._writer.execute("COMMIT")
                except BaseException:
                    with suppress(sqlite3.Error):  # a full disk has rolled back already
                        await self._writer.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise translated(error, self.path) from error
            return result

    async def read(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query. Raises StoreError."""
        if self._closed:
            raise StoreError("The session store is closed.")
        try:
            return list(await self._reader.execute_fetchall(sql, parameters))
        except sqlite3.Error as error:
            raise translated(error, self.path) from error

    async def read_one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row of a query."""
        rows = await self.read(sql, parameters)
        return rows[0] if rows else None


async def _connect(path: str) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(
        path, isolation_level=None, timeout=BUSY_TIMEOUT_S, cached_statements=256
    )
    connection.row_factory = sqlite3.Row
    for pragma in _pragmas(memory=path == MEMORY):
        await connection.execute(pragma)
    if path == MEMORY:
        await connection.executescript("".join(MIGRATIONS))
    return connection


def _pragmas(*, memory: bool) -> Iterable[str]:
    yield "PRAGMA foreign_keys = ON"
    if not memory:
        yield "PRAGMA synchronous = NORMAL"


def _prepare_file(path: Path) -> None:
    """Create, check and migrate the file, all before anything else touches it."""
    try:
        private_folder(path.parent)
        if path.is_dir():
            raise StoreUnavailableError(
                f"{path} is a folder, not a database.", hint="Give the path of a file."
            )
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, stat.S_IRUSR | stat.S_IWUSR))
        with closing(_open_checked(path)) as connection:
            _migrate(connection, path)
    except sqlite3.Error as error:
        raise translated(error, str(path)) from error
    except OSError as error:
        raise StoreUnavailableError(
            f"{path} cannot be opened: {error.strerror or error}.",
            hint="Check the path and its permissions, or set TYLER_CHAT_DB to another file.",
        ) from error


def _open_checked(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if tables and application != APPLICATION_ID:
            raise StoreError(
                f"{path} is a database of another program.",
                hint="Set TYLER_CHAT_DB to another file.",
            )
        if version > len(MIGRATIONS):
            raise StoreTooNewError(
                f"{path} has format {version}; this version knows {len(MIGRATIONS)}.",
                hint="Update tyler-chat, or set TYLER_CHAT_DB to another file.",
            )
        if tables and path.stat().st_size <= MAX_CHECKED_BYTES:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise sqlite3.DatabaseError(f"malformed: {verdict}")
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if version == len(MIGRATIONS) and mode == "wal":
        return
    if version:
        _back_up(connection, path.with_name(f"{path.name}.v{version}.bak"))
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for the lock.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        for migration in MIGRATIONS[version:]:
            for statement in _statements(migration):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _statements(script: str) -> Iterable[str]:
    """The statements of a script; `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR))
    with closing(sqlite3.connect(path)) as copy:
        connection.backup(copy)


def translated(error: sqlite3.Error, path: str) -> StoreError:
    """What SQLite said, as an error that tells what to do."""
    said = str(error).lower()
    if "locked" in said or "busy" in said:
        return StoreUnavailableError(
            f"{path} is locked by another program.",
            hint="Close the other program, or try again in a moment.",
        )
    if "full" in said:
        return StoreUnavailableError(
            "The disk is full: nothing could be saved.",
            hint="Make room, then send the prompt again. What is on screen is still in memory.",
        )
    if "readonly" in said or "read-only" in said:
        return StoreUnavailableError(
            f"{path} may not be written.",
            hint="Check its permissions, or set TYLER_CHAT_DB to another file.",
        )
    if "unable to open" in said:
        return StoreUnavailableError(
            f"{path} cannot be opened.",
            hint="Check the path and its permissions, or set TYLER_CHAT_DB to another file.",
        )
    if "malformed" in said or "not a database" in said or "corrupt" in said:
        return StoreDamagedError(
            f"{path} is damaged or no database; it was left as it is.",
            hint="Keep a copy, set TYLER_CHAT_DB to another file, and try "
            "`sqlite3 FILE .recover` on the copy.",
        )
    return StoreError(f"The session store failed: {error}", hint="Start with --debug for details.")
