"""ThreadIndex: the stored threads as lists show them, found, named and put away, without messages.

Commands that list and look for sessions get by with it, and load nothing of what a message is.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from tyler_tui.sanitize import storable
from tyler_tui.store import names, trash
from tyler_tui.store import search as searching
from tyler_tui.store.columns import name_key
from tyler_tui.store.database import Database
from tyler_tui.store.places import open_database, place_of
from tyler_tui.store.seal import Seal
from tyler_tui.store.summaries import SearchHit, ThreadSummary, summary_of

TRASH_DAYS = 30
NO_LIMIT = 2**63 - 1


class ThreadIndex:
    """Made by `create`; use it as an async context manager, or `close` it. All methods raise
    StoreError when the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    async def create(cls, url: str | Path | None = None, *, seal: Seal | None = None) -> Self:
        """Open the store at `url`: `sqlite+aiosqlite:///chat.db`, a plain path, or `:memory:`
        (the default); or `postgresql://user@host/database`, which takes the extra `postgres`. A
        file is created when it is missing, readable by its owner alone; a database of a server
        must be there. With a `seal`, what others chose for the sessions in such a database does
        not count: see `store.seal`.

        Raises UsageError for another kind of URL, StoreError when the database cannot be used.
        """
        return cls(await open_database(place_of(url), seal))

    @property
    def warning(self) -> str:
        """What the user must know of the database that was opened; "" as a rule."""
        return self._database.warning

    async def close(self) -> None:
        """Finish what is being written and close. May be called again."""
        await self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def list_threads(
        self, limit: int = 100, offset: int = 0, *, deleted: bool = False
    ) -> list[ThreadSummary]:
        """At most `limit` threads, all when it is negative: the pinned ones first, then by their
        last change, the newest first; with `deleted`, those in the trash, the one that was deleted
        last first."""
        which = "NOT NULL ORDER BY" if deleted else "NULL ORDER BY pinned DESC, updated_at DESC,"
        rows = await self._database.read(
            f"SELECT * FROM threads WHERE deleted_at IS {which} deleted_at DESC, rowid "
            "LIMIT ? OFFSET ?",
            (limit if limit >= 0 else NO_LIMIT, offset),
        )
        return [summary_of(row, self._database.seal) for row in rows]

    async def latest(self) -> ThreadSummary | None:
        """The thread that changed last."""
        row = await self._database.read_one(
            "SELECT * FROM threads WHERE deleted_at IS NULL ORDER BY updated_at DESC, rowid LIMIT 1"
        )
        return summary_of(row, self._database.seal) if row is not None else None

    async def find_by_name(self, name: str) -> ThreadSummary | None:
        """The thread of that name, without regard to case."""
        row = await self._database.read_one(
            "SELECT * FROM threads WHERE name_key = ? AND deleted_at IS NULL", (name_key(name),)
        )
        return summary_of(row, self._database.seal) if row is not None else None

    async def find_by_id(self, thread_id: str) -> ThreadSummary | None:
        """The thread with exactly that id."""
        row = await self._database.read_one(
            "SELECT * FROM threads WHERE id = ? AND deleted_at IS NULL", (thread_id,)
        )
        return summary_of(row, self._database.seal) if row is not None else None

    async def find(self, key: str, *, deleted: bool = False) -> ThreadSummary:
        """The thread with that id, or that name, or of which `key` begins the name or the id, or
        the only one with that title.

        Raises ThreadNotFoundError, and AmbiguousNameError when several begin so, or
        have that title.
        """
        return await names.find(self._database, key, deleted=deleted)

    async def search(
        self, text: str, limit: int = 50, *, thread_id: str | None = None
    ) -> list[SearchHit]:
        """Messages and tool output that hold every word of `text`, newest first."""
        return await searching.search(self._database, text, limit, thread_id)

    # Changing

    async def rename(self, thread_id: str, name: str) -> None:
        """Give a thread a name. Raises NameTakenError, ThreadNotFoundError."""

        await self._database.write(lambda transaction: names.set_name(transaction, thread_id, name))

    async def set_title(self, thread_id: str, title: str, *, by_user: bool = False) -> None:
        """Set what a thread is about; a title that a user gave is changed by a user alone."""
        guard = "" if by_user else " AND title_source = 'auto'"
        changed = await self._change(
            f"UPDATE threads SET title = ?, title_source = ? WHERE id = ?{guard}",
            (storable(title), "user" if by_user else "auto", thread_id),
        )
        if by_user and not changed:
            raise names.not_found(thread_id)

    async def set_head(self, thread_id: str, message_id: str) -> None:
        """Make the branch that ends with that message the current one."""
        await self._change(
            "UPDATE threads SET head_id = ? WHERE id = ? "
            "AND EXISTS (SELECT 1 FROM messages WHERE id = ? AND thread_id = threads.id)",
            (message_id, thread_id, message_id),
        )

    async def pin(self, thread_id: str, pinned: bool = True) -> None:
        """Keep a thread on top of lists, or no longer. Raises ThreadNotFoundError."""
        values = (int(pinned), thread_id)
        if not await self._change("UPDATE threads SET pinned = ? WHERE id = ?", values):
            raise names.not_found(thread_id)

    async def _change(self, sql: str, values: Sequence[Any]) -> int:
        """Run one statement; returns how many rows it changed."""
        return await self._database.write(lambda transaction: transaction.execute(sql, values))

    async def delete_thread(self, thread_id: str) -> None:
        """Put a thread into the trash, from where `restore_thread` brings it back for 30 days.
        Raises ThreadNotFoundError."""
        await self._database.write(lambda transaction: trash.put(transaction, thread_id))

    async def restore_thread(self, thread_id: str) -> None:
        """Bring a thread back from the trash. Raises NameTakenError, ThreadNotFoundError."""
        await self._database.write(lambda transaction: trash.take_out(transaction, thread_id))

    async def empty_trash(self, older_than_days: int = TRASH_DAYS) -> int:
        """Delete for good what has been in the trash for so long; returns how many threads."""
        return await self._database.write(
            lambda transaction: trash.empty(transaction, older_than_days)
        )
