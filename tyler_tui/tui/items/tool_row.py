"""A tool call in the panel: a row that opens to the whole of it."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace
from rich.cells import cell_len
from rich.segment import Segment

from tyler_tui.figures import size_text
from tyler_tui.remarks import decision_text
from tyler_tui.sanitize import one_line
from tyler_tui.tui.items.base import GUTTER, BaseItem, fit, row
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
        self._arguments: tuple[tuple[int, bool], list[Line]] | None = None
        """Their rows, made anew for another width and when the call is over."""

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
        self._arguments = None
        super().set_palette(palette)

    def click(self, line: int, cell: int) -> bool:
        if line == 0 or not self.is_open:
            self.toggle()
            return True
        return False

    def render(self, width: int) -> list[Line]:
        if self.is_open:
            return [self._head(width), *self._details(width)]
        brief = (not self.run.state.is_over and self.run.latest) or self.run.brief
        if not brief:
            return [self._head(width)]
        second = row([("  ", None), (fit(brief, width - 2), self.palette.muted)], block=1)
        return [self._head(width), second]

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

    def _details(self, width: int) -> list[Line]:
        run = self.run
        made_for = width, run.state.is_over
        if self._arguments is None or self._arguments[0] != made_for:
            self._arguments = made_for, self._section("arguments", arguments_of(run), width, 1)
        # A view knows a row that it has drawn, cursor and all, by its identity.
        details = [replace(line) for line in self._arguments[1]]
        if run.progress and not run.result:  # stopped, it is all that is known
            title = "output so far" if not run.state.is_over else "output until then"
            details += self._section(title, [Shown(run.progress)], width, 2)
        if run.result:
            title = "result" if run.state is RunState.DONE else run.state.value
            details += self._section(title, [result_of(run)], width, 3)
        if run.decision:
            text = decision_text(run.decision)
            details += [
                row([("  ", None), (line.text, self.palette.muted)], block=4)
                for line in wrap_text(text, max(1, width - 2), self.palette.muted)
            ]
        return [*details, row([], block=5)]

    def _section(self, title: str, parts: Iterable[Shown], width: int, block: int) -> list[Line]:
        rows = [
            self._barred(line, block)
            for part in parts
            for line in rows_of(part, width - len(BAR), self.palette)
        ]
        heading = row([("  ", None), (title, self.palette.muted)], decoration=2, block=block * 10)
        return [heading, *rows]

    def _barred(self, line: Line, block: int) -> Line:
        segments: Sequence[Segment] = [Segment(BAR, self.palette.muted), *line.segments]
        shift = len(BAR)
        return replace(
            line,
            segments=list(segments),
            indent=line.indent + shift,
            block=block,
            links=[(start + shift, end + shift, href) for start, end, href in line.links],
        )
