"""The loop of one turn: the model answers, its tools run, it answers again.

A turn pushes its events to a listener and stores its messages by calls, so parallel tools and
their live output need no machinery, and a stop keeps what there is. To cancel a turn, cancel the
task that runs it.
"""

import asyncio
import time
import weakref
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from tyler_tui.agent.approval import ApprovalRequest, Approver
from tyler_tui.agent.prompt import with_system_messages
from tyler_tui.agent.reply import Reply
from tyler_tui.agent.tools import Tool, ToolContext
from tyler_tui.errors import ProviderError, ThreadBusyError, ToolError, TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, Thread, ToolCall, Usage, for_model
from tyler_tui.providers import Request
from tyler_tui.sanitize import one_line

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent

Listener = Callable[[ExecutionEvent], Awaitable[None]]

LAST_WORD_S = 2.0
"""How long a listener may take over the event that says that the turn was cancelled."""

_running: "weakref.WeakSet[Thread]" = weakref.WeakSet()


class ThreadSink(Protocol):
    """Stores messages; `ThreadStore` is one."""

    async def save_message(self, thread: Thread, message: Message) -> None:
        """Insert `message`, or update it by its id. Raises StoreError."""
        ...


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
        self._approver = approver
        self._asking = asyncio.Lock()
        self._began = time.monotonic()

    async def run(self) -> AgentResult:
        """Run to the end. Errors of the model or the store end in an EXECUTION_ERROR event and a
        result; CancelledError is raised again behind EXECUTION_CANCELLED. Raises ThreadBusyError
        when the thread is running."""
        if self._thread in _running:
            raise ThreadBusyError(
                "This thread is being answered already.",
                hint="Wait for the answer, or cancel it first.",
            )
        _running.add(self._thread)
        try:
            await self._loop()
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORD_S):
                    await self._end(EventType.EXECUTION_CANCELLED, reason="cancelled")
            raise
        except TylerError as error:
            await self._end(EventType.EXECUTION_ERROR, **_error_data(error))
        else:
            await self._end(
                EventType.EXECUTION_COMPLETE,
                total_tokens=self.result.usage.total_tokens,
                usage=self.result.usage.to_dict(),
                cost_usd=self.result.cost_usd,
                tools_used=list(self.result.tools_used),
            )
        finally:
            _running.discard(self._thread)
        return self.result

    async def _end(self, outcome: EventType, **data: Any) -> None:
        self.result.outcome = outcome
        self.result.duration_ms = (time.monotonic() - self._began) * 1000
        _running.discard(self._thread)
        await self._emit(ExecutionEvent.now(outcome, duration_ms=self.result.duration_ms, **data))

    # The loop

    async def _loop(self) -> None:
        limit = self._agent.max_tool_iterations
        iteration = 0
        while True:
            last = bool(len(self._agent.toolbox)) and iteration >= limit
            if last:
                await self._say(EventType.ITERATION_LIMIT, iterations_used=iteration)
            await self._say(
                EventType.ITERATION_START, iteration_number=iteration, max_iterations=limit
            )
            message = await self._ask_model(may_call=not last)
            if not message.tool_calls or last:
                return
            if await self._run_tools(message.tool_calls):
                return
            iteration += 1

    async def _ask_model(self, *, may_call: bool) -> Message:
        agent = self._agent
        request = self._request(may_call=may_call)
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
        try:
            return await reply.run()
        finally:
            if reply.is_kept:
                self._count(reply.message)

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

    def _count(self, message: Message) -> None:
        result = self.result
        result.new_messages.append(message)
        if message.content:
            result.content = message.content
        if message.usage is not None:
            result.usage = result.usage + message.usage
            cost = message.metrics.get("cost_usd")
            known = cost is not None and result.cost_usd is not None
            result.cost_usd = result.cost_usd + cost if known else None

    # Tools

    async def _run_tools(self, calls: list[ToolCall]) -> bool:
        """Run all calls at once; returns whether one of them ends the turn."""
        for call in calls:
            await self._say_of(call, EventType.TOOL_SELECTED, arguments=call.arguments)
        results: dict[str, Message] = {}
        joined = 0
        tasks = [asyncio.create_task(self._run_tool(call, results)) for call in calls]
        try:
            for task in tasks:  # in the order of the calls, each as soon as it can join
                await task
                joined += 1
                await self._join(results[calls[joined - 1].id])
        finally:
            running = [task for task in tasks if not task.done()]
            for task in running:
                task.cancel()
            if running:
                await asyncio.wait(running)
            for call in calls[joined:]:  # stopped early: what is known is kept
                if call.id in results:
                    with suppress(TylerError):
                        await self._join(results[call.id])
        tools = [self._agent.toolbox.get(call.name) for call in calls]
        return any(tool is not None and tool.ends_turn for tool in tools)

    async def _join(self, message: Message) -> None:
        self._thread.add_message(message)
        self.result.new_messages.append(message)
        await self._save(message)
        await self._say(EventType.MESSAGE_CREATED, message=message)

    async def _run_tool(self, call: ToolCall, results: dict[str, Message]) -> None:
        began = time.monotonic()
        metrics: dict[str, Any] = {}
        try:
            tool = self._agent.toolbox.check(call)
            call = await self._approved(call, tool)
            began = time.monotonic()
            await self._say_of(call, EventType.TOOL_EXECUTING)
            if call.name not in self.result.tools_used:
                self.result.tools_used.append(call.name)
            content = await self._agent.toolbox.run(call, self._context(call))
            metrics["duration_ms"] = (time.monotonic() - began) * 1000
            results[call.id] = _tool_message(call, content, metrics)
            await self._say_of(call, EventType.TOOL_RESULT, result=content, **metrics)
        except ToolError as error:
            metrics["duration_ms"] = (time.monotonic() - began) * 1000
            metrics["denied" if isinstance(error, _DeniedError) else "failed"] = True
            results[call.id] = _tool_message(call, error.message, metrics)
            denied = {"denied": True} if isinstance(error, _DeniedError) else {}
            await self._say_of(
                call,
                EventType.TOOL_ERROR,
                error=error.message,
                duration_ms=metrics["duration_ms"],
                **denied,
            )

    async def _approved(self, call: ToolCall, tool: Tool) -> ToolCall:
        """The call as it may run. Raises _DeniedError."""
        if self._approver is None:
            return call
        request = ApprovalRequest(
            call.id, call.name, call.arguments, tool.summary(call.arguments), tool.risk
        )
        if not self._approver.needs_asking(request):
            return call
        async with self._asking:  # one question at a time
            if not self._approver.needs_asking(request):
                return call  # the answer to the one before covers this one
            request = replace(request, preview=await self._preview(tool, call))
            await self._say_of(
                call,
                EventType.APPROVAL_REQUESTED,
                arguments=request.arguments,
                summary=request.summary,
                preview=request.preview,
            )
            decision = await self._approver.decide(request)
        if not decision.allows:
            word = decision.message.strip()
            raise _DeniedError(
                f"The user denied this call and said: {word}" if word
                else "The user denied this call. Do not try it again unless they ask for it."
            )  # fmt: skip
        if decision.arguments is None:
            return call
        edited = replace(call, arguments=decision.arguments)
        self._agent.toolbox.check(edited)
        return edited

    async def _preview(self, tool: Tool, call: ToolCall) -> str:
        if tool.preview is None:
            return ""
        try:
            return await asyncio.to_thread(tool.preview, call.arguments, self._agent.workspace)
        except (OSError, ValueError, LookupError, TypeError, ToolError) as error:
            return f"(no preview: {one_line(str(error))})"

    def _context(self, call: ToolCall) -> ToolContext:
        async def report(progress: float | None, total: float | None, message: str) -> None:
            await self._say_of(
                call, EventType.TOOL_PROGRESS, progress=progress, total=total, message=message
            )

        return ToolContext(call.id, call.name, self._agent.workspace, report)

    # Saying and saving

    async def _say(self, type: EventType, **data: Any) -> None:
        await self._emit(ExecutionEvent.now(type, **data))

    async def _say_of(self, call: ToolCall, type: EventType, **data: Any) -> None:
        await self._say(type, tool_name=call.name, tool_call_id=call.id, **data)

    async def _save(self, message: Message) -> None:
        if self._sink is not None:
            await self._sink.save_message(self._thread, message)


class _DeniedError(ToolError):
    """The user said no."""


def _tool_message(call: ToolCall, content: str, metrics: dict[str, Any]) -> Message:
    return Message(
        role="tool", content=content, name=call.name, tool_call_id=call.id, metrics=metrics
    )


def _error_data(error: TylerError) -> dict[str, Any]:
    provider = error if isinstance(error, ProviderError) else None
    return {
        "error_type": type(error).__name__,
        "kind": provider.kind if provider else "",
        "title": provider.heading if provider else error.title,
        "message": error.message,
        "retryable": provider.retryable if provider else error.exit_code == 75,
        "retry_after_s": provider.retry_after_s if provider else None,
        "hint": error.hint,
    }
