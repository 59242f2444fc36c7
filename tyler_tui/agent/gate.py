"""What stands between a call and its tool: rules, questions, a stop for going round in circles."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from tyler_tui.agent.approval import ApprovalRequest, Approver, Decision
from tyler_tui.agent.tools import Tool, Toolbox
from tyler_tui.errors import ToolError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import ToolCall
from tyler_tui.sanitize import one_line

REPEATS = 3
"""So often one call may be made until someone is asked whether that leads anywhere."""


class DeniedError(ToolError):
    """The user, or a rule of theirs, said no."""


class Gate:
    """Lets the calls of one turn through, or not. Without an approver all calls run, but for those
    that repeat themselves."""

    def __init__(
        self,
        toolbox: Toolbox,
        workspace: Path,
        approver: Approver | None,
        emit: Callable[[ExecutionEvent], Awaitable[None]],
    ) -> None:
        self._toolbox = toolbox
        self._workspace = workspace
        self._approver = approver
        self._emit = emit
        self._asking = asyncio.Lock()
        self._made: Counter[str] = Counter()
        self._repeats: dict[str, int] = {}  # by the id of the call

    def expect(self, calls: Iterable[ToolCall]) -> None:
        """Count the calls of a round, in their order, before any of them runs. A call that was not
        made before in this turn is progress: what was repeated until then counts anew."""
        keys = {
            call.id: f"{call.name} {json.dumps(call.arguments, sort_keys=True, default=str)}"
            for call in calls
        }
        if not self._made.keys() >= set(keys.values()):
            self._made = Counter(dict.fromkeys(self._made, 0))
        for id, key in keys.items():
            self._made[key] += 1
            self._repeats[id] = self._made[key]

    async def admit(self, call: ToolCall, tool: Tool) -> ToolCall:
        """The call as it may run, which is not always as the model made it. Raises DeniedError,
        and ToolError when arguments do not fit."""
        repeats = self._repeats.get(call.id, 0)
        if repeats < REPEATS:
            repeats = 0
        if self._approver is None:
            if repeats:
                raise ToolError(
                    f"This very call was made {repeats} times and nothing else in between, so it "
                    "was not run again. Use what it returned, try something else, or answer."
                )
            return call
        request = self._request(call, tool, repeats)
        if _may_run(self._approver.settled(request)) and not repeats:
            return call
        async with self._asking:  # one question at a time
            if _may_run(self._approver.settled(request)) and not repeats:
                return call  # the answer to the one before covers this one
            return await self._asked(self._approver, request, call, tool)

    async def _asked(
        self, approver: Approver, request: ApprovalRequest, call: ToolCall, tool: Tool
    ) -> ToolCall:
        request = replace(request, preview=await self._preview(tool, request.arguments))
        await self._emit(
            ExecutionEvent.now(
                EventType.APPROVAL_REQUESTED,
                tool_name=request.tool_name,
                tool_call_id=request.tool_call_id,
                arguments=request.arguments,
                summary=request.summary,
                preview=request.preview,
                scope=request.scope,
                always=approver.always(request),
            )
        )
        decision = await approver.decide(request)
        if not decision.allows:
            word = decision.message.strip()
            raise DeniedError(
                f"The user denied this call and said: {word}" if word
                else "The user denied this call. Do not try it again unless they ask for it."
            )  # fmt: skip
        if decision.arguments is not None:
            call = replace(call, arguments=decision.arguments)
            self._toolbox.check(call)
            request = self._request(call, tool, request.repeats)
            _may_run(approver.settled(request))
        approver.remember(request, decision)
        if request.repeats:
            self._made.clear()
        return call

    def _request(self, call: ToolCall, tool: Tool, repeats: int) -> ApprovalRequest:
        summary = tool.summary(call.arguments)
        return ApprovalRequest(
            call.id,
            call.name,
            call.arguments,
            f"the same call for the {_ordinal(repeats)} time: {summary}" if repeats else summary,
            tool.risk,
            scope=tool.scope_of(call.arguments),
            subject=tool.subject_of(call.arguments, self._workspace),
            repeats=repeats,
        )

    async def _preview(self, tool: Tool, arguments: dict[str, Any]) -> str:
        if tool.preview is None:
            return ""
        try:
            return await asyncio.to_thread(tool.preview, arguments, self._workspace)
        except ToolError:
            raise  # it cannot succeed: that is for the model to know, and no question for people
        except Exception as error:  # whatever else a tool raises, people must still be asked
            return f"(no preview: {one_line(str(error))})"


def _may_run(settled: Decision | None) -> bool:
    """Whether a call runs unasked. Raises DeniedError for one that never runs."""
    if settled is not None and not settled.allows:
        raise DeniedError(settled.message)
    return settled is not None


def _ordinal(number: int) -> str:
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{last if number // 10 % 10 != 1 else 'th'}"
