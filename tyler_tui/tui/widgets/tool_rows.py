"""Every tool call of the session as a row that opens to the whole of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from textual.message import Message

from tyler_tui.commands import PANEL, keys_of
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.items.tool_row import ToolRow
from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import ToolRun
from tyler_tui.tui.widgets.letter_commands import LetterCommands


class ToolRows(LetterCommands, LineView):
    """Up and Down move the cursor, a click does too; what the other keys do says `PANEL`. With
    words to look for only the rows that hold them all are there."""

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
        ("home", "edge(-1)"),
        ("end", "edge(1)"),
    ]

    @dataclass
    class LinkOpened(Message):
        """A link was clicked."""

        href: str

    def __init__(self, keys: Mapping[str, str], *, id: str | None = None) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__(id=id)
        self._keys = {key: command.id for command in PANEL for key in keys_of(command, keys)}
        self._rows_by_run: dict[str, ToolRow] = {}
        self._cursor: ToolRow | None = None
        self._words: tuple[str, ...] = ()
        self._awaited = ""

    @property
    def runs(self) -> list[ToolRun]:
        """All calls, oldest first."""
        return [row.run for row in self._rows_by_run.values()]

    @property
    def shown(self) -> list[ToolRow]:
        """The rows that hold the words that are looked for."""
        return [row for row in self._rows_by_run.values() if self._fits(row)]

    @property
    def chosen(self) -> ToolRun | None:
        """The call under the cursor."""
        return self._cursor.run if self._cursor is not None else None

    def has_run(self, run: ToolRun) -> bool:
        return run.id in self._rows_by_run

    def add_runs(self, runs: Sequence[ToolRun], palette: Palette, *, older: bool = False) -> None:
        """Add rows at the end, or before the others when they are older."""
        rows = {run.id: ToolRow(palette, run) for run in runs}
        fitting = [row for row in rows.values() if self._fits(row)]
        if older:
            self._rows_by_run = rows | self._rows_by_run
            self.prepend(fitting)
            return
        self._rows_by_run |= rows
        for row in fitting:
            self.append(row)
        if self._awaited in rows:
            self.open_run(rows[self._awaited].run)
            self._awaited = ""

    def run_changed(self, run: ToolRun) -> None:
        row = self._rows_by_run.get(run.id)
        if row is None:
            return
        row.changed()
        if self._words and self._fits(row) != (row in self.viewport.items):
            self._refill()
        self.refresh_items()

    def follow(self, call_id: str) -> None:
        """Move the cursor to that call's row once it is there, and open it."""
        self._awaited = call_id

    def look_for(self, text: str) -> None:
        """Show only the rows that hold all words of `text`; "" shows all."""
        self._words = tuple(text.casefold().split())
        self._refill()

    def open_run(self, run: ToolRun, pattern: re.Pattern[str] | None = None) -> None:
        """Open the row of `run` and bring it on view, where `pattern` finds something."""
        row = self._rows_by_run[run.id]
        if not row.is_open:
            row.toggle()
        self._move_cursor(row)
        if pattern is not None:
            run_beside(self, partial(self.show_match, row, pattern), "match", exclusive=True)

    def toggle_chosen(self) -> None:
        """Open or close the row under the cursor."""
        if self._cursor is not None:
            self._cursor.toggle()
            self._show_cursor()

    def toggle_all(self) -> None:
        """Open every row, or close them all when any is open."""
        rows = self.shown
        any_open = any(row.is_open for row in rows)
        for row in rows:
            if row.is_open == any_open:
                row.toggle()
        self._show_cursor()

    def forget_all(self) -> None:
        self._rows_by_run.clear()
        self._cursor = None
        self.clear()

    def set_palette(self, palette: Palette) -> None:
        for row in self._rows_by_run.values():
            row.set_palette(palette)
        self.styles_changed()

    def _fits(self, row: ToolRow) -> bool:
        return all(word in row.run.words for word in self._words)

    def _refill(self) -> None:
        follows, rows = self.viewport.follow, self.shown
        self.clear()
        for row in rows:
            self.append(row)
        if self._cursor not in rows:
            self._set_cursor(rows[-1] if rows else None)
        if not follows and self._cursor is not None:
            self.show_item(self._cursor)
        self.refresh_now()

    def _set_cursor(self, row: ToolRow | None) -> None:
        if self._cursor is not None:
            self._cursor.set_cursor(False)
        self._cursor = row
        if row is not None:
            row.set_cursor(True)

    def _move_cursor(self, row: ToolRow) -> None:
        self._set_cursor(row)
        self.show_item(row)

    def _show_cursor(self) -> None:
        """Bring what was opened at the cursor on view."""
        self.refresh_now()
        if self._cursor is not None and self._cursor in self.viewport.items:
            self.keep_on_view(self._cursor)

    def on_line_view_clicked(self, event: LineView.Clicked) -> None:
        event.stop()
        item = event.item
        if not isinstance(item, ToolRow):
            return
        for start, end, href in item.lines(self.viewport.width)[event.line].links:
            if start <= event.cell < end:
                self.post_message(self.LinkOpened(href))
                return
        self._set_cursor(item)
        item.click(event.line, event.cell)
        self._show_cursor()

    def command_of(self, key: str) -> str | None:
        return self._keys.get(key)

    def on_focus(self) -> None:
        if self._cursor is None and (rows := self.shown):
            self._move_cursor(rows[-1])

    def action_cursor(self, by: int) -> None:
        rows = self.shown
        if rows:
            at = rows.index(self._cursor) + by if self._cursor in rows else len(rows) - 1
            self._move_cursor(rows[max(0, min(at, len(rows) - 1))])

    def action_edge(self, at: int) -> None:
        rows = self.shown
        if rows:
            self._move_cursor(rows[0 if at < 0 else -1])
