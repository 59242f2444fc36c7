"""A tool call in the panel: a row that opens to the whole of it."""

from collections.abc import Iterable

from msgspec.structs import replace
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tyler_tui.figures import size_text
from tyler_tui.remarks import decision_text
from tyler_tui.sanitize import one_line
from tyler_tui.tui.items.base import GUTTER, BaseItem, fit, row
from tyler_tui.tui.items.gradual import KeptRows, Rows
from tyler_tui.tui.items.tool_lines import state_style
from tyler_tui.tui.items.tool_text import Shown, arguments_of, result_of, rows_of
from tyler_tui.tui.markdown import Line, wrap_text
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import RunState, ToolRun

BAR = "  │ "
SIZED = 34
"""From so many cells on a row has room for the size of its result."""
BY_HAND = "↻ "
"""Stands before the name of a call that the user made."""


class ToolRow(BaseItem):
    """Closed, it says what is called with what, how it stands and how much came of it. Open, it
    shows arguments, output or result, and why it ran."""

    def __init__(self, palette: Palette, run: ToolRun) -> None:
        super().__init__(palette)
        self.run = run
        self.is_open = False
        self.has_cursor = False
        self._arguments, self._result = KeptRows(), KeptRows()

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

    def set_palette(self, palette: Palette) -> None:
        self._arguments, self._result = KeptRows(), KeptRows()
        super().set_palette(palette)

    def click(self, line: int, cell: int) -> bool:
        if line == 0 or not self.is_open:
            self.toggle()
            return True
        return False

    def render(self, width: int) -> Rows:
        yield self._head(width)
        if self.is_open:
            yield from self._details(width)
            return
        brief = (not self.run.state.is_over and self.run.latest) or self.run.brief
        if brief:
            yield row([("  ", None), (fit(brief, width - 2), self.palette.muted)], block=1)

    def estimate(self, width: int) -> int:
        return 2

    def _head(self, width: int) -> Line:
        run, palette = self.run, self.palette
        style = state_style(palette, run.state)
        end = run.end_word
        if run.state in (RunState.DONE, RunState.FAILED) and run.result and width >= SIZED:
            end = f"{end} · {size_text(run.size)}" if end else size_text(run.size)
        name = (BY_HAND if run.by_hand else "") + one_line(run.name, 60)
        name = fit(name, max(4, width - 2 - cell_len(end) - 1))
        space = " " * max(1, width - 2 - cell_len(name) - cell_len(end))
        return row(
            [
                (f"{run.state.glyph} ", style),
                (name, palette.strong if self.is_open else palette.text),
                (space, None),
                (end, palette.muted if run.state is RunState.DONE else style),
            ],
            decoration=1,
        )

    def _details(self, width: int) -> Rows:
        """What changes while a call runs is made anew each time, the rest is kept."""
        run = self.run
        yield from self._arguments.of(
            (width, run.state.is_over),
            lambda: self._section("arguments", arguments_of(run), width, 1),
        )
        if run.progress and not run.result:  # stopped, it is all that is known
            title = "output so far" if not run.state.is_over else "output until then"
            yield from self._section(title, [Shown(run.progress)], width, 2)
        if run.result:
            title = "result" if run.state is RunState.DONE else run.state.value
            yield from self._result.of(
                (width, run.state, run.result),
                lambda: self._section(title, [result_of(run)], width, 3),
            )
        if run.decision:
            for line in wrap_text(decision_text(run.decision), max(1, width - 2), Style()):
                yield row([("  ", None), (line.text, self.palette.muted)], block=4)
        yield row([], block=5)

    def _section(self, title: str, parts: Iterable[Shown], width: int, block: int) -> Rows:
        yield row([("  ", None), (title, self.palette.muted)], decoration=2, block=block * 10)
        for part in parts:
            for line in rows_of(part, width - len(BAR), self.palette):
                yield self._barred(line, block) if line is not None else None

    def _barred(self, line: Line, block: int) -> Line:
        shift = len(BAR)
        return replace(
            line,
            segments=[Segment(BAR, self.palette.muted), *line.segments],
            indent=line.indent + shift,
            block=block,
            links=line.links and [(s + shift, e + shift, href) for s, e, href in line.links],
        )
