"""Every tool call of the session as a row: state, name, duration; a row opens to the whole."""

import re
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tyler_tui.tui.items.tool_call import ToolRow
from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import RunState, ToolRun

LIVE_SECONDS = 0.25
"""How often the duration of running calls is drawn again."""


class ToolRows(LineView):
    """Up and Down move the cursor, Enter opens the row under it, and so does a click."""

    DEFAULT_CSS = """
    ToolRows {
        background: $surface;
        & .line-view--thumb { color: $foreground 35%; }
        &:focus .line-view--thumb { color: $primary; }
    }
    """

    BINDINGS = [
        ("up", "cursor(-1)"),
        ("down", "cursor(1)"),
        ("enter,space", "toggle_row"),
        ("home", "start"),
        ("end", "end"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows_by_run: dict[str, ToolRow] = {}
        self._cursor: ToolRow | None = None
        self._ticker: Timer | None = None

    @property
    def runs(self) -> list[ToolRun]:
        return [row.run for row in self._rows_by_run.values()]

    def add_runs(self, runs: Sequence[ToolRun], palette: Palette, *, older: bool = False) -> None:
        """Add rows at the end, or before the others when they are older."""
        rows = {run.id: ToolRow(palette, run) for run in runs}
        if older:
            self._rows_by_run = rows | self._rows_by_run
            self.prepend(list(rows.values()))
            return
        self._rows_by_run |= rows
        for row in rows.values():
            self.append(row)

    def run_changed(self, run: ToolRun) -> None:
        row = self._rows_by_run.get(run.id)
        if row is None:
            return
        row.changed()
        self.refresh_items()
        if run.state is RunState.RUNNING and self._ticker is None and self.is_mounted:
            self._ticker = self.set_interval(LIVE_SECONDS, self._tick)

    def open_run(self, run: ToolRun, pattern: re.Pattern[str] | None = None) -> None:
        """Open the row of `run` and bring it on view, where `pattern` finds something."""
        row = self._rows_by_run[run.id]
        if not row.is_open:
            row.toggle()
        self._move_cursor(row)
        if pattern is not None:
            self.show_match(row, pattern)

    def toggle_all(self) -> None:
        """Open every row, or close them all when any is open."""
        rows = list(self._rows_by_run.values())
        any_open = any(row.is_open for row in rows)
        for row in rows:
            if row.is_open == any_open:
                row.toggle()
        self.refresh_now()

    def forget_all(self) -> None:
        self._rows_by_run.clear()
        self._cursor = None
        self.clear()

    def set_palette(self, palette: Palette) -> None:
        for row in self._rows_by_run.values():
            row.set_palette(palette)
        self.styles_changed()

    def _tick(self) -> None:
        running = [row for row in self._rows_by_run.values() if row.run.state is RunState.RUNNING]
        for row in running:
            row.changed()
        if running:
            self.refresh_items()
        elif self._ticker is not None:
            self._ticker.stop()
            self._ticker = None

    def _move_cursor(self, row: ToolRow) -> None:
        if self._cursor is not None:
            self._cursor.set_cursor(False)
        self._cursor = row
        row.set_cursor(True)
        self.show_item(row)

    def on_line_view_clicked(self, event: LineView.Clicked) -> None:
        event.stop()
        if isinstance(event.item, ToolRow) and event.item.click(event.line, event.cell):
            self._move_cursor(event.item)

    def on_focus(self) -> None:
        if self._cursor is None and self._rows_by_run:
            self._move_cursor(list(self._rows_by_run.values())[-1])

    def action_cursor(self, by: int) -> None:
        rows = list(self._rows_by_run.values())
        if not rows:
            return
        at = rows.index(self._cursor) + by if self._cursor in rows else len(rows) - 1
        self._move_cursor(rows[max(0, min(at, len(rows) - 1))])

    def action_toggle_row(self) -> None:
        if self._cursor is not None:
            self._cursor.toggle()
            self.refresh_now()

    def action_start(self) -> None:
        self.scroll_to_start()

    def action_end(self) -> None:
        self.scroll_to_end()


class ToolPanel(Vertical):
    """The rows under a head that counts them."""

    DEFAULT_CSS = """
    ToolPanel {
        background: $surface;
        & > Static { height: 1; padding: 0 1 0 2; background: $panel; color: $text-muted; }
    }
    """

    def compose(self) -> ComposeResult:
        yield Static(self._head([]), markup=False)
        yield ToolRows()

    @property
    def rows(self) -> ToolRows:
        return self.query_one(ToolRows)

    def add_runs(self, runs: Sequence[ToolRun], palette: Palette, *, older: bool = False) -> None:
        self.rows.add_runs(runs, palette, older=older)
        self._count()

    def run_changed(self, run: ToolRun) -> None:
        self.rows.run_changed(run)
        self._count()

    def forget_all(self) -> None:
        self.rows.forget_all()
        self._count()

    def _count(self) -> None:
        self.query_one(Static).update(self._head(self.rows.runs))

    def _head(self, runs: Sequence[ToolRun]) -> Content:
        states = [run.state for run in runs]
        parts = [f"{len(runs)}"] if runs else ["none yet"]
        for state in (RunState.RUNNING, RunState.ASKING, RunState.FAILED, RunState.DENIED):
            if count := states.count(state):
                parts.append(f"{count} {state.value}")
        return Content.assemble(("Tools", "bold $foreground"), f"  {' · '.join(parts)}")
