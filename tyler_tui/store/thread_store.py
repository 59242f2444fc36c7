"""ThreadStore: threads by id and name, kept message by message."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tyler_tui.errors import ThreadBusyError, ThreadNotFoundError
from tyler_tui.messages import Message, Thread
from tyler_tui.sanitize import storable
from tyler_tui.store import names, trash
from tyler_tui.store import search as searching
from tyler_tui.store.database import Database, Transaction
from tyler_tui.store.places import open_database, place_of
from tyler_tui.store.reading import (
    find_in_branch,
    load_news,
    load_siblings,
    load_thread,
    load_window,
    load_window_from,
)
from tyler_tui.store.rows import name_key, summary_of
from tyler_tui.store.saving import save_all, save_details, save_grown, save_one
from tyler_tui.store.seal import Seal
from tyler_tui.store.summaries import SearchHit, ThreadSummary

if TYPE_CHECKING:
    from tyler_tui.store.copying import Kept

TRASH_DAYS = 30
NO_LIMIT = 2**63 - 1


class ThreadStore:
    """Made by `create`; use it as an async context manager, or `close` it. All methods raise
    StoreError when the database cannot be used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._claimed: set[str] = set()

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

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    # Saving

    def is_behind(self, thread_id: str) -> bool:
        """Whether something of the thread waits to be saved: never here, where a save that fails
        says so."""
        return False

    async def save_message(self, thread: Thread, message: Message) -> None:
        """Insert `message`, or update it by its id; its thread, and what stands before it there,
        come along when they are new."""
        if await save_grown(self._database, message):
            return
        is_claimed = thread.id in self._claimed
        await self._database.write(
            lambda transaction: save_one(transaction, thread, message, is_claimed=is_claimed)
        )

    async def save_details(self, thread: Thread) -> None:
        """Update what the thread itself has, its attributes and asides, once it is stored; its
        messages are left as they are."""
        await self._database.write(lambda transaction: save_details(transaction, thread))

    async def save_thread(self, thread: Thread) -> Thread:
        """Insert or update the thread and all of its messages by id; nothing is deleted. A message
        that another process is writing is left to it."""
        is_claimed = thread.id in self._claimed
        await self._database.write(
            lambda transaction: save_all(transaction, thread, is_claimed=is_claimed)
        )
        return thread

    save = save_thread

    async def save_kept(self, thread: Thread, kept: "Kept") -> None:
        """Put a thread of another store here, where it must be new: pinned, titled, and in the
        trash, as it was there. Raises NameTakenError."""
        from tyler_tui.store.copying import save_kept  # noqa: PLC0415 - for who imports

        await self._database.write(lambda transaction: save_kept(transaction, thread, kept))

    # Reading

    async def get_thread(self, thread_id: str) -> Thread:
        """The thread with all of its messages. Raises ThreadNotFoundError."""
        return await load_thread(self._database, thread_id)

    async def get(self, thread_id: str) -> Thread | None:
        """Like `get_thread`, but None when there is none."""
        try:
            return await self.get_thread(thread_id)
        except ThreadNotFoundError:
            return None

    async def messages(
        self,
        thread_id: str,
        before: str | None = None,
        limit: int = 50,
        *,
        through: str | None = None,
    ) -> list[Message]:
        """A window of the current branch, oldest first: its last `limit` messages, or the last
        that stand before message `before`; or with `through` of the branch that ends with that
        message."""
        return await load_window(self._database, thread_id, before, limit, through)

    async def messages_from(
        self, thread_id: str, first: str | None = None, limit: int = 50
    ) -> list[Message]:
        """A window of the current branch, oldest first: `limit` messages from message `first` on,
        or from its first one; none when `first` is on another branch."""
        return await load_window_from(self._database, thread_id, first, limit)

    async def find_messages(self, thread_id: str, text: str) -> list[str]:
        """The ids of the prompts and answers of the current branch that hold `text`, oldest first,
        without regard to the case of ASCII letters."""
        return await find_in_branch(self._database, thread_id, text)

    async def siblings(
        self, thread_id: str, message_ids: Sequence[str]
    ) -> dict[str, tuple[str, ...]]:
        """For each of the messages, those with the same parent, itself among them, oldest first."""
        return await load_siblings(self._database, thread_id, message_ids)

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

    async def news(self, thread: Thread) -> Thread | None:
        """`thread` as it is stored, when another process has added messages to it; None when
        there is nothing new."""
        return await load_news(self._database, thread)

    async def claim(self, thread_id: str) -> None:
        """Say that someone is about to answer in a thread, until `release` or the end of this
        process. Raises ThreadBusyError while someone else does, here or in another process."""
        self._claim_here(thread_id)
        try:
            await self._claim_stored(thread_id)
        except Exception:  # a cancel stops no write: whoever asked must release
            self._claimed.discard(thread_id)
            raise

    def _claim_here(self, thread_id: str) -> None:
        if thread_id in self._claimed:
            raise _busy()
        self._claimed.add(thread_id)

    async def _claim_stored(self, thread_id: str) -> None:
        """Tell the other processes. They learn of a thread that is not stored yet when it is."""

        async def work(transaction: Transaction) -> None:
            await transaction.hold(thread_id)
            rows = await transaction.rows("SELECT owner FROM threads WHERE id = ?", (thread_id,))
            owner, mark = rows[0]["owner"] if rows else None, transaction.mark
            if owner and owner != mark and await transaction.living([owner]):
                raise _busy()
            await transaction.execute(
                "UPDATE threads SET owner = ? WHERE id = ?", (mark, thread_id)
            )

        await self._database.write(work)

    async def release(self, thread_id: str) -> None:
        """Say that the answer is over; by whoever claimed the thread."""
        self._claimed.discard(thread_id)
        await self._change(
            "UPDATE threads SET owner = NULL WHERE id = ? AND owner = ?",
            (thread_id, self._database.mark),
        )

    async def find(self, key: str, *, deleted: bool = False) -> ThreadSummary:
        """The thread with that id, or that name, or of which `key` begins the name or the id, or
        the only one with that title.

        Raises ThreadNotFoundError, and AmbiguousNameError when several begin so.
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

    async def fork_thread(self, thread_id: str, through: str | None = None) -> Thread:
        """A new thread that begins with a copy of the current branch; with `through`, of the branch
        to that message and no further. Raises ThreadNotFoundError, and KeyError for an unknown
        message."""
        return await self.save_thread((await self.get_thread(thread_id)).fork(through))

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


def _busy() -> ThreadBusyError:
    return ThreadBusyError(
        "Another tyler-chat is answering in this session.",
        hint="Wait until it has finished, or stop it there; or start another session.",
    )
