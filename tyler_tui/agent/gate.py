"""What stands between a call and its tool: rules, questions, a stop for going round in circles."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from msgspec import structs

from tyler_tui.agent.approval import ApprovalRequest, Approver, Decision
from tyler_tui.agent.arguments import check
from tyler_tui.agent.forms import Fields, blank, filled, told, with_types
from tyler_tui.agent.toolbox import Toolbox
from tyler_tui.agent.tools import Tool
from tyler_tui.errors import ToolArgumentsError, ToolError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import ToolCall
from tyler_tui.sanitize import one_line

REPEATS = 3
"""So often one call may be made until someone is asked whether that leads anywhere."""


MOST_ASKED = 5
"""So often a question is put when what it shows keeps changing."""


class DeniedError(ToolError):
    """The user, or a rule of theirs, said no: with `decision`."""

    def __init__(self, message: str, decision: Decision) -> None:
        super().__init__(message)
        self.decision = decision


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
        self._waiting = 0
        """Calls that wait until another has been decided about."""
        self._asked = 0
        """Questions of the round so far."""

    def expect(self, calls: Iterable[ToolCall]) -> None:
        """Count the calls of a round, in their order, before any of them runs. A call that was not
        made before in this turn is progress: what was repeated until then counts anew."""
        self._asked = 0
        keys = {
            call.id: f"{call.name} {json.dumps(call.arguments, sort_keys=True, default=str)}"
            for call in calls
        }
        if not self._made.keys() >= set(keys.values()):
            self._made = Counter(dict.fromkeys(self._made, 0))
        for id, key in keys.items():
            self._made[key] += 1
            self._repeats[id] = self._made[key]

    async def admit(self, call: ToolCall, tool: Tool) -> tuple[ToolCall, Decision | None]:
        """The call as it may run, which is not always as the model made it, and why it may; None
        where nobody decides. Raises DeniedError, and ToolError when arguments do not fit."""
        repeats = self._repeats.get(call.id, 0)
        if repeats < REPEATS:
            repeats = 0
        if self._approver is None:
            if repeats:
                raise ToolError(
                    f"This very call was made {repeats} times and nothing else in between, so it "
                    "was not run again. Use what it returned, try something else, or answer."
                )
            return call, None
        request = self._request(call, tool, repeats)
        if (settled := _unless_denied(self._approver.settled(request))) and not repeats:
            return call, settled
        self._waiting += 1
        try:
            await self._asking.acquire()  # one question at a time
        finally:
            self._waiting -= 1
        try:
            if (settled := _unless_denied(self._approver.settled(request))) and not repeats:
                return call, settled  # the answer to the one before covers this one
            return await self._asked_about(self._approver, request, call, tool)
        finally:
            self._asking.release()

    async def fill_in(self, call: ToolCall, message: str, fields: Fields) -> dict[str, Any] | None:
        """What the user fills in where a call that runs asks them; None when they do not. No rule
        and no mode answers that."""
        if self._approver is None:
            return None
        self._waiting += 1
        try:
            await self._asking.acquire()
        finally:
            self._waiting -= 1
        try:
            return await self._filled_in(self._approver, call, message, fields)
        finally:
            self._asking.release()

    async def _filled_in(
        self, approver: Approver, call: ToolCall, message: str, fields: Fields
    ) -> dict[str, Any] | None:
        self._asked += 1
        number, count = self._asked, self._asked + self._waiting
        given, problem = blank(fields), ""
        for _ in range(MOST_ASKED):
            preview = "\n\n".join(filter(None, (problem, told(fields))))
            request = ApprovalRequest(
                call.id, call.name, given, message, "other", preview, asks_for=fields
            )
            await self._emit(_question(approver, request, number, count))
            decision = await approver.decide(request)
            if not decision.allows or decision.arguments is None:
                return None
            given = with_types(fields, filled(fields, decision.arguments))
            if not (problem := check(given, fields)):
                return given
            given = {**blank(fields), **given}
        return None

    async def reconsidered(
        self, asked: ExecutionEvent, arguments: dict[str, Any]
    ) -> ExecutionEvent:
        """The question of `asked` for other arguments. Raises ToolError where they do not fit, or
        the call could not run or would be denied."""
        data = asked.data
        call = ToolCall(data["tool_call_id"], data["tool_name"], arguments)
        tool = self._toolbox.get(call.name)
        if tool is None or self._approver is None:
            raise ToolError(f"There is no tool {one_line(call.name, 80)!r} any more.")
        if problem := check(arguments, tool.parameters):
            raise ToolArgumentsError(f"{problem}.")
        request = self._request(call, tool, data["repeats"])
        _unless_denied(self._approver.settled(request))
        request = structs.replace(request, preview=await self._preview(tool, arguments))
        return _question(self._approver, request, data["number"], data["count"])

    async def _asked_about(
        self, approver: Approver, request: ApprovalRequest, call: ToolCall, tool: Tool
    ) -> tuple[ToolCall, Decision]:
        await asyncio.sleep(0)  # the other calls of the round come as far as they can: it is told
        self._asked += 1  # how many questions there are
        request = structs.replace(request, preview=await self._preview(tool, request.arguments))
        decision = await self._decided(approver, request, tool)
        if not decision.allows:
            word = decision.message.strip()
            raise DeniedError(
                f"The user denied this call and said: {word}" if word
                else "The user denied this call. Do not try it again unless they ask for it.",
                decision,
            )  # fmt: skip
        if decision.arguments is not None:
            call = replace(call, arguments=decision.arguments)
            self._toolbox.check(call)
            request = self._request(call, tool, request.repeats)
            _unless_denied(approver.settled(request))
        approver.remember(request, decision)
        if request.repeats:
            self._made.clear()
        return call, decision

    async def _decided(self, approver: Approver, request: ApprovalRequest, tool: Tool) -> Decision:
        """What was decided about `request`. Asks again when what was shown is no longer what would
        happen: somebody else may have written the file while the question stood. Raises ToolError
        when that does not end."""
        number, count, summary = self._asked, self._asked + self._waiting, request.summary
        for _ in range(MOST_ASKED):
            await self._emit(_question(approver, request, number, count))
            decision = await approver.decide(request)
            if tool.preview is None or not decision.allows or decision.arguments is not None:
                return decision
            preview = await self._preview(tool, request.arguments)
            if preview == request.preview:
                return decision
            request = structs.replace(
                request, preview=preview, summary=f"{summary} · changed meanwhile", changed=True
            )
        raise ToolError("What this call would do changed each time that the user was asked.")

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
            whole = _in_full(arguments)
            return "" if whole == tool.summary(arguments) else whole
        try:
            return await asyncio.to_thread(tool.preview, arguments, self._workspace)
        except ToolError:
            raise  # it cannot succeed: that is for the model to know, and no question for people
        except Exception as error:  # whatever else a tool raises, people must still be asked
            return f"(no preview: {one_line(str(error))})"


def _question(
    approver: Approver, request: ApprovalRequest, number: int, count: int
) -> ExecutionEvent:
    asks_whether = request.asks_for is None
    seldom: dict[str, Any] = {} if asks_whether else {"asks_for": dict(request.asks_for or {})}
    if request.changed:
        seldom["changed"] = True
    return ExecutionEvent.now(
        EventType.APPROVAL_REQUESTED,
        tool_name=request.tool_name,
        tool_call_id=request.tool_call_id,
        arguments=request.arguments,
        summary=request.summary,
        preview=request.preview,
        scope=request.scope,
        session=approver.session(request) if asks_whether else "",
        always=approver.always(request) if asks_whether else "",
        repeats=request.repeats,
        number=number,
        count=count,
        **seldom,
    )


def _in_full(arguments: dict[str, Any]) -> str:
    """Arguments as JSON in which nothing hides: what is not plain to see is an escape."""
    text = json.dumps(arguments, ensure_ascii=False, default=str)
    is_plain = text.isprintable() and " ".join(text.split()) == text
    return text if is_plain else json.dumps(arguments, default=str)


def _unless_denied(settled: Decision | None) -> Decision | None:
    """Why a call runs unasked, if it does. Raises DeniedError for one that never runs."""
    if settled is not None and not settled.allows:
        raise DeniedError(settled.message, settled)
    return settled


def _ordinal(number: int) -> str:
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{last if number // 10 % 10 != 1 else 'th'}"
