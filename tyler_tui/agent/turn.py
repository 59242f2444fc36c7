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
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from tyler_tui.agent.approval import Approver
from tyler_tui.agent.budget import check_budget
from tyler_tui.agent.busy import claimed
from tyler_tui.agent.estimate import input_tokens
from tyler_tui.agent.gate import Gate
from tyler_tui.agent.prompt import with_system_messages
from tyler_tui.agent.reply import Reply
from tyler_tui.agent.sink import ThreadSink
from tyler_tui.agent.tool_round import ToolRound
from tyler_tui.errors import TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, Thread, Usage, for_model
from tyler_tui.providers import Request

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
    ) -> None:
        self.result = AgentResult(thread)
        self._agent = agent
        self._thread = thread
        self._emit = listener
        self._sink = sink
        self._requests: dict[str, Request] = {}
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
            iteration = 0
            while not await self._iterate(iteration):
                iteration += 1
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

    async def count_usage(self, message: Message) -> Usage:
        """Count with a tokenizer what an answer of this turn used; see `Provider.count_usage`.
        Raises KeyError for a message that is none."""
        request = self._requests[message.id]
        return await self._agent.resolved_provider.count_usage(request, message)

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
        message = await self._ask_model(may_call=not last)
        if not message.tool_calls:
            return True
        tools = ToolRound(
            agent.toolbox,
            agent.workspace,
            emit=self._emit,
            join=self._join,
            gate=self._gate,
            used=self.result.tools_used,
            memory=_memories.setdefault(self._thread, {}),
        )
        return await tools.run(message.tool_calls)

    async def _ask_model(self, *, may_call: bool) -> Message:
        agent = self._agent
        request = self._request(may_call=may_call)
        self._check_budget(request)
        await self._say(
            EventType.LLM_REQUEST,
            message_count=len(request.messages) + bool(request.system),
            model=request.model,
            temperature=request.temperature,
        )
        reply = Reply(
            agent.resolved_provider,
            request,
            self._thread,
            emit=self._emit,
            save=self._save,
            timeouts=agent.timeouts,
            retries=agent.retries,
            chunk_size=agent.streaming_chunk_size or 1,
        )
        self._requests[reply.message.id] = request
        try:
            return await reply.run()
        finally:
            if reply.is_kept:
                self.result.add(reply.message)

    def _check_budget(self, request: Request) -> None:
        if self._agent.budget_usd is not None:
            provider, thread = self._agent.resolved_provider, self._thread
            tokens = input_tokens(provider, request, thread.messages)
            check_budget(self._agent.budget_usd, thread.cost_usd, provider, request, tokens)

    def _request(self, *, may_call: bool) -> Request:
        agent, messages = self._agent, self._thread.messages
        prompt = agent.system_prompt_on(date.today())
        return Request(
            model=agent.model_name,
            messages=for_model(messages),
            system=with_system_messages(prompt, messages),
            tools=agent.toolbox.specs,
            tool_choice="auto" if may_call else "none",
            temperature=agent.temperature,
            max_tokens=agent.max_tokens,
            reasoning=agent.reasoning,
            instruction_role=agent.instruction_role,
            api_base=agent.api_base,
            api_key=agent.api_key,
            extra_headers=agent.extra_headers,
            drop_params=agent.drop_params,
            connect_timeout_s=agent.timeouts.connect_s,
        )

    async def _join(self, message: Message) -> None:
        self._thread.add_message(message)
        self.result.add(message)
        try:
            await self._save(message)
        finally:
            await self._say(EventType.MESSAGE_CREATED, message=message)

    async def _say(self, type: EventType, **data: Any) -> None:
        await self._emit(ExecutionEvent.now(type, **data))

    async def _save(self, message: Message) -> None:
        if self._sink is not None:
            await self._sink.save_message(self._thread, message)
