"""What the screen knows of a tool call: one value that the transcript's line and the panel's row
both read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tyler_tui.figures import duration_text
from tyler_tui.packing import Packable, packable_object, packable_text
from tyler_tui.sanitize import one_line


class RunState(StrEnum):
    """How far a call got; the value is the word shown for it."""

    SELECTED = "waiting"
    ASKING = "waiting for you"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    DENIED = "denied"
    INTERRUPTED = "interrupted"

    @property
    def glyph(self) -> str:
        return _GLYPHS[self]

    @property
    def is_trouble(self) -> bool:
        return self in (RunState.FAILED, RunState.DENIED, RunState.INTERRUPTED)

    @property
    def is_over(self) -> bool:
        return self is RunState.DONE or self.is_trouble


_GLYPHS = {
    RunState.SELECTED: "○",
    RunState.ASKING: "?",
    RunState.RUNNING: "●",
    RunState.DONE: "✓",
    RunState.FAILED: "✗",
    RunState.DENIED: "⊘",
    RunState.INTERRUPTED: "◌",
}


@dataclass(eq=False)
class ToolRun:
    """A tool call and what became of it. `revision` grows with every change."""

    id: str
    name: str
    arguments: Packable[dict[str, Any]] = packable_object()
    state: RunState = RunState.SELECTED
    result: Packable[str] = packable_text()
    progress: Packable[str] = packable_text()
    """What a running tool last reported: a line, or the latest lines of its output."""
    decision: Mapping[str, Any] = field(default_factory=dict)
    """Why it ran, or did not: see `Decision.to_dict`. Empty where nobody decided."""
    by_hand: bool = False
    """Whether the user made it: then it is in the panel alone."""
    preview: Packable[str] = packable_text()
    """What it would do, as it was asked about."""
    message_id: str = ""
    """The message that holds its result, if it is stored."""
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

    def pack(self) -> None:
        """Let long texts take less memory; who reads them finds them as they are."""
        for packable in (ToolRun.arguments, ToolRun.result, ToolRun.progress, ToolRun.preview):
            packable.pack(self)

    @property
    def brief(self) -> str:
        """The arguments in a few words: the first as its value, the others with their names, and
        long ones by their length."""
        first, *others = [*self.arguments.items()] or [("", "")]
        words = [one_line(str(first[1]), 60), *(_in_short(name, value) for name, value in others)]
        return "  ".join(words)

    @property
    def subject(self) -> str:
        """The first argument, which tells most."""
        return one_line(str(next(iter(self.arguments.values()), "")), 40)

    @property
    def end_word(self) -> str:
        """How it stands or ended: how long it took, or the word for what came of it."""
        return (
            self.duration if self.state in (RunState.DONE, RunState.RUNNING) else self.state.value
        )

    @property
    def size(self) -> int:
        """Bytes of the result."""
        return len(self.result.encode("utf-8", "replace"))

    @property
    def words(self) -> str:
        """What a filter looks at."""
        return f"{self.name} {self.state.value} {self.brief}".casefold()

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


def _in_short(name: str, value: Any) -> str:
    if isinstance(value, str) and len(value) > 30:
        lines = len(value.splitlines())
        return one_line(f"{name} ({lines} line{'s' * (lines != 1)})", 60)
    if isinstance(value, list | dict):
        return one_line(f"{name} ({len(value)})", 60)
    return one_line(f"{name}={value}", 60)
