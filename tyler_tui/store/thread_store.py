"""ThreadStore: threads by id and name, kept message by message."""

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiosqlite

from tyler_tui.errors import (
    AmbiguousNameError,
    NameTakenError,
    StoreError,
    ThreadNotFoundError,
    UsageError,
)
from tyler_tui.messages import Attachment, Message, Thread
from tyler_tui.sanitize import one_line, storable
from tyler_tui.store import search as searching
from tyler_tui.store.database import MEMORY, Database, Row
from tyler_tui.store.rows import (
    MESSAGE_COLUMNS,
    message_of,
    name_key,
    now_text,
    summary_of,
    time_text,
)
from tyler_tui.store.saving import save_message_row, save_thread_row
from tyler_tui.store.summaries import SearchHit, ThreadSummary

TRASH_DAYS = 30
_SQLITE_SCHEMES = ("sqlite+aiosqlite://", "sqlite://")
_WINDOW = f"""
WITH RECURSIVE branch(id, parent_id, depth) AS (
    SELECT id, parent_id, 1 FROM messages WHERE id = ?
    UNION ALL
    SELECT m.id, m.parent_id, branch.depth + 1
    FROM branch JOIN messages m ON m.id = branch.parent_id WHERE branch.depth < ?
)
SELECT {", ".join("m." + column for column in MESSAGE_COLUMNS.split(", "))}
FROM branch JOIN messages m ON m.id = branch.id ORDER BY branch.depth DESC
"""


