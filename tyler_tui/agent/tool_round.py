"""The tool calls of one answer: all at once but for hundreds, each asked about where it must be.

What becomes of a call is told as soon as it is known; the results join the thread in the order of
the calls.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tyler_tui.agent.gate import DeniedError, Gate
from tyler_tui.agent.toolbox import Toolbox
from tyler_tui.agent.tools import ToolContext
from tyler_tui.errors import ToolError, TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Attachment, Message, ToolCall
from tyler_tui.redaction import without_own_keys

AT_ONCE = 16
"""More calls than that wait for each other: hundreds would drown the machine."""
STOP_S = 2.0
"""How long a tool may take to stop when its turn is cancelled."""


class ToolRound:
    """Runs calls of `toolbox`. `join` puts a result into the thread; `used` gets the names of the
    tools that ran; `memory` is what tools keep from one round to the next."""

    def __init__(
        self,
        toolbox: Toolbox,
        workspace: Path,
        *,
        emit: Callable[[ExecutionEvent], Awaitable[None]],
        join: Callable[[Message], Awaitable[None]],
        gate: Gate,
        used: list[str],
        memory: dict[str, Any],
    ) -> None:
        self._toolbox = toolbox
        self._workspace = workspace
        self._emit = emit
        self._join = join
        self._gate = gate
        self._used = used
        self._memory = memory
        self._results: dict[str, Message] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self, calls: Sequence[ToolCall]) -> bool:
        """Run all calls; returns whether one of them ends the turn."""
        self._gate.expect(calls)
        for call in calls:
            await self._emit(
                ExecutionEvent.now(
                    EventType.TOOL_SELECTED,
                    tool_name=call.name,
                    arguments=call.arguments,
                    tool_call_id=call.id,
                )
            )
        waiting = list(calls)
        tasks = [asyncio.create_task(self._answer(call)) for call in calls]
        try:
            for task in tasks:
                await asyncio.wait([task])  # not the task itself: it might swallow a cancel
                task.result()
                await self._join(self._results[waiting.pop(0).id])
        finally:
            await _stop(tasks)
            for call in waiting:  # stopped early: what is known is kept
                if call.id in self._results:
                    with suppress(TylerError):
                        await self._join(self._results[call.id])
        return any(self._ends_turn(call) for call in calls)

    def _ends_turn(self, call: ToolCall) -> bool:
        """A call that came to nothing ends nothing: the model must see why."""
        tool = self._toolbox.get(call.name)
        metrics = self._results[call.id].metrics
        worked = not metrics.get("failed") and not metrics.get("denied")
        return tool is not None and tool.ends_turn and worked

    async def _answer(self, call: ToolCall) -> None:
        """Run one call and put what the model reads of it among the results."""
        began = time.monotonic()
        decision: dict[str, Any] = {}
        try:
            tool = self._toolbox.check(call)
            allowed, why = await self._gate.admit(call, tool)
            if why is not None:
                decision = {"decision": why.to_dict()}
            async with self._places:
                began = time.monotonic()
                await self._say(call, EventType.TOOL_EXECUTING, **decision)
                if call.name not in self._used:
                    self._used.append(call.name)
                context = self._context(call)
                given = await self._toolbox.run(allowed, context)
            result = _note_of_edit(call, allowed) + without_own_keys(given)
            duration_ms = (time.monotonic() - began) * 1000
            metrics = {"duration_ms": duration_ms, **decision}
            self._keep(call, result, metrics, context.images)
            await self._say(call, EventType.TOOL_RESULT, result=result, duration_ms=duration_ms)
        except ToolError as error:
            duration_ms = (time.monotonic() - began) * 1000
            denied: dict[str, Any] = {}
            if isinstance(error, DeniedError):
                denied = {"denied": True, "decision": error.decision.to_dict()}
            kind = denied or {"failed": True, **decision}
            message = without_own_keys(error.message)
            self._keep(call, message, {"duration_ms": duration_ms, **kind})
            await self._say(
                call, EventType.TOOL_ERROR, error=message, duration_ms=duration_ms, **denied
            )

    def _keep(
        self,
        call: ToolCall,
        content: str,
        metrics: dict[str, Any],
        images: Sequence[Attachment] = (),
    ) -> None:
        self._results[call.id] = Message(
            role="tool",
            content=content,
            name=call.name,
            tool_call_id=call.id,
            metrics=metrics,
            attachments=list(images),
        )

    def _context(self, call: ToolCall) -> ToolContext:
        async def report(progress: float | None, total: float | None, message: str) -> None:
            await self._say(
                call,
                EventType.TOOL_PROGRESS,
                progress=progress,
                total=total,
                message=without_own_keys(message),
            )

        async def ask(message: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
            answer = await self._gate.fill_in(call, message, fields)
            await self._say(call, EventType.TOOL_EXECUTING)  # it goes on
            return answer

        return ToolContext(call.id, call.name, self._workspace, report, self._memory, ask=ask)

    async def _say(self, call: ToolCall, type: EventType, **data: Any) -> None:
        await self._emit(
            ExecutionEvent.now(type, tool_name=call.name, tool_call_id=call.id, **data)
        )


def _note_of_edit(asked: ToolCall, allowed: ToolCall) -> str:
    """What the model must know to read the result of a call that is not the one it made."""
    if allowed.arguments == asked.arguments:
        return ""
    changed = json.dumps(allowed.arguments, ensure_ascii=False)
    return f"(The user changed the arguments to {changed})\n"


async def _stop(tasks: Sequence["asyncio.Task[None]"]) -> None:
    """Cancel what still runs. A tool that will not stop is left behind."""
    running = [task for task in tasks if not task.done()]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running, timeout=STOP_S)
    for task in tasks:
        if task.done() and not task.cancelled():
            task.exception()  # seen: the first failure is the one that is reported
