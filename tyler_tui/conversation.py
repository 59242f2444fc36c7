"""One agent on one thread in one store: what every front end holds.

Calls go in (`send`, `cancel`, `decide`), events come out (`subscribe`). The state is changed
before the event that tells of it is delivered, so a front end may read it in its listener.
Messages sent while an answer is under way wait in the queue and go out one by one; a cancel or a
failure leaves the rest in the queue until `take_queue` or the next `send`. A listener that raises
is logged, and costs nobody an answer.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol

from tyler_tui.agent.approval import ApprovalPolicy, ApprovalRequest, Decision
from tyler_tui.agent.sink import CatchingUp, ThreadSink
from tyler_tui.errors import ExecutionCancelledError, ThreadBusyError, TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import (
    Attachment,
    Message,
    Thread,
    Usage,
    compaction_of,
    new_id,
    title_of,
)
from tyler_tui.messages.costs import ModelCost, costs_by_model
from tyler_tui.sanitize import without_credentials

if TYPE_CHECKING:  # a screen that knows conversations is painted before there is an agent
    from tyler_tui.agent.agent import Agent
    from tyler_tui.agent.turn import AgentResult, Listener

_TUNED = {"temperature", "reasoning"}
_log = logging.getLogger(__name__)


class State(StrEnum):
    """What a conversation is doing."""

    IDLE = "idle"
    ANSWERING = "answering"
    ASKING = "asking"
    """A tool call waits for `decide`."""
    CANCELLING = "cancelling"


@dataclass(frozen=True, slots=True)
class Queued:
    """A message that waits for its turn; `id` becomes the id of the message."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    id: str = field(default_factory=new_id)
    is_there: bool = False
    """Whether the message is in the thread already, and wants another answer."""
    focus: str | None = None
    """Not None: no message, but the wish to have the thread summarised; see `Conversation.compact`.
    """


class StoredTotals(Protocol):
    """What a session cost so far; `ThreadSummary` has it."""

    @property
    def usage(self) -> Usage: ...
    @property
    def cost_usd(self) -> float | None: ...


class ConversationStore(ThreadSink, Protocol):
    """What a conversation needs of a store; `ThreadStore` has it."""

    async def get_thread(self, thread_id: str) -> Thread: ...
    async def news(self, thread: Thread) -> Thread | None: ...
    async def claim(self, thread_id: str) -> None: ...
    async def release(self, thread_id: str) -> None: ...
    async def set_head(self, thread_id: str, message_id: str) -> None: ...
    async def siblings(
        self, thread_id: str, message_ids: Sequence[str]
    ) -> dict[str, tuple[str, ...]]: ...
    async def messages_from(
        self, thread_id: str, first: str | None = None, limit: int = 50
    ) -> list[Message]: ...
    async def find_messages(self, thread_id: str, text: str) -> list[str]: ...
    async def messages(
        self, thread_id: str, before: str | None = None, limit: int = 50
    ) -> list[Message]: ...


