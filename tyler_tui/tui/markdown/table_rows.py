"""The finished rows of a table that still grows, kept as cells.

A wider cell moves the columns of all rows above it. To parse and wrap two thousand of them again
takes a third of a second; to set their cells anew takes a tenth of that, and while the table grows
only its last rows are set anew: those that can be on view with what is being written.
"""

from collections.abc import Sequence

from tyler_tui.tui.markdown.line import Line
from tyler_tui.tui.markdown.parsing import Node
from tyler_tui.tui.markdown.styles import MarkdownStyles
from tyler_tui.tui.markdown.table import Cell, cell_width, cells_of, rule_line, set_row
from tyler_tui.tui.markdown.wrap import wrap_spans

LAST_ROWS = 200


class TableRows:
    """Rows of a table, its head first, and how high each stands on the screen."""

    def __init__(self, styles: MarkdownStyles) -> None:
        self._styles = styles
        self._aligns: list[str] = []
        self._rows: list[list[tuple[Cell, int, list[Line]]]] = []
        """Of each cell its text, its natural width, and its lines at that width."""
        self._heights: list[int] = []
        self.is_behind = False
        """Whether the first rows still stand in columns of an older width."""

    def take(self, table: Node, widths: Sequence[int]) -> None:
        """Keep the rows of `table`, which stand on the screen in columns of `widths`. Its head and
        its first row are those that were the last, unless nothing was kept yet."""
        head, rows, self._aligns = cells_of(table, self._styles)
        for cells in rows[1:] if self._rows else [head, *rows]:
            self._rows.append([_prepared(cell) for cell in cells])
            self._heights.append(len(self._set(len(self._rows) - 1, widths)))

    @property
    def stand_in_height(self) -> int:
        """How high the head and the last row are together."""
        return self._heights[0] + self._heights[-1]

    def set_again(self, widths: Sequence[int], *, all_rows: bool) -> tuple[int, list[Line]]:
        """The rows in columns of `widths`, and behind how many lines of the table they belong."""
        first = 0 if all_rows else max(0, len(self._rows) - LAST_ROWS)
        above = sum(self._heights[:first])
        lines: list[Line] = []
        for number in range(first, len(self._rows)):
            made = self._set(number, widths)
            self._heights[number] = len(made)
            lines += made
        self.is_behind = first > 0
        return above, lines

    def _set(self, number: int, widths: Sequence[int]) -> list[Line]:
        columns = [
            ready if natural <= width else wrap_spans(cell, width)
            for (cell, natural, ready), width in zip(self._rows[number], widths, strict=False)
        ]
        columns += [[Line([], "")] for _ in range(len(widths) - len(columns))]
        lines = set_row(columns, widths, self._aligns, self._styles)
        return lines if number else [*lines, rule_line(widths, self._styles)]


def _prepared(cell: Cell) -> tuple[Cell, int, list[Line]]:
    width = cell_width(cell)
    return cell, width, wrap_spans(cell, width)