class ThreadStore:
    """Made by `create`; use it as an async context manager, or `close` it. All methods raise
    StoreError when the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    async def create(cls, url: str | Path | None = None) -> "ThreadStore":
        """Open the store at `url`: `sqlite+aiosqlite:///chat.db`, a plain path, or `:memory:`
        (the default). The file is created when it is missing, readable by its owner alone.

        Raises UsageError for another kind of URL, StoreError when the file cannot be used.
        """
        return cls(await Database.open(_path_of(url)))

    async def close(self) -> None:
        """Finish what is being written and close. May be called again."""
        await self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    # Saving

    async def save_message(self, thread: Thread, message: Message) -> None:
        """Insert `message`, or update it by its id; its thread comes along when it is new."""

        async def work(connection: aiosqlite.Connection) -> None:
            await save_thread_row(connection, thread)
            await save_message_row(connection, thread.id, message)

        await self._write_named(thread, work)

    async def save_thread(self, thread: Thread) -> Thread:
        """Insert or update the thread and all of its messages by id; nothing is deleted."""

        async def work(connection: aiosqlite.Connection) -> None:
            await save_thread_row(connection, thread)
            for message in thread.all_messages:
                await save_message_row(connection, thread.id, message)

        await self._write_named(thread, work)
        return thread

    async def _write_named(self, thread: Thread, work: Any) -> None:
        """Write, and give a thread that brings a name its name when it is new."""

        async def named(connection: aiosqlite.Connection) -> None:
            known = list(
                await connection.execute_fetchall(
                    "SELECT 1 FROM threads WHERE id = ?", (thread.id,)
                )
            )
            await work(connection)
            if thread.name and not known:
                await _set_name(connection, thread.id, thread.name)

        await self._database.write(named)

    save = save_thread

    # Reading

    async def get_thread(self, thread_id: str) -> Thread:
        """The thread with all of its messages. Raises ThreadNotFoundError."""
        row = await self._database.read_one(
            "SELECT * FROM threads WHERE id = ? AND deleted_at IS NULL", (thread_id,)
        )
        if row is None:
            raise _not_found(thread_id)
        rows = await self._database.read(
            f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE thread_id = ? ORDER BY seq",
            (thread_id,),
        )
        summary = summary_of(row)
        return Thread(
            id=thread_id,
            title=summary.title,
            name=summary.name,
            attributes=summary.attributes,
            created_at=summary.created_at,
            updated_at=summary.updated_at,
            messages=await self._messages_of(rows),
            head_id=row["head_id"],
        )

    async def get(self, thread_id: str) -> Thread | None:
        """Like `get_thread`, but None when there is none."""
        try:
            return await self.get_thread(thread_id)
        except ThreadNotFoundError:
            return None

    async def messages(
        self, thread_id: str, before: str | None = None, limit: int = 50
    ) -> list[Message]:
        """A window of the current branch, oldest first: its last `limit` messages, or the last
        that stand before message `before`."""
        if before is None:
            sql = "SELECT head_id FROM threads WHERE id = ?"
        else:
            sql = "SELECT parent_id FROM messages WHERE id = ?"
        row = await self._database.read_one(sql, (thread_id if before is None else before,))
        if row is None or row[0] is None or limit <= 0:
            return []
        return await self._messages_of(await self._database.read(_WINDOW, (row[0], limit)))

    async def _messages_of(self, rows: Sequence[Row]) -> list[Message]:
        attachments: dict[str, list[Attachment]] = {}
        for row in rows:
            if row["has_attachments"]:
                attachments[row["id"]] = [
                    Attachment(item["filename"], item["content"], item["mime_type"])
                    for item in await self._database.read(
                        "SELECT * FROM attachments WHERE message_id = ? ORDER BY position",
                        (row["id"],),
                    )
                ]
        return [message_of(row, attachments.get(row["id"], [])) for row in rows]

    async def list_threads(
        self, limit: int = 100, offset: int = 0, *, deleted: bool = False
    ) -> list[ThreadSummary]:
        """Threads, the one that changed last first; with `deleted`, those in the trash."""
        condition = "IS NOT NULL" if deleted else "IS NULL"
        rows = await self._database.read(
            f"SELECT * FROM threads WHERE deleted_at {condition} "
            "ORDER BY updated_at DESC LIMIT ? OFFSET ?",
            (limit, offset),
        )
        return [summary_of(row) for row in rows]

    async def latest(self) -> ThreadSummary | None:
        """The thread that changed last."""
        threads = await self.list_threads(limit=1)
        return threads[0] if threads else None

    async def find_by_name(self, name: str) -> ThreadSummary | None:
        """The thread of that name, without regard to case."""
        row = await self._database.read_one(
            "SELECT * FROM threads WHERE name_key = ? AND deleted_at IS NULL", (name_key(name),)
        )
        return summary_of(row) if row is not None else None

    async def find_by_id(self, thread_id: str) -> ThreadSummary | None:
        """The thread with exactly that id."""
        row = await self._database.read_one(
            "SELECT * FROM threads WHERE id = ? AND deleted_at IS NULL", (thread_id,)
        )
        return summary_of(row) if row is not None else None

    async def find(self, key: str, *, deleted: bool = False) -> ThreadSummary:
        """The thread with that id, or that name, or of which `key` begins the name or the id.

        Raises ThreadNotFoundError, and AmbiguousNameError when several begin so.
        """
        condition = "IS NOT NULL" if deleted else "IS NULL"
        for column, value in (("id", key), ("name_key", name_key(key))):
            row = await self._database.read_one(
                f"SELECT * FROM threads WHERE {column} = ? AND deleted_at {condition}", (value,)
            )
            if row is not None:
                return summary_of(row)
        rows = await self._database.read(
            f"SELECT * FROM threads WHERE deleted_at {condition} AND "
            "(substr(name_key, 1, length(?1)) = ?1 OR substr(id, 1, length(?2)) = ?2) "
            "ORDER BY updated_at DESC LIMIT 10",
            (name_key(key), key),
        )
        if not rows or not key:
            raise _not_found(key)
        if len(rows) > 1:
            names = tuple(row["name"] or row["id"] for row in rows)
            raise AmbiguousNameError(
                f"Several sessions begin with {one_line(key, 60)!r}: {', '.join(names)}.",
                hint="Give more of the name.",
                candidates=names,
            )
        return summary_of(rows[0])

    async def search(
        self, text: str, limit: int = 50, *, thread_id: str | None = None
    ) -> list[SearchHit]:
        """Messages and tool output that hold every word of `text`, newest first."""
        return await searching.search(self._database, text, limit, thread_id)

    # Changing

    async def rename(self, thread_id: str, name: str) -> None:
        """Give a thread a name. Raises NameTakenError, ThreadNotFoundError."""

        async def work(connection: aiosqlite.Connection) -> None:
            await _set_name(connection, thread_id, name)

        await self._database.write(work)

    async def set_title(self, thread_id: str, title: str, *, by_user: bool = False) -> None:
        """Set what a thread is about; a title that a user gave is changed by a user alone."""
        guard = "" if by_user else " AND title_source = 'auto'"

        async def work(connection: aiosqlite.Connection) -> None:
            await connection.execute(
                f"UPDATE threads SET title = ?, title_source = ? WHERE id = ?{guard}",
                (storable(title), "user" if by_user else "auto", thread_id),
            )

        await self._database.write(work)

    async def delete_thread(self, thread_id: str) -> None:
        """Put a thread into the trash, from where `restore_thread` brings it back for 30 days.
        Raises ThreadNotFoundError."""

        async def work(connection: aiosqlite.Connection) -> None:
            cursor = await connection.execute(
                "UPDATE threads SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL",
                (now_text(), thread_id),
            )
            if not cursor.rowcount:
                raise _not_found(thread_id)

        await self._database.write(work)

    async def restore_thread(self, thread_id: str) -> None:
        """Bring a thread back from the trash. Raises NameTakenError, ThreadNotFoundError."""

        async def work(connection: aiosqlite.Connection) -> None:
            try:
                cursor = await connection.execute(
                    "UPDATE threads SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL",
                    (thread_id,),
                )
            except sqlite3.IntegrityError as error:
                raise NameTakenError(
                    "Another session has taken its name since.",
                    hint="Rename that one first.",
                ) from error
            if not cursor.rowcount:
                raise _not_found(thread_id)

        await self._database.write(work)

    async def empty_trash(self, older_than_days: int = TRASH_DAYS) -> int:
        """Delete for good what has been in the trash for so long; returns how many threads."""
        limit = time_text(datetime.now(UTC) - timedelta(days=older_than_days))

        async def work(connection: aiosqlite.Connection) -> int:
            cursor = await connection.execute("DELETE FROM threads WHERE deleted_at <= ?", (limit,))
            return cursor.rowcount

        return await self._database.write(work)


async def _set_name(connection: aiosqlite.Connection, thread_id: str, name: str) -> None:
    clean = storable(" ".join(name.split()))
    if not clean:
        raise StoreError("A name needs at least one character.")
    try:
        cursor = await connection.execute(
            "UPDATE threads SET name = ?, name_key = ? WHERE id = ?",
            (clean, name_key(clean), thread_id),
        )
    except sqlite3.IntegrityError as error:
        raise NameTakenError(
            f"Another session is called {one_line(clean, 60)!r}.",
            hint="Choose another name, or open that session with -s.",
        ) from error
    if not cursor.rowcount:
        raise _not_found(thread_id)


def _not_found(key: str) -> ThreadNotFoundError:
    return ThreadNotFoundError(
        f"There is no session {one_line(key, 60)!r}.",
        hint="`tyler-chat sessions list` shows all; -s NAME starts a new one.",
    )


def _path_of(url: str | Path | None) -> str:
    if url is None or str(url) == MEMORY:
        return MEMORY
    if isinstance(url, Path):
        return str(url.expanduser())
    for scheme in _SQLITE_SCHEMES:
        if url.startswith(scheme):
            rest = url.removeprefix(scheme).removeprefix("/")
            return rest if rest and rest != MEMORY else MEMORY
    if "://" in url:
        raise UsageError(
            f"No store for {one_line(url.partition('://')[0], 40)!r} URLs.",
            hint="Use sqlite+aiosqlite:///FILE, a plain path, or :memory:.",
        )
    return str(Path(url).expanduser())