class Conversation:
    """See the module's text. All methods belong to the event loop that made it."""

    def __init__(
        self,
        agent: "Agent",
        store: ConversationStore | None = None,
        thread: Thread | None = None,
        *,
        policy: ApprovalPolicy | None = None,
        stored: StoredTotals | None = None,
    ) -> None:
        """Continue `thread`, or start a new one. With `stored`, the thread's messages are left in
        the store until the first turn needs them (a long session opens at once) and `history`
        reads windows of them; the totals are what the session cost so far."""
        self.agent = agent
        self.policy = policy if policy is not None else ApprovalPolicy()
        self.thread = thread if thread is not None else Thread()
        self.state = State.IDLE
        self.last_result: AgentResult | None = None
        self.usage = self.thread.usage if stored is None else stored.usage
        """Tokens of the whole session, all branches."""
        self.cost_usd = self.thread.cost_usd if stored is None else stored.cost_usd
        """What the session cost in US dollars; None when a price is unknown."""
        self._context_tokens = _context_of(self.thread)
        self._store = store
        self._sink = CatchingUp(store) if store is not None else None
        self._loaded = stored is None
        self._listeners: list[Listener] = []
        self._queue: list[Queued] = []
        self._worker: asyncio.Task[None] | None = None
        self._between_turns = True
        self._has_claim = False
        self._failure: Exception | None = None
        self._question: tuple[str, asyncio.Future[Decision]] | None = None

    @property
    def queue(self) -> tuple[Queued, ...]:
        """Messages that wait, next one first."""
        return tuple(self._queue)

    @property
    def is_busy(self) -> bool:
        return self.state is not State.IDLE

    @property
    def is_new(self) -> bool:
        """Whether nothing was said in it yet: then no store knows of it."""
        return self._loaded and self.thread.head_id is None and not self.thread.all_messages

    @property
    def context_share(self) -> float | None:
        """How much of the model's context window the last request and its answer filled, 0 to 1;
        None when it is not known."""
        window = self.agent.model_info.context_window
        if not window or not self._context_tokens:
            return None
        return self._context_tokens / window

    def subscribe(self, listener: "Listener") -> Callable[[], None]:
        """Hear every event from now on; returns the call that ends it."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def send(self, text: str, attachments: Sequence[Attachment] = ()) -> str:
        """Send a message, or queue it while another is being answered. Returns the message's id.

        Nothing is awaited: what happens comes as events, MESSAGE_CREATED for this message first.
        """
        return self._enqueue(Queued(text, tuple(attachments)))

    def _enqueue(self, queued: Queued) -> str:
        self._queue.append(queued)
        if not self.is_busy:
            self.state = State.ANSWERING
            if self._worker is None or self._worker.done():
                self._worker = asyncio.create_task(self._work())
        return queued.id

    def compact(self, focus: str = "") -> str:
        """Have the model summarise all but the end of the conversation, when what is queued has
        been answered; `focus` is what must not be lost. It is told like a turn: COMPACTING, the
        summary in MESSAGE_CREATED, COMPACTED, and a terminal event. Unless the summary is whole
        nothing changes."""
        return self._enqueue(Queued(f"/compact {focus}".rstrip(), focus=focus))

    def use_model(
        self, model: str, *, api_base: str | None = None, api_key: str | None = None
    ) -> None:
        """Have `model` answer from the next turn on, at `api_base` where that is not its usual
        place."""
        self.agent = self.agent.replace(model_name=model, api_base=api_base, api_key=api_key)
        self._note_model()

    def _note_model(self) -> None:
        """A session goes on with its own model when it is opened again."""
        self.thread.attributes["model"] = self.agent.model_name
        self.thread.attributes["api_base"] = without_credentials(self.agent.api_base)

    async def remember(self) -> None:
        """Store what `use_model` and `tune` have changed, unless the next message will. Raises
        StoreError."""
        if self._sink is not None and not self.is_busy and not self.is_new:
            await self._sink.save_thread(self.thread)

    def tune(self, **changes: Any) -> None:
        """Change settings of the agent from the next turn on: `temperature`, `reasoning`,
        `budget_usd`. The first two stay with the session. Raises ValueError."""
        self.agent = self.agent.replace(**changes)
        for name in _TUNED & changes.keys():
            self.thread.attributes[name] = changes[name]

    async def costs(self) -> list[ModelCost]:
        """What the session cost by model, all branches. Raises StoreError."""
        thread = self.thread
        if not self._loaded and self._store is not None:
            thread = await self._store.get_thread(thread.id)
        return costs_by_model(thread.all_messages)

    async def ask(self, text: str, attachments: Sequence[Attachment] = ()) -> "AgentResult":
        """Send a message and wait for its answer. For front ends that do one thing at a time.

        Raises what kept the turn from starting (StoreError, say); a turn that started always
        returns its result, whose `outcome` tells how it ended.
        """
        self.last_result = None
        self.send(text, attachments)
        await self.wait_idle()
        if self.last_result is None:
            raise self._failure or ExecutionCancelledError("Stopped before it started.")
        return self.last_result

    async def catch_up(self) -> bool:
        """Take up what another program has added to this session. Returns whether there was
        anything. Raises StoreError."""
        if self._store is None or not self._loaded or self.is_busy:
            return False
        news = await self._store.news(self.thread)
        if news is None or self.is_busy:
            return False
        self.thread, self.usage, self.cost_usd = news, news.usage, news.cost_usd
        return True

    def unqueue(self, id: str) -> Queued | None:
        """Take one message out of the queue; None when it does not wait (any more)."""
        found = next((queued for queued in self._queue if queued.id == id), None)
        if found is not None:
            self._queue.remove(found)
        return found

    def move_queued(self, id: str, by: int) -> None:
        """Let a message that waits go out sooner (by < 0) or later."""
        at = next((n for n, queued in enumerate(self._queue) if queued.id == id), None)
        if at is not None:
            self._queue.insert(max(0, at + by), self._queue.pop(at))

    def take_queue(self) -> list[Queued]:
        """Empty the queue and return what was in it."""
        waiting, self._queue = self._queue, []
        return waiting

    def cancel(self) -> bool:
        """Stop the answer under way: the model's stream and running tools. Returns whether there
        was one. The partial answer is kept; EXECUTION_CANCELLED tells when it has happened."""
        if self._worker is None or not self.is_busy:
            return False
        if self.state is not State.CANCELLING:  # a second cancel would hit what keeps the answer
            self.state = State.CANCELLING
            if not self._between_turns:
                self._worker.cancel()
        return True

    def decide(self, tool_call_id: str, decision: Decision) -> bool:
        """Answer an APPROVAL_REQUESTED. Returns False when nobody asks (any more)."""
        if self._question is None or self.state is not State.ASKING:
            return False
        asked_id, answer = self._question
        if asked_id != tool_call_id or answer.done():
            return False
        self.state = State.ANSWERING
        answer.set_result(decision)
        return True

    async def wait_idle(self) -> None:
        """Return when nothing is under way. Cancelling the waiter does not cancel the answer."""
        while self._worker is not None and not self._worker.done():
            await asyncio.wait([self._worker])

    async def close(self) -> None:
        """Cancel what is under way and wait until its partial answer is kept."""
        self.take_queue()
        self.cancel()
        await self.wait_idle()

    async def history(self, before: str | None = None, limit: int = 50) -> list[Message]:
        """A window of the current branch, oldest first: the last `limit` messages, or those
        that stand before message `before`."""
        if not self._loaded and self._store is not None:
            return await self._store.messages(self.thread.id, before, limit)
        branch = self.thread.messages
        if before is not None:
            ids = [message.id for message in branch]
            branch = branch[: ids.index(before)] if before in ids else []
        return branch[-limit:] if limit else []

    async def history_from(self, first: str | None = None, limit: int = 50) -> list[Message]:
        """A window of the current branch, oldest first: `limit` messages from message `first` on,
        or from its first one; none when `first` is not on it."""
        if not self._loaded and self._store is not None:
            return await self._store.messages_from(self.thread.id, first, limit)
        branch = self.thread.messages
        start = 0
        if first is not None:
            start = next(
                (n for n, message in enumerate(branch) if message.id == first), len(branch)
            )
        return branch[start : start + limit]

    async def find(self, text: str) -> list[str]:
        """The ids of the prompts and answers of the current branch that hold `text`, oldest first,
        without regard to case."""
        if not self._loaded and self._store is not None:
            return await self._store.find_messages(self.thread.id, text)
        return await asyncio.to_thread(_holding, text.casefold(), self.thread.messages)

    # Branches

    async def rewind(self, message_id: str | None) -> None:
        """End the branch with that message, or before the first one. What is sent next starts a
        branch of its own there; until then the store knows nothing of it. Raises ThreadBusyError,
        StoreError, and KeyError for an unknown message."""
        await self._load_to_change()
        self.thread.rewind_to(message_id)

    def answer_again(self, message_id: str) -> None:
        """Answer that prompt once more, as a branch beside the answer that it has. It is announced
        by MESSAGE_CREATED as a new one is. Raises ValueError for what is no prompt."""
        message = self.thread.get_message(message_id)
        if message is None or message.role != "user":
            raise ValueError("only a prompt of the user can be answered again")
        self._enqueue(Queued(message.content, tuple(message.attachments), message.id, True))

    async def switch_branch(self, message_id: str) -> None:
        """Make the branch through that message the current one, up to its newest end. Raises as
        `rewind` does."""
        await self._load_to_change()
        self.thread.switch_to(message_id)
        if self._store is not None and self.thread.head_id is not None:
            await self._store.set_head(self.thread.id, self.thread.head_id)

    async def siblings(self, message_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The messages in whose place each of those stands, itself among them, oldest first."""
        if not self._loaded and self._store is not None:
            return await self._store.siblings(self.thread.id, message_ids)
        return self.thread.siblings_of(message_ids)

    async def _load_to_change(self) -> None:
        if self.is_busy:
            raise ThreadBusyError(
                "An answer is under way.", hint="Stop it with Ctrl+C, or wait for its end."
            )
        await self._load()

    async def _work(self) -> None:
        try:
            while True:
                if self.state is State.CANCELLING:  # before a turn began: its message stays queued
                    await self._broadcast(ExecutionEvent.cancelled())
                elif self.state is State.ANSWERING and self._queue:
                    await self._answer(self._queue.pop(0))
                else:
                    return
        finally:
            self.state = State.IDLE

    async def _answer(self, queued: Queued) -> None:
        """One turn. It ends with its terminal event, which sets the state."""
        from tyler_tui.agent.turn import Turn  # noqa: PLC0415 - came with the agent

        self._between_turns, self._failure, self._question = False, None, None
        turn: Turn | None = None
        try:
            await self._take_over(queued)
            if queued.focus is None:
                await self._add(queued)
            turn = Turn(
                self.agent,
                self.thread,
                self._broadcast,
                sink=self._sink,
                approver=_Approver(self),
                focus=queued.focus,
            )
            await turn.run()
        except asyncio.CancelledError:
            if turn is None:
                await self._broadcast(ExecutionEvent.cancelled())
        except Exception as error:
            if not isinstance(error, TylerError):
                _log.exception("a turn could not start")
            self._failure = error
            await self._broadcast(ExecutionEvent.failure(error))
        finally:
            if turn is not None and turn.result.outcome is not None:
                self.last_result = turn.result
            if self._store is not None and self._has_claim:
                self._has_claim = False
                with contextlib.suppress(TylerError):  # a claim ends with its process anyway
                    await self._store.release(self.thread.id)

    async def _add(self, queued: Queued) -> None:
        """Put the user's message into the thread and the store, or go back to it."""
        if queued.is_there:
            self.thread.rewind_to(queued.id)
            there = self.thread.messages[-1]
            await self._broadcast(ExecutionEvent.now(EventType.MESSAGE_CREATED, message=there))
            return
        message = Message("user", queued.text, attachments=[*queued.attachments], id=queued.id)
        self._note_model()
        if not self.thread.title:
            self.thread.title = title_of(message.content)
        self.thread.add_message(message)
        try:
            await self._broadcast(ExecutionEvent.now(EventType.MESSAGE_CREATED, message=message))
        finally:
            if self._sink is not None:
                await self._sink.save_message(self.thread, message)

    async def _take_over(self, queued: Queued) -> None:
        """Claim the thread for a turn and load it. When that fails, the message stays queued."""
        try:
            if self._store is not None:
                await self._claim(self._store)
            await self._load()
        except BaseException:
            self._queue.insert(0, queued)
            raise

    async def _claim(self, store: ConversationStore) -> None:
        self._has_claim = True  # also when it is cancelled: the store goes on to the end
        try:
            await store.claim(self.thread.id)
        except ThreadBusyError:
            self._has_claim = False
            raise

    async def _load(self) -> None:
        if self._loaded or self._store is None:
            return
        attributes = self.thread.attributes
        self.thread = await self._store.get_thread(self.thread.id)
        self.thread.attributes.update(attributes)
        self._loaded = True

    async def _broadcast(self, event: ExecutionEvent) -> None:
        data = event.data
        if event.type is EventType.APPROVAL_REQUESTED:
            # Each call has a question of its own: an older answer must not do for it.
            self._question = (data["tool_call_id"], asyncio.get_running_loop().create_future())
            if self.state is not State.CANCELLING:
                self.state = State.ASKING  # and a listener may decide at once
        elif event.type is EventType.LLM_RESPONSE:
            tokens = data.get("tokens") or {}
            self._context_tokens = int(tokens.get("total_tokens", 0)) or self._context_tokens
        elif event.type is EventType.COMPACTED:
            self._context_tokens = int(data["tokens_after"])
        elif event.type is EventType.MESSAGE_CREATED:
            self._add_up(data["message"])
        elif event.type.is_terminal:
            goes_on = event.type is EventType.EXECUTION_COMPLETE and self._queue
            self.state = State.ANSWERING if goes_on else State.IDLE
            self._between_turns = True
        for listener in tuple(self._listeners):
            try:
                await listener(event)
            except Exception:
                _log.exception("a listener failed on %s", event.type.value)

    def _add_up(self, message: Message) -> None:
        if message.usage is None:
            return
        self.usage = self.usage + message.usage
        cost = message.metrics.get("cost_usd")
        self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost

    async def _decision(self) -> Decision:
        assert self._question is not None  # APPROVAL_REQUESTED came before
        return await self._question[1]


def _holding(text: str, messages: Sequence[Message]) -> list[str]:
    return [
        message.id
        for message in messages
        if message.role in ("user", "assistant") and text in message.content.casefold()
    ]


def _context_of(thread: Thread) -> int:
    """How many tokens the last answer and what it was given took, or a summary since then left."""
    for message in reversed(thread.messages):
        if (compaction := compaction_of(message)) is not None:
            return compaction.tokens_after
        if message.usage is not None:
            return message.usage.total_tokens
    return 0


class _Approver:
    """Lets the policy answer what it can, and turns the rest into a wait for `decide`."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def settled(self, request: ApprovalRequest) -> Decision | None:
        from tyler_tui.tools.web.typed import scopes_named_in  # noqa: PLC0415 - only for a call

        named = scopes_named_in(self._conversation.thread) if request.risk == "fetch" else ()
        return self._conversation.policy.settled(request, named=named)

    def always(self, request: ApprovalRequest) -> str:
        return self._conversation.policy.always(request)

    async def decide(self, request: ApprovalRequest) -> Decision:
        return await self._conversation._decision()

    def remember(self, request: ApprovalRequest, decision: Decision) -> None:
        self._conversation.policy.remember(request, decision)
