"""One agent on one thread in one store: what every front end holds.

Calls go in (`send`, `cancel`, `decide`), events come out (`subscribe`). The state is changed
before the event that tells of it is delivered, so a front end may read it in its listener.
Messages sent while an answer is under way wait in the queue and go out one by one; a cancel or a
failure leaves the rest in the queue until `take_queue` or the next `send`.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from tyler_tui.agent.agent import Agent
from tyler_tui.agent.approval import ApprovalPolicy, ApprovalRequest, Decision, Verdict
from tyler_tui.agent.turn import AgentResult, Listener
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Attachment, Message, Thread, Usage, new_id

TITLE_LENGTH = 60


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


class StoredTotals(Protocol):
    """What a session cost so far; `ThreadSummary` has it."""

    @property
    def usage(self) -> Usage: ...
    @property
    def cost_usd(self) -> float | None: ...


class ConversationStore(Protocol):
    """What a conversation needs of a store; `ThreadStore` has it."""

    async def save_message(self, thread: Thread, message: Message) -> None: ...
    async def get_thread(self, thread_id: str) -> Thread: ...
    async def messages(
        self, thread_id: str, before: str | None = None, limit: int = 50
    ) -> list[Message]: ...


class Conversation:
    """See the module's text. All methods belong to the event loop that made it."""

    def __init__(
        self,
        agent: Agent,
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
        self._context_tokens = 0
        self._store = store
        self._loaded = stored is None
        self._listeners: list[Listener] = []
        self._queue: list[Queued] = []
        self._worker: asyncio.Task[None] | None = None
        self._turn: asyncio.Task[AgentResult] | None = None
        self._asked: dict[str, asyncio.Future[Decision]] = {}

    @property
    def queue(self) -> tuple[Queued, ...]:
        """Messages that wait, next one first."""
        return tuple(self._queue)

    @property
    def is_busy(self) -> bool:
        return self._worker is not None and not self._worker.done()

    @property
    def context_share(self) -> float | None:
        """How much of the model's context window the last request and its answer filled, 0 to 1;
        None when it is not known."""
        window = self.agent.model_info.context_window
        if not window or not self._context_tokens:
            return None
        return self._context_tokens / window

    def subscribe(self, listener: Listener) -> Callable[[], None]:
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
        queued = Queued(text, tuple(attachments))
        self._queue.append(queued)
        if not self.is_busy:
            self.state = State.ANSWERING
            self._worker = asyncio.create_task(self._work())
        return queued.id

    async def ask(self, text: str, attachments: Sequence[Attachment] = ()) -> AgentResult:
        """Send a message and wait for its answer. For front ends that do one thing at a time.

        Raises TylerError when the turn could not even start (the store failed, say); a turn that
        started always returns its result, whose `outcome` tells how it ended.
        """
        self.last_result = None
        failure: list[ExecutionEvent] = []

        async def watch(event: ExecutionEvent) -> None:
            if event.type is EventType.EXECUTION_ERROR:
                failure.append(event)

        unsubscribe = self.subscribe(watch)
        try:
            self.send(text, attachments)
            await self.wait_idle()
        finally:
            unsubscribe()
        if self.last_result is None:
            data = failure[0].data if failure else {"message": "Stopped before it started"}
            raise TylerError(data["message"], hint=data.get("hint", ""))
        return self.last_result

    def take_queue(self) -> list[Queued]:
        """Empty the queue and return what was in it."""
        waiting, self._queue = self._queue, []
        return waiting

    def cancel(self) -> bool:
        """Stop the answer under way: the model's stream and running tools. Returns whether there
        was one. The partial answer is kept; EXECUTION_CANCELLED tells when it has happened."""
        if self._worker is None or self._worker.done():
            return False
        self.state = State.CANCELLING
        if self._turn is not None:
            self._turn.cancel()
        else:
            self._worker.cancel()
        return True

    def decide(self, tool_call_id: str, decision: Decision) -> bool:
        """Answer an APPROVAL_REQUESTED. Returns False when nobody asks (any more)."""
        future = self._asked.get(tool_call_id)
        if future is None or future.done():
            return False
        self.state = State.ANSWERING
        future.set_result(decision)
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

    async def _work(self) -> None:
        try:
            while self._queue:
                if not await self._take_turn(self._queue.pop(0)):
                    break
        finally:
            self._turn = None
            self.state = State.IDLE

    async def _take_turn(self, queued: Queued) -> bool:
        """Answer one message; returns whether the queue goes on."""
        self.state = State.ANSWERING
        message = Message(
            role="user",
            content=queued.text,
            attachments=list(queued.attachments),
            id=queued.id,
        )
        try:
            await self._load()
            self.thread.attributes["model"] = self.agent.model_name
            if not self.thread.title:
                self.thread.title = _title_from(queued.text)
            self.thread.add_message(message)
            await self._broadcast(ExecutionEvent.now(EventType.MESSAGE_CREATED, message=message))
            if self._store is not None:
                await self._store.save_message(self.thread, message)
        except TylerError as error:
            await self._broadcast(_failure(error))
            return False
        except asyncio.CancelledError:
            await self._broadcast(
                ExecutionEvent.now(EventType.EXECUTION_CANCELLED, duration_ms=0.0, reason="user")
            )
            return False
        self._turn = asyncio.create_task(
            self.agent.run(self.thread, self._broadcast, sink=self._store, approver=_Approver(self))
        )
        try:
            self.last_result = await self._turn
        except asyncio.CancelledError:
            if not self._turn.cancelled():  # the worker itself was cancelled: the loop is closing
                self._turn.cancel()
                await asyncio.wait([self._turn])
            return False
        except TylerError as error:
            await self._broadcast(_failure(error))
            return False
        finally:
            self._turn = None
        return self.last_result.success

    async def _load(self) -> None:
        if self._loaded or self._store is None:
            return
        attributes = self.thread.attributes
        self.thread = await self._store.get_thread(self.thread.id)
        self.thread.attributes.update(attributes)
        self._loaded = True

    async def _broadcast(self, event: ExecutionEvent) -> None:
        match event.type:
            case EventType.APPROVAL_REQUESTED:
                self.state = State.ASKING
                self._question(event.data["tool_call_id"])  # a listener may decide at once
            case EventType.LLM_RESPONSE:
                tokens = event.data.get("tokens") or {}
                self._context_tokens = int(tokens.get("total_tokens", 0)) or self._context_tokens
            case EventType.MESSAGE_CREATED:
                self._add_up(event.data["message"])
            case _ if event.type.is_terminal:
                self.state = State.ANSWERING if self._goes_on(event) else State.IDLE
        for listener in tuple(self._listeners):
            await listener(event)

    def _add_up(self, message: Message) -> None:
        if message.usage is None:
            return
        self.usage = self.usage + message.usage
        cost = message.metrics.get("cost_usd")
        self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost

    def _question(self, tool_call_id: str) -> asyncio.Future[Decision]:
        if tool_call_id not in self._asked:
            self._asked[tool_call_id] = asyncio.get_running_loop().create_future()
        return self._asked[tool_call_id]

    def _goes_on(self, event: ExecutionEvent) -> bool:
        return event.type is EventType.EXECUTION_COMPLETE and bool(self._queue)


class _Approver:
    """Lets the policy answer what it can, and turns the rest into a wait for `decide`."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def needs_asking(self, request: ApprovalRequest) -> bool:
        return self._conversation.policy.needs_asking(request)

    async def decide(self, request: ApprovalRequest) -> Decision:
        try:
            decision = await self._conversation._question(request.tool_call_id)
        finally:
            self._conversation._asked.pop(request.tool_call_id, None)
        if decision.verdict is not Verdict.DENY:
            self._conversation.policy.remember(request, decision)
        return decision


def _failure(error: TylerError) -> ExecutionEvent:
    return ExecutionEvent.now(
        EventType.EXECUTION_ERROR,
        error_type=type(error).__name__,
        message=error.message,
        retryable=error.exit_code == 75,
        retry_after_s=None,
        hint=error.hint,
    )


def _title_from(text: str) -> str:
    """A title until a better one is known: the first line that says something."""
    line = next((stripped for line in text.splitlines() if (stripped := line.strip())), "")
    line = " ".join(line.split())
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"
