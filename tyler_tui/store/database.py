"""What the store asks of a database, whichever it is: transactions one at a time, reads that do not
wait for them, and a sure end.

SQL is written once, as SQLite takes it: `?` or `:name` for values, and nothing that PostgreSQL does
not understand as well. Where the two say a thing differently, the `Dialect` says it.
"""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import suppress
from typing import Any, NamedTuple, Protocol, TypeVar

from tyler_tui.errors import StoreError
from tyler_tui.store.seal import Seal

T = TypeVar("T")
Values = Sequence[Any] | Mapping[str, Any]
Work = Callable[["Transaction"], Awaitable[T]]

_keepers: set["asyncio.Task[None]"] = set()
"""The event loop itself holds its tasks by weak references only."""


class Row(Protocol):
    """A row of a result, by the names of its columns."""

    def __getitem__(self, column: str, /) -> Any: ...


class NotUniqueError(StoreError):
    """A constraint of the database would not hold; who asked for it knows what that means. The
    transaction is over."""


class Matching(NamedTuple):
    """The parts of a query for messages `m` of threads `t` that hold some words."""

    tables: str
    conditions: list[str]
    values: list[Any]
    order: str
    """What grows with every message."""


class Dialect(Protocol):
    """How one kind of database says what others say differently."""

    @property
    def listed(self) -> str:
        """The values of one placeholder that stands for a list, as a query."""
        ...

    def list_value(self, values: Collection[str]) -> Any:
        """The value of such a placeholder."""
        ...

    def holds(self, column: str, pattern: str = "?") -> str:
        """The condition that a text fits a pattern of `like`, without regard to case. `pattern` is
        the placeholder for it."""
        ...

    def same(self, one: str, other: str) -> str:
        """The condition that two columns are equal, or have no value both."""
        ...

    def matching(self, words: Sequence[str]) -> Matching:
        """How to find the messages that hold every word."""
        ...


class Transaction(Protocol):
    """Some statements of which all or none happen. All raise StoreError."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def mark(self) -> str: ...

    @property
    def seal(self) -> Seal | None: ...

    async def execute(self, sql: str, values: Values = ()) -> int:
        """Run a statement; returns how many rows it changed. Raises NotUniqueError."""
        ...

    async def execute_many(self, sql: str, each: Iterable[Values]) -> None:
        """Run a statement once for each of the values."""
        ...

    async def rows(self, sql: str, values: Values = ()) -> Sequence[Row]:
        """All rows of a query."""
        ...

    async def hold(self, thread_id: str) -> None:
        """Let nobody else write in that thread until this is over, once nobody else does."""
        ...

    async def living(self, marks: Collection[str]) -> Collection[str]:
        """Those of the marks whose processes still run."""
        ...


class Database(ABC):
    """An open database."""

    dialect: Dialect
    seal: Seal | None = None
    """What the choices of sessions are sealed with, where others write here too."""

    def __init__(self, place: str, warning: str = "") -> None:
        self.place = place
        """What messages call it."""
        self.warning = warning
        """What the user must know of it; "" as a rule."""
        self._turn = asyncio.Lock()
        self._writes: set[asyncio.Task[Any]] = set()
        self._ending = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep())
        _keepers.add(self._keeper)
        self._keeper.add_done_callback(_keepers.discard)

    @property
    @abstractmethod
    def mark(self) -> str:
        """What this process marks with what it is writing."""

    @property
    def is_replaced(self) -> bool:
        """Whether another database stands at the place now, and must be opened anew."""
        return False

    async def close(self) -> None:
        """Finish what is being written, then close. May be called again."""
        self._ending.set()
        await asyncio.shield(self._keeper)

    async def _keep(self) -> None:
        """Wait for `close`, or for the end of the event loop, which cancels its tasks: without
        this, what the connections hold would keep a program that forgot to close alive."""
        with suppress(asyncio.CancelledError):
            await self._ending.wait()
        self._ending.set()
        if self._writes:
            await asyncio.wait(self._writes)
        await self._disconnect()

    @abstractmethod
    async def _disconnect(self) -> None: ...

    async def write(self, work: Work[T]) -> T:
        """Run `work` in one transaction; it is committed whole or not at all. Cancelling the
        caller does not stop it. Raises StoreError."""
        return await self._to_the_end(self._transact_in_turn(work))

    async def _to_the_end(self, writing: Coroutine[Any, Any, T]) -> T:
        if self._ending.is_set():
            writing.close()
        self._refuse_closed()
        task = asyncio.create_task(writing)
        self._writes.add(task)
        task.add_done_callback(self._written)
        return await asyncio.shield(task)

    def _written(self, task: "asyncio.Task[Any]") -> None:
        self._writes.discard(task)
        if not task.cancelled():
            task.exception()  # a caller that was cancelled does not hear of it

    async def _transact_in_turn(self, work: Work[T]) -> T:
        async with self._turn:
            return await self._transact(work)

    @abstractmethod
    async def _transact(self, work: Work[T]) -> T: ...

    @abstractmethod
    async def update(self, sql: str, values: Sequence[Any]) -> int:
        """Run one statement, which is a transaction by itself, and return how many rows it changed.
        Once it has begun, cancelling the caller does not stop it. Raises StoreError."""

    @abstractmethod
    async def read(self, sql: str, values: Values = ()) -> Sequence[Row]:
        """All rows of a query. Raises StoreError."""

    async def read_parts(
        self, sql: str, values: Values = ()
    ) -> AsyncGenerator[Sequence[Row], None]:
        """All rows of a query as they are at one moment, in parts where the database can: what was
        read is not in memory all at once. Nothing else may be read between two parts. Raises
        StoreError."""
        yield await self.read(sql, values)

    async def read_one(self, sql: str, values: Values = ()) -> Row | None:
        """The first row of a query."""
        rows = await self.read(sql, values)
        return rows[0] if rows else None

    @abstractmethod
    async def living(self, marks: Collection[str]) -> Collection[str]:
        """Those of the marks whose processes still run."""

    def _refuse_closed(self) -> None:
        if self._ending.is_set():
            raise StoreError("The session store is closed.")


def like(text: str) -> str:
    """The pattern of LIKE, with a backslash for its escape, for what holds `text`."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", text) + "%"
