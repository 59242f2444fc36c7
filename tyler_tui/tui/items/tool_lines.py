"""Tool calls in the transcript: a line a call, several of one tool under one that counts them."""

from collections import Counter
from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style

from tyler_tui.figures import duration_text
from tyler_tui.sanitize import one_line
from tyler_tui.tui.items.base import BaseItem, fit, row
from tyler_tui.tui.markdown import Line
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import RunState, ToolRun

GROUPED = 3
"""From so many calls on they share a line."""
PRESSING = (
    RunState.ASKING, RunState.RUNNING, RunState.SELECTED, RunState.FAILED, RunState.DENIED,
    RunState.INTERRUPTED, RunState.DONE,
)  # fmt: skip
"""The states that a line for several calls can show, what matters most first."""
MOST_BRIEFS = 12


def state_style(palette: Palette, state: RunState) -> Style:
    """The colour that stands for a state."""
    match state:
        case RunState.DONE:
            return palette.success
        case RunState.FAILED:
            return palette.error
        case RunState.ASKING | RunState.DENIED | RunState.INTERRUPTED:
            return palette.warning
        case RunState.RUNNING:
            return palette.primary
        case RunState.SELECTED:
            return palette.muted


class ToolLines(BaseItem):
    """Calls of one tool that came one behind the other. A click on a call's line is for whoever
    shows it whole; one on the line of several shows their own lines."""

    def __init__(self, palette: Palette, run: ToolRun) -> None:
        super().__init__(palette)
        self.runs = [run]
        self.is_open = False

    @property
    def name(self) -> str:
        return self.runs[0].name

    @property
    def is_group(self) -> bool:
        return len(self.runs) >= GROUPED

    def add(self, run: ToolRun) -> None:
        """Another call of this tool."""
        self.runs.append(run)
        self.changed()

    def run_at(self, line: int) -> ToolRun | None:
        """The call whose line that is; None for the line of several."""
        if not self.is_group:
            return self.runs[line]
        return self.runs[line - 1] if line else None

    def run_of(self, message_id: str) -> ToolRun | None:
        """The call whose result that message holds."""
        return next((run for run in self.runs if run.message_id == message_id), None)

    def click(self, line: int, cell: int) -> bool:
        if self.run_at(line) is not None:
            return False
        self.toggle()
        return True

    def toggle(self) -> None:
        self.is_open = not self.is_open
        self.changed()

    def render(self, width: int) -> list[Line]:
        if not self.is_group:
            return [self._line(run, width) for run in self.runs]
        inner = [self._line(run, width, indent="  ") for run in self.runs] if self.is_open else []
        return [self._head(width), *inner]

    def estimate(self, width: int) -> int:
        return 1 if self.is_group else len(self.runs)

    def _line(self, run: ToolRun, width: int, indent: str = "") -> Line:
        brief = (run.state is RunState.RUNNING and run.latest) or run.brief
        glyph = f"{indent}{run.state.glyph} "
        return self._row(glyph, one_line(run.name, 60), brief, run.end_word, run.state, width)

    def _head(self, width: int) -> Line:
        counts = Counter(run.state for run in self.runs)
        state = next(state for state in PRESSING if counts[state])
        told = [f"{counts[s]} {s.value}" for s in PRESSING if counts[s] and s is not RunState.DONE]
        if all(run.state.is_over for run in self.runs):
            told.append(duration_text(sum(run.duration_ms or 0.0 for run in self.runs)))
        name = f"{one_line(self.name, 60)} ×{len(self.runs)}"
        arrow = "▾" if self.is_open else "▸"
        glyph = f"{state.glyph} {arrow} "
        return self._row(glyph, name, self._briefs(), " · ".join(told), state, width)

    def _briefs(self) -> str:
        live = next((run.latest for run in self.runs if not run.state.is_over and run.latest), "")
        return live or ", ".join(run.subject for run in self.runs[:MOST_BRIEFS])

    def _row(
        self, glyph: str, name: str, brief: str, end: str, state: RunState, width: int
    ) -> Line:
        style = state_style(self.palette, state)
        name = fit(name, max(1, width - cell_len(glyph)))
        end = f" · {end}" if end else ""
        left = width - cell_len(glyph) - cell_len(name)
        end = fit(end, left) if left > 0 else ""
        room = width - cell_len(glyph) - cell_len(name) - cell_len(end) - 2
        brief = f"  {fit(brief, room)}" if brief and room > 4 else ""
        return row(
            [
                (glyph, style),
                (name, self.palette.text),
                (brief, self.palette.muted),
                (end, self.palette.muted if state is RunState.DONE else style),
            ],
            decoration=1,
        )


def last_group(items: Sequence[object], name: str) -> ToolLines | None:
    """The item at the end of `items` that another call of tool `name` belongs to, if any."""
    last = items[-1] if items else None
    return last if isinstance(last, ToolLines) and last.name == name else None
