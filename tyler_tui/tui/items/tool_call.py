"""A tool call: one line in the transcript, a row that opens in the panel."""

import json

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tui.items.base import GUTTER, BaseItem, fit, row
from tyler_tui.tui.markdown import Line, wrap_text
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import RunState, ToolRun

MAX_RESULT_CHARACTERS = 200_000
"""More of a result than this is not laid out; the end says how much is missing."""


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


class _RunItem(BaseItem):
    def __init__(self, palette: Palette, run: ToolRun) -> None:
        super().__init__(palette)
        self.run = run

    def _end_word(self) -> str:
        run = self.run
        if run.state in (RunState.DONE, RunState.RUNNING):
            return run.duration
        return run.state.value


class ToolLine(_RunItem):
    """The call in the transcript. A click opens its row in the panel."""

    def render(self, width: int) -> list[Line]:
        run, palette = self.run, self.palette
        style = state_style(palette, run.state)
        name = one_line(run.name, 60)
        end = self._end_word()
        end = f" · {end}" if end else ""
        room = width - 2 - cell_len(name) - cell_len(end) - 2
        brief = f"  {fit(run.brief, room)}" if run.brief and room > 4 else ""
        return [
            row(
                [
                    (f"{run.state.glyph} ", style),
                    (name, palette.text),
                    (brief, palette.muted),
                    (end, palette.muted if run.state is RunState.DONE else style),
                ],
                decoration=1,
            )
        ]


class ToolRow(_RunItem):
    """The call in the panel. Open, it shows arguments, output or result, and how it ended."""

    def __init__(self, palette: Palette, run: ToolRun) -> None:
        super().__init__(palette, run)
        self.is_open = False
        self.has_cursor = False

    @property
    def bar(self) -> Segment:
        mark = "▌ " if self.has_cursor else " " * GUTTER
        return Segment(mark, self.palette.accent if self.has_cursor else None)

    def toggle(self) -> None:
        self.is_open = not self.is_open
        self.changed()

    def set_cursor(self, on: bool) -> None:
        if on != self.has_cursor:
            self.has_cursor = on
            self.changed()

    def click(self, line: int, cell: int) -> bool:
        if line == 0:
            self.toggle()
            return True
        return False

    def render(self, width: int) -> list[Line]:
        run, palette = self.run, self.palette
        style = state_style(palette, run.state)
        end = self._end_word()
        name = fit(one_line(run.name, 60), max(4, width - 2 - cell_len(end) - 1))
        space = " " * max(1, width - 2 - cell_len(name) - cell_len(end))
        end_style = palette.muted if run.state is RunState.DONE else style
        head = row(
            [
                (f"{run.state.glyph} ", style),
                (name, palette.strong if self.is_open else palette.text),
                (space, None),
                (end, end_style),
            ],
            decoration=1,
        )
        if not self.is_open:
            brief = (not run.state.is_over and run.latest) or run.brief
            if not brief:
                return [head]
            return [head, row([("  ", None), (fit(brief, width - 2), palette.muted)], block=1)]
        return [head, *self._details(width)]

    def _details(self, width: int) -> list[Line]:
        run, palette = self.run, self.palette
        arguments = json.dumps(dict(run.arguments), indent=2, ensure_ascii=False, default=str)
        details = [*_section("arguments", arguments, width, palette, 1)]
        if run.progress and not run.result:  # stopped, it is all that is known
            details += _section("so far", run.progress, width, palette, 2)
        if run.result:
            title = "result" if run.state is RunState.DONE else "error"
            details += _section(title, run.result, width, palette, 3)
        return [*details, row([], block=4)]


def _section(title: str, text: str, width: int, palette: Palette, block: int) -> list[Line]:
    missing = len(text) - MAX_RESULT_CHARACTERS
    shown = sanitize(text[:MAX_RESULT_CHARACTERS]).rstrip("\n")
    rows = [row([("  ", None), (title, palette.muted)], decoration=2, block=block * 10)]
    for line in wrap_text(shown, max(1, width - 4), palette.text):
        rows.append(
            row([("  │ ", palette.muted), (line.text, palette.text)], decoration=1, block=block)
        )
        rows[-1].continues, rows[-1].joiner = line.continues, line.joiner
    if missing > 0:
        rows.append(row([(f"  … {missing:,} more characters", palette.muted)], decoration=1))
    return rows
