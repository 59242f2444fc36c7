"""One PostgreSQL database: one connection to write, one to read, both made anew when they are lost.

Writers in different threads do not wait for each other; those in one thread take turns
(`Transaction.hold`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from psycopg import AsyncConnection, AsyncCursor, Error, OperationalError, errors
from psycopg.rows import DictRow

from tyler_tui.store.database import Database, NotUniqueError, Values, Work
from tyler_tui.store.postgres.address import Address
from tyler_tui.store.postgres.connection import STATEMENT_TIMEOUT_S, Line
from tyler_tui.store.postgres.dialect import PostgresDialect, translated
from tyler_tui.store.postgres.failures import translating
from tyler_tui.store.postgres.liveness import living, own_mark
from tyler_tui.store.postgres.migrating import prepare, refuse_without_sessions
from tyler_tui.store.seal import Seal

T = TypeVar("T")
Connection: TypeAlias = AsyncConnection[DictRow]

SILENCE_S = STATEMENT_TIMEOUT_S + 5.0
"""After which a server that should have given up by itself is given up."""
AT_ONCE = 500
"""So many rows go in one flow."""


class PostgresDatabase(Database):
    """Made by `open`."""

    dialect = PostgresDialect()

    def __init__(self, address: Address, writer: Line, seal: Seal | None) -> None:
        self._address = address
        self._writer = writer
        self._reader = Line(address)
        self._reading = asyncio.Lock()
        self.seal = seal
        super().__init__(address.shown)

    @classmethod
    async def open(
        cls, url: str, seal: Seal | None = None, *, must_be_there: bool = False
    ) -> "PostgresDatabase":
        """Open the database at `url`, and make or migrate what is ours in it; with `must_be_there`
        nothing is made. Raises StoreError, and UsageError for a URL that cannot be read."""
        address = Address.of(url)
        writer = Line(address)
        with translating(address):
            try:
                connection = await writer.connection()
                if must_be_there:
                    await refuse_without_sessions(connection, address.shown)
                await prepare(connection, address.shown)
            except BaseException:
                await writer.close()
                raise
        return cls(address, writer, seal)

    @property
    def mark(self) -> str:
        return own_mark()

    async def _disconnect(self) -> None:
        await self._writer.close()
        await self._reader.close()

    async def update(self, sql: str, values: Sequence[Any]) -> int:
        async def run(connection: Connection) -> int:
            return (await _executed(connection, sql, values)).rowcount

        return await self._to_the_end(self._asked(self._turn, self._writer, run))

    async def read(self, sql: str, values: Values = ()) -> Sequence[DictRow]:
        async def run(connection: Connection) -> Sequence[DictRow]:
            return await (await _executed(connection, sql, values)).fetchall()

        self._refuse_closed()
        return await self._asked(self._reading, self._reader, run)

    async def living(self, marks: Collection[str]) -> Collection[str]:
        if not marks:
            return ()
        return await self._asked(self._reading, self._reader, lambda line: living(line, marks))

    async def _asked(
        self, turn: asyncio.Lock, line: Line, run: Callable[[Connection], Awaitable[T]]
    ) -> T:
        async with turn:
            with translating(self._address):
                return await _on(line, run)

    async def _transact(self, work: Work[T]) -> T:
        async def run(connection: Connection) -> tuple[Connection, T]:
            try:
                await _executed(connection, "BEGIN")
                return connection, await work(PostgresTransaction(connection, self.seal))
            except BaseException:
                with suppress(Error, TimeoutError):  # the connection may be lost
                    await _executed(connection, "ROLLBACK")
                raise

        with translating(self._address):
            connection, result = await _on(self._writer, run)
            await _executed(connection, "COMMIT")
        return result


class PostgresTransaction:
    """See `Transaction`."""

    dialect = PostgresDatabase.dialect

    def __init__(self, connection: Connection, seal: Seal | None) -> None:
        self._connection = connection
        self.seal = seal

    @property
    def mark(self) -> str:
        return own_mark()

    async def execute(self, sql: str, values: Values = ()) -> int:
        try:
            return (await _executed(self._connection, sql, values)).rowcount
        except errors.UniqueViolation:
            raise NotUniqueError("The session store refused that: it is there already.") from None

    async def execute_many(self, sql: str, each: Iterable[Values]) -> None:
        waiting = iter(each)
        async with self._connection.cursor() as cursor:
            while some := list(islice(waiting, AT_ONCE)):
                async with asyncio.timeout(SILENCE_S):
                    await cursor.executemany(translated(sql), some)

    async def rows(self, sql: str, values: Values = ()) -> Sequence[DictRow]:
        return await (await _executed(self._connection, sql, values)).fetchall()

    async def hold(self, thread_id: str) -> None:
        await self.rows("SELECT 1 FROM threads WHERE id = ? FOR NO KEY UPDATE", (thread_id,))

    async def living(self, marks: Collection[str]) -> Collection[str]:
        return await living(self._connection, marks) if marks else ()


async def _executed(connection: Connection, sql: str, values: Values = ()) -> AsyncCursor[DictRow]:
    async with asyncio.timeout(SILENCE_S):
        return await connection.execute(translated(sql), values or None)


async def _on(line: Line, run: Callable[[Connection], Awaitable[T]]) -> T:
    """Run something that may be run twice; it is, when the connection turns out to be lost: the
    server may have been started anew since it was used last."""
    try:
        return await run(await line.connection())
    except OperationalError:
        if not line.is_lost:
            raise
    return await run(await line.connection())
