"""A thread that a store keeps: the messages of a long one stay there until they are needed. And
what it cost so far."""

import asyncio
import contextlib
import time
from collections.abc import Sequence

from tyler_tui.agent.sink import CatchingUp
from tyler_tui.agent.tuning import CHOSEN, TUNED
from tyler_tui.conversation import windows
from tyler_tui.conversation.stores import ConversationStore, StoredTotals
from tyler_tui.conversation.totals import Totals, context_of
from tyler_tui.errors import NameTakenError, StoreError, ThreadBusyError, TylerError
from tyler_tui.messages import Message, MessageStatus, Thread, Usage
from tyler_tui.messages.costs import ModelCost, costs_of
from tyler_tui.packing import Aging
from tyler_tui.sanitize import one_line

PACKING_SECONDS = 0.25
"""So long at most is packed behind a turn, whatever came at once."""


class KeptThread:
    """What a conversation is about. Without a store it is in memory alone."""

    def __init__(
        self,
        store: ConversationStore | None = None,
        thread: Thread | None = None,
        stored: StoredTotals | None = None,
    ) -> None:
        """With `stored`, the messages of `thread` are still in the store; the totals are what the
        session cost so far."""
        self.thread = thread if thread is not None else Thread()
        self._totals = Totals.of(self.thread, stored)
        self._aging = Aging(self.thread.all_messages)
        self._store = store
        self._sink = CatchingUp(store) if store is not None else None
        self._left_in_store = stored.message_count if stored is not None else None
        """How many messages were left there; None once they are loaded, and 0 where what was shown
        of them was still being written: then they are read again before the next turn."""
        self._has_claim = False
        self.notice = ""
        """What whoever opens it must know; "" as a rule."""

    @property
    def _loaded(self) -> bool:
        return self._left_in_store is None

    @property
    def is_new(self) -> bool:
        """Whether nothing was said in it yet: then no store knows of it."""
        return self._loaded and self.thread.head_id is None and not self.thread.all_messages

    @property
    def is_behind(self) -> bool:
        """Whether something that was said could not be saved yet."""
        if self._sink is None or self._store is None:
            return False
        return self._sink.is_behind or self._store.is_behind(self.thread.id)

    @property
    def usage(self) -> Usage:
        """Tokens of the whole session, all branches."""
        return self._totals.usage

    @property
    def cost_usd(self) -> float | None:
        """What the session cost in US dollars; None when a price is unknown."""
        return self._totals.cost_usd

    async def whole_thread(self) -> Thread:
        """The thread with all messages that it has now, to be looked at. Raises StoreError."""
        thread = self.thread
        if not self._loaded and self._store is not None:
            return await self._store.get_thread(thread.id)
        return Thread(
            thread.id,
            thread.title,
            name=thread.name,
            attributes=thread.attributes,
            created_at=thread.created_at,
            updated_at=thread.updated_at,
            messages=thread.all_messages,
            head_id=thread.head_id,
        )

    async def costs(self) -> list[ModelCost]:
        """What the session cost by model, all branches. Raises StoreError."""
        return costs_of(await self.whole_thread())

    async def history(self, before: str | None = None, limit: int = 50) -> list[Message]:
        """A window of the current branch, oldest first: the last `limit` messages, or those
        that stand before message `before`."""
        if not self._loaded and self._store is not None:
            found = await self._store.messages(self.thread.id, before, limit)
            if found and found[-1].status is MessageStatus.STREAMING:
                self._left_in_store = 0
            return found
        return windows.ending_before(self.thread.messages, before, limit)

    async def history_from(self, first: str | None = None, limit: int = 50) -> list[Message]:
        """A window of the current branch, oldest first: `limit` messages from message `first` on,
        or from its first one; none when `first` is not on it."""
        if not self._loaded and self._store is not None:
            return await self._store.messages_from(self.thread.id, first, limit)
        return windows.starting_with(self.thread.messages, first, limit)

    async def find(self, text: str) -> list[str]:
        """The ids of the prompts and answers of the current branch that hold `text`, oldest first,
        without regard to case."""
        if not self._loaded and self._store is not None:
            return await self._store.find_messages(self.thread.id, text)
        return await asyncio.to_thread(windows.holding, self.thread.messages, text)

    async def siblings(self, message_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The messages in whose place each of those stands, itself among them, oldest first."""
        if not self._loaded and self._store is not None:
            return await self._store.siblings(self.thread.id, message_ids)
        return self.thread.siblings_of(message_ids)

    async def _load(self) -> None:
        if self._loaded or self._store is None:
            return
        attributes = self.thread.attributes
        self.thread = await self._store.get_thread(self.thread.id, packed=True)
        self.thread.attributes.update(attributes)
        self._totals.context_tokens = context_of(self.thread)
        self._aging = Aging(self.thread.all_messages)
        self._left_in_store = None

    async def _rewind(self, message_id: str | None) -> None:
        """End the branch with that message, or before the first one. The store knows nothing of it
        until something is added there. Raises StoreError, and KeyError for an unknown message."""
        await self._load()
        self.thread.rewind_to(message_id)
        self._totals.context_tokens = context_of(self.thread)

    async def _switch_to(self, message_id: str) -> None:
        """Make the branch through that message the current one, up to its newest end. Raises as
        `_rewind` does."""
        await self._load()
        self.thread.switch_to(message_id)
        self._totals.context_tokens = context_of(self.thread)
        if self._store is None or self._sink is None or self.thread.head_id is None:
            return
        try:
            await self._store.set_head(self.thread.id, self.thread.head_id)
        except StoreError:  # saved whole, a thread takes its head along, now or later
            await self._sink.save_thread(self.thread)

    async def _pack(self) -> None:
        """Let what was said long ago take less memory."""
        until = time.monotonic() + PACKING_SECONDS
        for message in self._aging.old():
            message.pack()
            if time.monotonic() > until:
                return
            await asyncio.sleep(0)

    async def _claim(self) -> None:
        """Let no other program add to the thread until `_release`, and learn what one has made of
        it. Raises ThreadBusyError while one answers there, NameTakenError where one has given the
        name of this new thread to another, StoreError."""
        if self._store is None:
            return
        self._has_claim = True  # also when it is cancelled: the store goes on to the end
        try:
            new_name = self.thread.name if self.is_new else None
            claimed = await self._store.claim(self.thread.id, new_name)
        except (ThreadBusyError, NameTakenError):
            self._has_claim = False
            raise
        if claimed is None:
            return
        was_called, self.thread.name = self.thread.name, claimed.name
        if claimed.was_deleted:
            renamed = claimed.name if claimed.name != was_called else None
            self.notice = (
                "Another tyler-chat had put this session into the trash. It is out of there again"
                + (f", and called “{one_line(renamed, 60)}” now." if renamed else ".")
            )

    async def _release(self) -> None:
        if self._store is not None and self._has_claim:
            self._has_claim = False
            with contextlib.suppress(TylerError):  # a claim ends with its process anyway
                await self._store.release(self.thread.id)

    def _take_news(self, news: Thread) -> None:
        """Go on with the thread as it is stored; what was chosen here stays, whatever another
        program has chosen for itself."""
        chosen = self.thread.attributes
        for name in (*CHOSEN, *TUNED):
            news.attributes.pop(name, None)
            if name in chosen:
                news.attributes[name] = chosen[name]
        self.thread, self._totals = news, Totals.of(news)
        self._left_in_store = None
        self._aging = Aging(news.all_messages)

    async def _save_details(self, thread: Thread) -> None:
        if self._sink is not None and self._sink.is_behind:
            await self._sink.save_thread(thread)
        elif self._store is not None:
            await self._store.save_details(thread)

    async def _save_asides(self, thread: Thread) -> None:
        """Store what was asked beside the thread, however that ended."""
        self._totals.take_in(thread.asides)
        if self._totals.has_unsaved_asides:
            self._totals.has_unsaved_asides = False
            with contextlib.suppress(StoreError):  # they are saved with the next message
                await self._save_details(thread)
