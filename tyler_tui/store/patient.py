"""A store for people in mid-conversation: what cannot be saved now is kept in memory, and saved as
soon as that works.

A message that a full disk, a lock, a file that went away or damage keeps from the database costs
nobody the conversation: its thread waits here, `trouble` says why, and another try is made every
few seconds. Where the database cannot even be opened, one in memory stands in for it, and all that
came together there moves over once the real one opens. What is there already is never replaced.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Self, TypeVar
from weakref import WeakValueDictionary

from tyler_tui.errors import (
    NameTakenError,
    StoreError,
    ThreadBusyError,
    ThreadNotFoundError,
    is_of_the_store,
)
from tyler_tui.messages import Message, Thread
from tyler_tui.store.database import Database, Transaction
from tyler_tui.store.places import open_database, place_of, seal_for
from tyler_tui.store.reading import load_thread
from tyler_tui.store.saving import save_all
from tyler_tui.store.seal import Seal
from tyler_tui.store.sqlite.database import MEMORY
from tyler_tui.store.thread_store import Claimed, ThreadStore

T = TypeVar("T")

PATIENCE_S = 1.0
"""How long a write may hold up the conversation before it goes on behind it."""
CLAIM_PATIENCE_S = 10.0
"""How long a claim may: longer than any lock is waited for."""
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
"""Between two tries."""


class PatientStore(ThreadStore):
    """A ThreadStore whose `save_...` methods, `claim`, `release` and `news` do not fail for the
    state of the database. All else raises as it does there."""

    def __init__(
        self, database: Database, home: str | None = None, seal: Seal | None = None
    ) -> None:
        """`home` is the place that `database`, which is in memory, stands in for; `seal` is for
        that one."""
        super().__init__(database)
        self.trouble: StoreError | None = None
        """Why something could not be saved; None when all is well."""
        self.renamed: dict[str, str] = {}
        """New names, by thread id, of sessions whose own was taken when they could be saved."""
        self.lost: set[str] = set()
        """The ids of the threads that could not be saved to the very end, which is `close`."""
        self._home = home
        self._seal = seal if seal is not None else database.seal
        self._behind: list[Thread] = []
        self._in_hand: Thread | None = None
        self._known: WeakValueDictionary[str, Thread] = WeakValueDictionary()
        self._unreleased: set[str] = set()
        self._left: list[Database] = []
        self._closed = False
        self._watchers: list[Callable[[], None]] = []
        self._trying = asyncio.Lock()
        self._retrying: asyncio.Task[None] | None = None

    @classmethod
    async def in_memory(
        cls, url: str | Path, trouble: StoreError, *, seal: Seal | None = None
    ) -> Self:
        """Stand in for the store at `url`, which cannot be opened for that reason."""
        store = cls(await open_database(MEMORY), place_of(url), seal)
        store._note(trouble)
        return store

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Call `told` when `trouble` comes, changes or ends; returns the call that ends that."""
        self._watchers.append(told)
        return partial(self._watchers.remove, told)

    def is_behind(self, thread_id: str) -> bool:
        return any(thread.id == thread_id for thread in self.behind)

    @property
    def behind(self) -> list[Thread]:
        """The threads that wait to be saved."""
        return [*([self._in_hand] if self._in_hand is not None else ()), *self._behind]

    async def unsaved(self) -> list[Thread]:
        """The threads that are not in their database as they are now: those that wait, and all
        while it is in memory."""
        found = {thread.id: thread for thread in self.behind}
        if self._home is not None:
            for summary in await self.list_threads(limit=-1):
                found.setdefault(summary.id, await self.get_thread(summary.id))
        return list(found.values())

    # Writing

    async def save_message(self, thread: Thread, message: Message) -> None:
        self._known[thread.id] = thread
        if self.is_behind(thread.id):
            self._keep(thread)
        else:
            await self._or_keep(thread, super().save_message(thread, message))

    async def save_thread(self, thread: Thread) -> Thread:
        self._known[thread.id] = thread
        if self.is_behind(thread.id):
            self._keep(thread)
        else:
            await self._or_keep(thread, super().save_thread(thread))
        return thread

    async def save_details(self, thread: Thread) -> None:
        self._known[thread.id] = thread
        if not self.is_behind(thread.id):
            await self._or_keep(thread, super().save_details(thread))

    async def _or_keep(self, thread: Thread, saving: Coroutine[Any, Any, object]) -> None:
        """Save; what takes too long or fails is kept. A cancel does not stop it."""
        await self._patiently(saving, failed=lambda: self._keep(thread))

    async def _patiently(
        self,
        writing: Coroutine[Any, Any, T],
        failed: Callable[[], None],
        patience_s: float | None = None,
    ) -> T | None:
        """What `writing` returns; None when it takes too long, or fails for the database."""

        def ended(task: "asyncio.Task[T]") -> None:
            error = None if task.cancelled() else task.exception()
            if is_of_the_store(error):
                failed()
                self._note(error)

        task = asyncio.create_task(writing)
        task.add_done_callback(ended)
        await asyncio.wait([task], timeout=patience_s or PATIENCE_S)
        if not task.done():
            failed()
            return None
        if (error := task.exception()) is None:
            return task.result()
        if not is_of_the_store(error):
            raise error
        return None

    async def claim(self, thread_id: str, new_name: str | None = None) -> Claimed | None:
        """As in ThreadStore. It is waited for as long as a lock can last: nothing was said yet, and
        who goes on without it may answer beside another program. While the database cannot be used
        no other process is asked, and the claim follows when it can be. Should another program
        have answered meanwhile, nothing is lost or mixed: each message names the one before it, so
        the two answers are branches."""
        self._unreleased.discard(thread_id)
        if self.trouble is None:
            claiming = super().claim(thread_id, new_name)
            claimed = await self._patiently(claiming, lambda: None, CLAIM_PATIENCE_S)
            if self.trouble is not None:
                self._claimed.add(thread_id)
            return claimed
        self._claim_here(thread_id)
        return None

    async def release(self, thread_id: str) -> None:
        self._claimed.discard(thread_id)
        self._unreleased.add(thread_id)
        if self.trouble is None:
            await self._patiently(self._release(thread_id), failed=lambda: None)

    async def _release(self, thread_id: str) -> None:
        await super().release(thread_id)
        self._unreleased.discard(thread_id)

    async def news(self, thread: Thread, known_count: int | None = None) -> Thread | None:
        if self.is_behind(thread.id):
            return None
        try:
            return await super().news(thread, known_count)
        except StoreError as error:
            if not is_of_the_store(error):
                raise
            self._note(error)
            return None

    async def fork_thread(self, thread_id: str, through: str | None = None) -> Thread:
        if self.is_behind(thread_id):
            return await self.save_thread(self._known[thread_id].fork(through))
        return await super().fork_thread(thread_id, through)

    async def delete_thread(self, thread_id: str) -> None:
        was_behind = self.is_behind(thread_id)
        self._known.pop(thread_id, None)
        self._behind = [thread for thread in self._behind if thread.id != thread_id]
        try:
            await super().delete_thread(thread_id)
        except ThreadNotFoundError:
            if not was_behind:
                raise

    # Catching up

    async def save_now(self) -> bool:
        """Try to save what could not be; returns whether all is saved. It takes as long as the
        database is locked, five seconds at most."""
        async with self._trying:
            try:
                await self._catch_up()
            except StoreError as error:
                self._set_trouble(error)
                return False
            self._set_trouble(None)
            return True

    async def save_copy(self, url: str | Path) -> int:
        """Save what is unsaved into another database, which is made when it is missing; returns how
        many sessions that were. Raises StoreError, UsageError."""
        threads = await self.unsaved()
        database = await open_database(place_of(url), seal_for(url))
        try:
            for thread in threads:
                await _save_under_free_name(database, thread)
        finally:
            await database.close()
        return len(threads)

    async def close(self) -> None:
        """Try once more to save what is unsaved, then close."""
        is_unsaved = not self._closed and (self.trouble is not None or self.behind)
        if is_unsaved and not await self.save_now():
            self.lost = {thread.id for thread in await self.unsaved()}
        self._closed = True
        if self._retrying is not None:
            self._retrying.cancel()
        await super().close()
        for database in self._left:
            await database.close()

    def _keep(self, thread: Thread) -> None:
        if all(thread is not kept for kept in self._behind):
            self._behind.append(thread)
        self._retry()

    def _note(self, error: StoreError) -> None:
        self._set_trouble(error)
        self._retry()

    def _set_trouble(self, error: StoreError | None) -> None:
        before, self.trouble = self.trouble, error
        if (before and before.message) != (error and error.message):
            for told in tuple(self._watchers):
                told()

    def _retry(self) -> None:
        if not self._closed and (self._retrying is None or self._retrying.done()):
            self._retrying = asyncio.create_task(self._try_again())

    async def _try_again(self) -> None:
        wait_s = FIRST_WAIT_S
        while True:
            await asyncio.sleep(wait_s)
            if await asyncio.shield(self.save_now()) and not self._behind:
                return
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)

    async def _catch_up(self) -> None:
        if self._home is not None:
            await self._move_home(self._home)
        elif self._database.is_replaced:
            self._left.append(self._database)
            self._database = await open_database(self._database.place, self._seal)
        await self._database.write(_nothing)  # whether it can be written at all
        while self._behind:
            self._in_hand = self._behind.pop(0)
            try:
                await self._save_whole(self._database, self._in_hand)
            except BaseException:
                self._behind.insert(0, self._in_hand)
                raise
            finally:
                self._in_hand = None
        for thread_id in tuple(self._claimed):
            with suppress(ThreadBusyError):
                await self._claim_stored(thread_id)
        while released := self._unreleased - self._claimed:
            await self._release(released.pop())

    async def _move_home(self, place: str) -> None:
        """Open the real database and take over all that came together in the one in memory."""
        home = await open_database(place, self._seal)
        try:
            for summary in await self.list_threads(limit=-1):
                thread = await load_thread(self._database, summary.id)
                await self._save_whole(home, thread)
                if summary.pinned:
                    await home.write(partial(_pin, summary.id))
        except BaseException:
            await home.close()
            raise
        # What was said meanwhile is in memory alone: every thread is gone through once more.
        self._behind += [thread for thread in self._known.values() if thread not in self._behind]
        self._left.append(self._database)  # who reads in it may go on
        self._database, self._home = home, None

    async def _save_whole(self, database: Database, thread: Thread) -> None:
        name = thread.name
        await _save_under_free_name(database, thread, is_claimed=thread.id in self._claimed)
        if thread.name is not None and thread.name != name:
            self.renamed[thread.id] = thread.name
            if thread.id in self._known:
                self._known[thread.id].name = thread.name


async def _save_under_free_name(
    database: Database, thread: Thread, *, is_claimed: bool = False
) -> None:
    """Save a thread; a new one whose name another has taken since gets a number behind it."""
    name = thread.name
    for number in count(2):
        try:
            await database.write(
                lambda transaction: save_all(transaction, thread, is_claimed=is_claimed)
            )
            return
        except NameTakenError:
            thread.name = f"{name}-{number}"


async def _nothing(transaction: Transaction) -> None:
    pass


async def _pin(thread_id: str, transaction: Transaction) -> None:
    await transaction.execute("UPDATE threads SET pinned = 1 WHERE id = ?", (thread_id,))
