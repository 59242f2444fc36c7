"""The conversation itself; see `tyler_tui.conversation`."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tyler_tui.agent.approval import ApprovalPolicy, Decision
from tyler_tui.agent.sink import to_the_end
from tyler_tui.agent.tuning import TUNED
from tyler_tui.conversation.approver import ConversationApprover
from tyler_tui.conversation.kept_thread import KeptThread
from tyler_tui.conversation.listeners import Listeners
from tyler_tui.conversation.question import Question
from tyler_tui.conversation.queue import Queue, Queued
from tyler_tui.conversation.state import State
from tyler_tui.conversation.stores import ConversationStore, StoredTotals
from tyler_tui.conversation.titling import first_exchange
from tyler_tui.errors import (
    ExecutionCancelledError,
    ThreadBusyError,
    ToolError,
    TylerError,
)
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Attachment, Message, Thread, ToolCall, new_id, title_of
from tyler_tui.sanitize import without_credentials

if TYPE_CHECKING:  # a screen that knows conversations is painted before there is an agent
    from tyler_tui.agent.agent import Agent
    from tyler_tui.agent.turn import AgentResult, Listener

STOP = "Stop it with Ctrl+C, or wait for its end."

_log = logging.getLogger(__name__)


class Conversation(KeptThread):
    """See the package's text. All methods belong to the event loop that made it."""

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
        super().__init__(store, thread, stored)
        self.agent = agent
        self.policy = policy if policy is not None else ApprovalPolicy()
        self.state = State.IDLE
        self.last_result: AgentResult | None = None
        self._listeners = Listeners()
        self.queue = Queue()
        self._beginning: Queued | None = None
        self._typed: set[str] = set()
        self._worker: asyncio.Task[None] | None = None
        self._between_turns = True
        self._failure: Exception | None = None
        self._question: Question | None = None

    @property
    def unsaid(self) -> tuple[Queued, ...]:
        """What is in the queue, and before it what is not in the thread yet though its turn has
        come: a locked database, or a long session that is loaded, may keep it from there."""
        return (*([self._beginning] if self._beginning is not None else ()), *self.queue)

    @property
    def typed(self) -> list[Message]:
        """What the user wrote on this branch since the conversation was opened. What stands in the
        store may be anyone's: a file that was imported says what a user wrote, too."""
        return [message for message in self.thread.messages if message.id in self._typed]

    @property
    def is_busy(self) -> bool:
        return self.state is not State.IDLE

    @property
    def context_share(self) -> float | None:
        """How much of the model's context window the last request and its answer filled, 0 to 1;
        None when it is not known."""
        window = self.agent.model_info.context_window
        tokens = self._totals.context_tokens
        return tokens / window if window and tokens else None

    def subscribe(self, listener: "Listener") -> Callable[[], None]:
        """Hear every event from now on; returns the call that ends it."""
        return self._listeners.subscribe(listener)

    def send(
        self, text: str, attachments: Sequence[Attachment] = (), *, is_typed: bool = True
    ) -> str:
        """Send a message, or queue it while another is being answered. Returns the message's id.
        What others wrote, such as the prompt of a server, `is_typed` by nobody: the addresses in it
        are none that the user asked for.

        Nothing is awaited: what happens comes as events, MESSAGE_CREATED for this message first.
        """
        return self._enqueue(Queued(text, tuple(attachments), is_typed=is_typed))

    def _enqueue(self, queued: Queued) -> str:
        self.queue.add(queued)
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

    def call_by_hand(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Call a tool as the user's own doing; returns the call's id. It is asked about like any
        other, and told like a turn, by events that are marked (`ExecutionEvent.is_by_hand`); the
        thread gets nothing of it. Raises ThreadBusyError while something is under way."""
        self._check_idle("Try again when it is over.")
        call = ToolCall(new_id(), name, dict(arguments))
        self._enqueue(Queued(f"run {name}", call=call))
        return call.id

    def use_model(
        self, model: str, *, api_base: str | None = None, api_key: str | None = None
    ) -> None:
        """Have `model` answer from the next turn on, at `api_base` where that is not its usual
        place."""
        self.agent = self.agent.replace(model_name=model, api_base=api_base, api_key=api_key)
        self._note_model()

    def use_agent(self, name: str, agent: "Agent", policy: ApprovalPolicy) -> None:
        """Have the agent of that profile answer, from the next turn on. Raises ThreadBusyError
        while a turn is under way, for a policy counts at once."""
        self._check_idle("Choose another agent when it is over.")
        self.agent, self.policy = agent, policy
        self.thread.attributes["agent"] = name
        for tuned in TUNED:
            self.thread.attributes.pop(tuned, None)
        self._note_model()

    def _note_model(self) -> None:
        """A session goes on with its own model when it is opened again."""
        self.thread.attributes["model"] = self.agent.model_name
        self.thread.attributes["api_base"] = without_credentials(self.agent.api_base)

    async def remember(self) -> None:
        """Store what `use_model` and `tune` have changed, unless the next message will. Raises
        StoreError."""
        if not self.is_busy and not self.is_new:
            await self._save_details(self.thread)

    def tune(self, **changes: Any) -> None:
        """Change settings of the agent from the next turn on: `temperature`, `reasoning`,
        `system_prompt`, `budget_usd`. All but the last stay with the session. Raises ValueError."""
        self.agent = self.agent.replace(**changes)
        for name in changes.keys() & TUNED:
            self.thread.attributes[name] = changes[name]

    async def write_title(self) -> bool:
        """Have the model write a title, when there is a first exchange and the title is still its
        first words. Returns whether there is a new one; a failure is only logged. May go on beside
        a turn; what it used counts for the session."""
        from tyler_tui.agent.titling import ask_for_title  # noqa: PLC0415 - came with the agent
        from tyler_tui.providers import is_demo  # noqa: PLC0415 - as above

        thread, exchange = self.thread, first_exchange(self.thread)
        if not exchange or is_demo(self.agent.model_name):
            return False
        try:
            try:
                title = await ask_for_title(self.agent, thread, exchange)
            finally:
                await self._save_asides(thread)
            if first_exchange(thread) != exchange or thread is not self.thread:
                return False  # somebody was quicker
            thread.title = title
            if self._store is not None:
                await self._store.set_title(thread.id, title)
        except (TylerError, TimeoutError) as error:
            _log.info("no title was written: %s", error)
            return False
        return True

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
        if self._store is None or self.is_busy:
            return False
        news = await self._store.news(self.thread, self._left_in_store)
        if news is None or self.is_busy:
            return False
        self._take_news(news)
        return True

    def cancel(self) -> bool:
        """Stop the answer under way: the model's stream and running tools. Returns whether there
        was one. The partial answer is kept; EXECUTION_CANCELLED tells when it has happened."""
        if self._worker is None or not self.is_busy:
            return False
        if self.state is not State.CANCELLING:  # a second cancel would hit what keeps the answer
            self.state = State.CANCELLING
            self.queue.drop_calls()
            if not self._between_turns:
                self._worker.cancel()
        return True

    def decide(self, tool_call_id: str, decision: Decision) -> bool:
        """Answer an APPROVAL_REQUESTED. Returns False when nobody asks (any more)."""
        if (question := self._asked_about(tool_call_id)) is None:
            return False
        self.state = State.ANSWERING
        question.answer(decision)
        return True

    async def reconsider(self, tool_call_id: str, arguments: dict[str, Any]) -> ExecutionEvent:
        """The question that waits as it would be for other arguments, which `decide` may then
        bring. Raises ToolError where these do not fit, or such a call could not run."""
        if (question := self._asked_about(tool_call_id)) is None:
            raise ToolError("This call does not wait for a decision any more.")
        return await question.reconsidered(self.agent, ConversationApprover(self), arguments)

    def _asked_about(self, tool_call_id: str) -> Question | None:
        """The question about that call, while it waits."""
        question = self._question if self.state is State.ASKING else None
        return question if question is not None and question.is_about(tool_call_id) else None

    async def wait_idle(self) -> None:
        """Return when nothing is under way. Cancelling the waiter does not cancel the answer."""
        while self._worker is not None and not self._worker.done():
            await asyncio.wait([self._worker])

    async def close(self) -> None:
        """Cancel what is under way and wait until its partial answer is kept. A message whose turn
        had not begun yet is in the queue then."""
        self.queue.take()
        self.cancel()
        await self.wait_idle()

    # Branches

    async def rewind(self, message_id: str | None) -> None:
        """End the branch with that message, or before the first one. What is sent next starts a
        branch of its own there; until then the store knows nothing of it. Raises ThreadBusyError,
        StoreError, and KeyError for an unknown message."""
        self._check_idle(STOP)
        await self._rewind(message_id)

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
        self._check_idle(STOP)
        await self._switch_to(message_id)

    def _check_idle(self, hint: str) -> None:
        if self.is_busy:
            raise ThreadBusyError("An answer is under way.", hint=hint)

    async def _work(self) -> None:
        try:
            while True:
                if self.state is State.CANCELLING:  # before a turn began: its message stays queued
                    await self._broadcast(ExecutionEvent.cancelled())
                elif self.state is State.ANSWERING and self.queue:
                    await self._answer(self.queue.next())
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
            if queued.focus is None and queued.call is None:
                await self._add(queued)
            turn = Turn(
                self.agent,
                self.thread,
                self._broadcast,
                sink=self._sink,
                approver=ConversationApprover(self),
                focus=queued.focus,
                by_hand=queued.call,
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
            await self._save_asides(self.thread)
            await self._release()
            await self._pack()

    async def _add(self, queued: Queued) -> None:
        """Put the user's message into the thread and the store, or go back to it."""
        if queued.is_there:
            self.thread.rewind_to(queued.id)
            there = self.thread.messages[-1]
            await self._broadcast(ExecutionEvent.now(EventType.MESSAGE_CREATED, message=there))
            return
        message = Message("user", queued.text, attachments=[*queued.attachments], id=queued.id)
        if queued.is_typed:
            self._typed.add(message.id)
        self._note_model()
        if not self.thread.title:
            self.thread.title = title_of(message.content)
        self.thread.add_message(message)
        try:
            await self._broadcast(ExecutionEvent.now(EventType.MESSAGE_CREATED, message=message))
        finally:
            if self._sink is not None:
                await to_the_end(self._sink.save_message(self.thread, message))

    async def _take_over(self, queued: Queued) -> None:
        """Claim the thread for a turn and load it. When that fails, the message stays queued."""
        self._beginning = queued
        try:
            await self._claim()
            await self._load()
        except BaseException:
            if queued.call is None:
                self.queue.put_back(queued)
            raise
        finally:
            self._beginning = None

    async def _broadcast(self, event: ExecutionEvent) -> None:
        self._totals.hear(event)
        if event.type is EventType.MESSAGE_CREATED:
            self._aging.add(event.data["message"])
        elif event.type is EventType.APPROVAL_REQUESTED:
            # Each call has a question of its own: an older answer must not do for it.
            self._question = Question(event)
            if self.state is not State.CANCELLING:
                self.state = State.ASKING  # and a listener may decide at once
        elif event.type in (EventType.TOOL_RESULT, EventType.TOOL_ERROR):
            question, id = self._question, event.data["tool_call_id"]
            if self.state is State.ASKING and question is not None and question.call_id == id:
                self.state = State.ANSWERING  # the call went on without the answer
        elif event.type.is_terminal:
            goes_on = event.type is EventType.EXECUTION_COMPLETE and self.queue
            self.state = State.ANSWERING if goes_on else State.IDLE
            self._between_turns = True
            self._totals.take_in(self.thread.asides)
        await self._listeners.tell(event)

    async def decision(self) -> Decision:
        """The answer to the question that was asked last, once there is one."""
        assert self._question is not None  # APPROVAL_REQUESTED came before
        return await self._question.answered()
