"""ThreadStore: threads by id and name, kept message by message."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from tyler_tui.errors import ThreadBusyError, ThreadNotFoundError
from tyler_tui.messages import Message, Thread
from tyler_tui.store import trash
from tyler_tui.store.database import Database, Transaction
from tyler_tui.store.index import ThreadIndex
from tyler_tui.store.names import check_free
from tyler_tui.store.reading import (
    find_in_branch,
    load_news,
    load_siblings,
    load_thread,
    load_window,
    load_window_from,
)
from tyler_tui.store.saving import save_all, save_details, save_grown, save_one

if TYPE_CHECKING:
    from tyler_tui.store.copying import Kept


class Claimed(Struct, frozen=True):
    """How a thread stands that was claimed: its name, which another process may have changed, and
    whether it was in the trash until now."""

    name: str | None
    was_deleted: bool


class ThreadStore(ThreadIndex):
    """Made by `create`; use it as an async context manager, or `close` it. All methods raise
    StoreError when the database cannot be used."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._claimed: set[str] = set()

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

    async def get_thread(self, thread_id: str, *, packed: bool = False) -> Thread:
        """The thread with all of its messages, where `packed` those that were said long ago in
        little room (see `tyler_tui.packing`). Raises ThreadNotFoundError."""
        return await load_thread(self._database, thread_id, packed=packed)

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

    async def news(self, thread: Thread, known_count: int | None = None) -> Thread | None:
        """`thread` as it is stored, when another process has added messages to it, or written
        on at its last one; None when there is nothing new. Of one that was not loaded,
        `known_count` is the `message_count` of its summary."""
        return await load_news(self._database, thread, known_count)

    async def claim(self, thread_id: str, new_name: str | None = None) -> Claimed | None:
        """Say that someone is about to answer in a thread, until `release` or the end of this
        process. One that is in the trash comes back: what is said in it now is not to go with that.
        Returns how the thread stands by now, None when it is not stored yet; `new_name` is what it
        will be called then. Raises ThreadBusyError while someone else answers, here or in another
        process, and NameTakenError."""
        self._claim_here(thread_id)
        try:
            return await self._claim_stored(thread_id, new_name)
        except Exception:  # a cancel stops no write: whoever asked must release
            self._claimed.discard(thread_id)
            raise

    def _claim_here(self, thread_id: str) -> None:
        if thread_id in self._claimed:
            raise _busy()
        self._claimed.add(thread_id)

    async def _claim_stored(self, thread_id: str, new_name: str | None = None) -> Claimed | None:
        """Tell the other processes. They learn of a thread that is not stored yet when it is."""

        async def work(transaction: Transaction) -> Claimed | None:
            await transaction.hold(thread_id)
            rows = await transaction.rows(
                "SELECT owner, name, deleted_at FROM threads WHERE id = ?", (thread_id,)
            )
            if not rows:
                if new_name:
                    await check_free(transaction, new_name)
                return None
            owner, name, mark = rows[0]["owner"], rows[0]["name"], transaction.mark
            if owner and owner != mark and await transaction.living([owner]):
                raise _busy()
            was_deleted = rows[0]["deleted_at"] is not None
            if was_deleted:
                name = await trash.bring_back(transaction, thread_id, name)
            await transaction.execute(
                "UPDATE threads SET owner = ? WHERE id = ?", (mark, thread_id)
            )
            return Claimed(name, was_deleted)

        return await self._database.write(work)

    async def release(self, thread_id: str) -> None:
        """Say that the answer is over; by whoever claimed the thread."""
        self._claimed.discard(thread_id)
        await self._change(
            "UPDATE threads SET owner = NULL WHERE id = ? AND owner = ?",
            (thread_id, self._database.mark),
        )

    async def fork_thread(self, thread_id: str, through: str | None = None) -> Thread:
        """A new thread that begins with a copy of the current branch; with `through`, of the branch
        to that message and no further. Raises ThreadNotFoundError, and KeyError for an unknown
        message."""
        return await self.save_thread((await self.get_thread(thread_id)).fork(through))


def _busy() -> ThreadBusyError:
    return ThreadBusyError(
        "Another tyler-chat is answering in this session.",
        hint="Wait until it has finished, or stop it there; or start another session.",
    )
