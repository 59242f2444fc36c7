"""What the screen knows of a tool call: one value that the transcript's line and the panel's row
both read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tyler_tui.figures import duration_text
from tyler_tui.sanitize import one_line


class RunState(StrEnum):
    """How far a call got; the value is the word shown for it."""

    SELECTED = "waiting"
    ASKING = "asking"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DENIED = "denied"
    INTERRUPTED = "interrupted"

    @property
    def glyph(self) -> str:
        return _GLYPHS[self]

    @property
    def is_over(self) -> bool:
        return self in (RunState.DONE, RunState.FAILED, RunState.DENIED, RunState.INTERRUPTED)


_GLYPHS = {
    RunState.SELECTED: "○",
    RunState.ASKING: "?",
    RunState.RUNNING: "●",
    RunState.DONE: "✓",
    RunState.FAILED: "✗",
    RunState.DENIED: "⊘",
    RunState.INTERRUPTED: "◌",
}


@dataclass(slots=True, eq=False)
class ToolRun:
    """A tool call and what became of it. `revision` grows with every change."""

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    state: RunState = RunState.SELECTED
    result: str = ""
    progress: str = ""
    """What a running tool last reported: a line, or the latest lines of its output."""
    duration_ms: float | None = None
    started: datetime | None = None
    revision: int = 0

    def change(self, state: RunState | None = None, **fields: Any) -> None:
        """Set the state and other fields, and count the change."""
        if state is not None:
            self.state = state
        for name, value in fields.items():
            setattr(self, name, value)
        self.revision += 1

    @property
    def brief(self) -> str:
        """The arguments in a few words: the first as its value, the others with their names."""
        words = [
            one_line(str(value) if number == 0 else f"{name}={value}", 60)
            for number, (name, value) in enumerate(self.arguments.items())
        ]
        return "  ".join(words)

    @property
    def latest(self) -> str:
        """The last line that was reported."""
        return one_line(self.progress.rstrip().rpartition("\n")[2])

    @property
    def duration(self) -> str:
        """How long it ran, or has been running; empty when it never did."""
        if self.duration_ms is not None:
            return duration_text(self.duration_ms)
        if self.state is RunState.RUNNING and self.started is not None:
            return duration_text((datetime.now(UTC) - self.started).total_seconds() * 1000)
        return ""
