"""The loop of one turn: the model answers, its tools run, it answers again.

A turn pushes its events to a listener and stores its messages by calls, so parallel tools and
their live output need no machinery, and a stop keeps what there is. To cancel a turn, cancel the
task that runs it.
"""

import asyncio
import logging
import time
import weakref
from collections.abc import Awaitable, Callable
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tyler_tui.agent.approval import Approver
from tyler_tui.agent.busy import claimed
from tyler_tui.agent.gate import Gate
from tyler_tui.agent.model_calls import ModelCalls
from tyler_tui.agent.sink import ThreadSink, to_the_end
from tyler_tui.agent.tool_round import ToolRound
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, Thread, ToolCall, Usage

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent

Listener = Callable[[ExecutionEvent], Awaitable[None]]

LAST_WORD_S = 2.0
"""How long a listener may take over the event that says that the turn was cancelled."""

_memories: "weakref.WeakKeyDictionary[Thread, dict[str, Any]]" = weakref.WeakKeyDictionary()
"""What tools remember of a conversation, as long as its thread is in use."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class AgentResult:
    """What a turn came to. `events` is filled by EventStream; `outcome` is the type of the
    event that ended the turn."""

    thread: Thread
    new_messages: list[Message] = field(default_factory=list)
    content: str = ""
    events: list[ExecutionEvent] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = 0.0
    duration_ms: float = 0.0
    tools_used: list[str] = field(default_factory=list)
    outcome: EventType | None = None

    @property
    def success(self) -> bool:
        return self.outcome is EventType.EXECUTION_COMPLETE

    def add(self, message: Message) -> None:
        """Count `message` in."""
        self.new_messages.append(message)
        if message.role == "assistant" and message.content:
            self.content = message.content
        if message.usage is not None:
            self.usage = self.usage + message.usage
            cost = message.metrics.get("cost_usd")
            self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost


class Turn:
    """One run of an agent on a thread. `result` grows while it runs."""

    def __init__(
        self,
        agent: "Agent",
        thread: Thread,
        listener: Listener,
        *,
        sink: ThreadSink | None = None,
        approver: Approver | None = None,
        focus: str | None = None,
        by_hand: ToolCall | None = None,
    ) -> None:
        """With a `focus`, which may be "", the turn answers nothing: it has the thread summarised,
        and keeps that above all. With a call `by_hand` it makes that call and nothing else; the
        thread stays as it is, and the events are marked."""
        listener = listener if by_hand is None else _marking(listener)
        self.result = AgentResult(thread)
        self._agent = agent
        self._thread = thread
        self._emit = listener
        self._focus = focus
        self._by_hand = by_hand
        # Not methods of this turn: it is gone when it is over, not when a collector comes by.
        self._save = partial(_save, sink, thread)
        self._model_calls = ModelCalls(
            agent, thread, emit=listener, save=self._save, add=self.result.add
        )
        self._gate = Gate(agent.toolbox, agent.workspace, approver, listener)
        self._began = time.monotonic()

    async def run(self) -> AgentResult:
        """Run to the end. Errors end in an EXECUTION_ERROR event and a result; CancelledError is
        raised again behind EXECUTION_CANCELLED. Raises ThreadBusyError when the thread is
        running, and what the listener raises."""
        with claimed(self._thread):
            return await self._run()

    async def _run(self) -> AgentResult:
        try:
            await self._work()
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORD_S):
                    await self._end(ExecutionEvent.cancelled(duration_ms=self._elapsed_ms()))
            raise
        except Exception as error:
            if not isinstance(error, TylerError):
                _log.exception("a turn ended by an error that nobody foresaw")
            await self._end(ExecutionEvent.failure(error, duration_ms=self._elapsed_ms()))
        else:
            result = self.result
            await self._end(
                ExecutionEvent.now(
                    EventType.EXECUTION_COMPLETE,
                    duration_ms=self._elapsed_ms(),
                    total_tokens=result.usage.total_tokens,
                    usage=result.usage.to_dict(),
                    cost_usd=result.cost_usd,
                    tools_used=list(result.tools_used),
                )
            )
        return self.result

    async def _work(self) -> None:
        if self._focus is not None:
            await self._model_calls.compact(self._focus)
            return
        if self._by_hand is not None:
            # What tools remember is what the model knows; the user may see more.
            known = {name: copy(value) for name, value in _memories.get(self._thread, {}).items()}
            await self._round(join=_leave_out, memory=known).run([self._by_hand])
            return
        iteration = 0
        while not await self._iterate(iteration):
            iteration += 1

    async def count_usage(self, message: Message) -> Usage:
        """Count with a tokenizer what an answer of this turn used; see `Provider.count_usage`.
        Raises KeyError for a message that is none."""
        return await self._model_calls.count_usage(message)

    def _elapsed_ms(self) -> float:
        return (time.monotonic() - self._began) * 1000

    async def _end(self, event: ExecutionEvent) -> None:
        self.result.outcome = event.type
        self.result.duration_ms = event.data["duration_ms"]
        await self._emit(event)

    async def _iterate(self, iteration: int) -> bool:
        """One model call and its tools; returns whether the turn is over."""
        agent, limit = self._agent, self._agent.max_tool_iterations
        # Without tools there is nothing to limit, until a model calls some that do not exist.
        last = iteration >= limit and bool(iteration or len(agent.toolbox))
        if last:
            await self._say(EventType.ITERATION_LIMIT, iterations_used=iteration)
        await self._say(EventType.ITERATION_START, iteration_number=iteration, max_iterations=limit)
        message = await self._model_calls.ask(may_call=not last)
        if not message.tool_calls:
            return True
        tools = self._round(join=self._join, memory=_memories.setdefault(self._thread, {}))
        return await tools.run(message.tool_calls)

    def _round(
        self, *, join: Callable[[Message], Awaitable[None]], memory: dict[str, Any]
    ) -> ToolRound:
        return ToolRound(
            self._agent.toolbox,
            self._agent.workspace,
            emit=self._emit,
            join=join,
            gate=self._gate,
            used=self.result.tools_used,
            memory=memory,
        )

    async def _join(self, message: Message) -> None:
        self._thread.add_message(message)
        self.result.add(message)
        try:
            await to_the_end(self._save(message))
        finally:
            await self._say(EventType.MESSAGE_CREATED, message=message)

    async def _say(self, type: EventType, **data: Any) -> None:
        await self._emit(ExecutionEvent.now(type, **data))


async def _save(sink: ThreadSink | None, thread: Thread, message: Message) -> None:
    if sink is not None:
        await sink.save_message(thread, message)


async def _leave_out(message: Message) -> None:
    """The thread does not get it."""


def _marking(listener: Listener) -> Listener:
    """Tells `listener` of events that are marked as those of a call by hand."""

    async def tell(event: ExecutionEvent) -> None:
        await listener(replace(event, attributes={**(event.attributes or {}), "by_hand": True}))

    return tell
