"""Where a test's sessions are kept, looked at from outside."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tests.store.postgres_server import PostgresServer

if TYPE_CHECKING:
    import psycopg

Rows = list[tuple[Any, ...]]


class Place(Protocol):
    """A database that is not there yet, or has nothing in it, until a store is made there."""

    @property
    def url(self) -> str:
        """What `ThreadStore.create` takes."""
        ...

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        """Run a statement, with `?` for values, on a connection of its own."""
        ...

    def execute_many(self, sql: str, each: Sequence[Sequence[Any]]) -> None:
        """Run a statement for each of the values."""
        ...


@dataclass(frozen=True)
class SqlitePlace:
    path: Path

    @property
    def url(self) -> str:
        return str(self.path)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            return connection.execute(sql, values).fetchall()

    def execute_many(self, sql: str, each: Sequence[Sequence[Any]]) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executemany(sql, each)


@dataclass(frozen=True)
class PostgresPlace:
    server: PostgresServer
    name: str

    @property
    def url(self) -> str:
        return self.server.url(self.name)

    def clear(self) -> None:
        """Forget all sessions."""
        [(is_made,)] = self.execute("SELECT to_regclass('threads') IS NOT NULL")
        if is_made:
            self.execute("TRUNCATE threads RESTART IDENTITY CASCADE")

    def connect(self) -> "psycopg.Connection":
        import psycopg  # noqa: PLC0415 - an extra: the other tests run without it

        return psycopg.connect(self.url, options="-c search_path=tyler_chat")

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Rows:
        with self.connect() as connection:
            cursor = connection.execute(sql.replace("?", "%s"), values or None)
            return cursor.fetchall() if cursor.description else []

    def execute_many(self, sql: str, each: Sequence[Sequence[Any]]) -> None:
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.executemany(sql.replace("?", "%s"), each)
