"""What is no part of the answer: lines on standard error."""

from collections.abc import Callable
from typing import Any, TextIO

from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.printer.outcome import Outcome
from tyler_tui.remarks import compacted_text, compacting_text, retry_text
from tyler_tui.sanitize import one_line, sanitize


class Notes:
    """Says what tools do, what is denied, what is tried again, and how it ended. `summarize` tells
    what a call of a tool with given arguments will do."""

    def __init__(self, stream: TextIO, summarize: Callable[[str, dict[str, Any]], str]) -> None:
        self._stream = stream
        self._dim = stream.isatty()
        self._summarize = summarize
        self._summaries: dict[str, str] = {}
        self._denied: set[str] = set()

    def hear(self, event: ExecutionEvent) -> None:
        data = event.data
        match event.type:
            case EventType.TOOL_SELECTED:
                name, arguments = data["tool_name"], data["arguments"]
                self._summaries[data["tool_call_id"]] = self._summarize(name, arguments)
            case EventType.TOOL_EXECUTING:
                summary = self._summaries.get(data["tool_call_id"], "")
                self.write(f"● {one_line(data['tool_name'], 60)} {one_line(summary)}".rstrip())
            case EventType.TOOL_ERROR if data["tool_call_id"] not in self._denied:
                self.write(f"✗ {one_line(data['tool_name'], 60)}: {one_line(data['error'])}")
            case EventType.RETRY:
                self.write(retry_text(data))
            case EventType.COMPACTING:
                self.write(compacting_text(data))
            case EventType.COMPACTED:
                self.write(compacted_text(data))
            case _:
                pass

    def denied(self, request: dict[str, Any], why: str) -> None:
        """`request` is the data of APPROVAL_REQUESTED."""
        self._denied.add(request["tool_call_id"])
        self.write(f"✗ {one_line(request['tool_name'], 60)} {one_line(request['summary'])}")
        self.write(f"  {why}")

    def finish(self, outcome: Outcome) -> None:
        if (error := outcome.error) is not None:
            self._stream.write(f"Error: {sanitize(str(error['message']))}\n")
            if hint := error["hint"]:
                self._stream.write(f"→ {sanitize(str(hint))}\n")
        elif outcome.status == "cancelled":
            self.write("stopped")
        elif outcome.status == "limit":
            self.write(f"stopped after {outcome.rounds} rounds of tool calls; see --max-turns")

    def write(self, text: str) -> None:
        self._stream.write(f"\x1b[2m{text}\x1b[0m\n" if self._dim else f"{text}\n")
        self._stream.flush()
