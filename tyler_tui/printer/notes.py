"""What is no part of the answer: lines for standard error."""

from collections.abc import Callable
from typing import Any

from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.remarks import compacted_text, compacting_text, retry_text
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.stdio.outcome import Outcome


class Notes:
    """Says what tools do, what is denied, what is tried again, and how it ended. `summarize` tells
    what a call of a tool with given arguments will do."""

    def __init__(self, summarize: Callable[[str, dict[str, Any]], str]) -> None:
        self._summarize = summarize
        self._summaries: dict[str, str] = {}
        self._denied: set[str] = set()

    def of(self, event: ExecutionEvent) -> str:
        """The line for an event; "" for most."""
        data = event.data
        match event.type:
            case EventType.TOOL_SELECTED:
                name, arguments = data["tool_name"], data["arguments"]
                self._summaries[data["tool_call_id"]] = self._summarize(name, arguments)
            case EventType.TOOL_EXECUTING:
                summary = self._summaries.get(data["tool_call_id"], "")
                return f"● {one_line(data['tool_name'], 60)} {one_line(summary)}".rstrip()
            case EventType.TOOL_ERROR if data["tool_call_id"] not in self._denied:
                return f"✗ {one_line(data['tool_name'], 60)}: {one_line(data['error'])}"
            case EventType.RETRY:
                return retry_text(data)
            case EventType.COMPACTING:
                return compacting_text(data)
            case EventType.COMPACTED:
                return compacted_text(data)
            case _:
                pass
        return ""

    def of_denial(self, request: dict[str, Any], why: str) -> str:
        """For a call that was asked about; `request` is the data of APPROVAL_REQUESTED."""
        self.was_denied(request)
        return (
            f"✗ {one_line(request['tool_name'], 60)} {one_line(request['summary'])}\n"
            f"  denied: {why}"
        )

    def of_question(self, request: dict[str, Any]) -> str:
        """For what a call that runs asks; `request` is the data of APPROVAL_REQUESTED."""
        return (
            f"? {one_line(request['tool_name'], 60)} asks: {one_line(request['summary'])}\n"
            "  not answered: that can be done in the chat only"
        )

    def was_denied(self, request: dict[str, Any]) -> None:
        """Say no more about it."""
        self._denied.add(request["tool_call_id"])

    def of_end(self, outcome: Outcome) -> str:
        """How it ended, where that is not just well."""
        if (error := outcome.error) is not None:
            hint = f"\n→ {sanitize(str(error['hint']))}" if error["hint"] else ""
            return f"Error: {sanitize(str(error['message']))}{hint}"
        if outcome.status == "limit":
            return f"stopped after {outcome.rounds} rounds of tool calls; see --max-turns"
        return "stopped" if outcome.status == "cancelled" else ""
