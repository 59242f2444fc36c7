"""What is under way while no text arrives, in a few lines that move."""

import time

from rich.text import Text

from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.remarks import loading_text
from tyler_tui.sanitize import one_line

SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
MOST_TOOLS = 5


class UnderWay:
    """Hears events, and says what is waited for. When `still`, nothing in it moves."""

    def __init__(self, *, still: bool) -> None:
        self._still = still
        self._waiting_for = ""
        self._tools: dict[str, str] = {}
        self._since = time.monotonic()

    @property
    def moves(self) -> bool:
        """Whether it looks different in a moment."""
        return not self._still and bool(self._waiting_for or self._tools)

    def hear(self, event: ExecutionEvent) -> None:
        data = event.data
        match event.type:
            case EventType.LLM_REQUEST:
                self._wait_for("waiting for the model")
            case EventType.LLM_THINKING_CHUNK:
                self._wait_for("thinking")
            case EventType.LLM_STREAM_CHUNK | EventType.LLM_RESPONSE:
                self._wait_for("")
            case EventType.LOADING:
                self._wait_for(loading_text(data, mark=""))
            case EventType.COMPACTING:
                self._wait_for("summarising")
            case EventType.TOOL_EXECUTING:
                self._since = self._since if self._tools else time.monotonic()
                self._tools[data["tool_call_id"]] = one_line(data["tool_name"], 60)
            case EventType.TOOL_PROGRESS if data["tool_call_id"] in self._tools:
                self._tools[data["tool_call_id"]] = _progress(event)
            case EventType.TOOL_RESULT | EventType.TOOL_ERROR:
                self._tools.pop(data["tool_call_id"], None)
            case type if type.is_terminal:
                self.clear()
            case _:
                pass

    def clear(self) -> None:
        self._wait_for("")
        self._tools.clear()

    def text(self) -> Text:
        """It, as it looks now; empty when text arrives or all is over."""
        lines = list(self._tools.values())
        if len(lines) > MOST_TOOLS:
            lines[MOST_TOOLS:] = [f"and {len(lines) - MOST_TOOLS} more"]
        if not lines and self._waiting_for:
            lines = [self._waiting_for]
        if not lines:
            return Text()
        mark = "…" if self._still else SPINNER[int(time.monotonic() * 12) % len(SPINNER)]
        elapsed = int(time.monotonic() - self._since)
        if elapsed and not self._still:
            lines[0] += f" · {elapsed} s"
        return Text(
            "\n".join(f"{mark} {line}" for line in lines), "dim", overflow="ellipsis", no_wrap=True
        )

    def _wait_for(self, what: str) -> None:
        if what != self._waiting_for:
            self._waiting_for, self._since = what, time.monotonic()


def _progress(event: ExecutionEvent) -> str:
    data = event.data
    parts = [one_line(data["tool_name"], 60)]
    if data["progress"] is not None and data["total"]:
        parts.append(f"{min(1.0, data['progress'] / data['total']):.0%}")
    if data["message"]:
        parts.append(one_line(str(data["message"]), 100))
    return " · ".join(parts)
