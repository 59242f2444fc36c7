"""Lines of which text can be selected with the mouse, and copied as it was written."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.selection import Selection
from textual.strip import Strip

from tyler_tui.tui.lines import selecting
from tyler_tui.tui.lines.canvas import LineCanvas
from tyler_tui.tui.lines.item import Item
from tyler_tui.tui.lines.viewport import Row


class SelectableLines(LineCanvas):
    """Textual asks for the selected text of a widget, and tells it of the selection; a place in it
    is known by the ordinal of its item, which stays when older ones come or go."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._first_ordinal = selecting.FIRST_ORDINAL

    def prepend(self, items: Sequence[Item]) -> None:
        self._first_ordinal -= len(items)
        super().prepend(items)

    def keep(self, start: int, end: int) -> None:
        self._first_ordinal += start
        super().keep(start, end)

    def _drawn(self, start: int, end: int) -> list[Strip]:
        strips = super()._drawn(start, end)
        selection = self.text_selection
        if selection is not None:
            for n, row in enumerate(self._rows[start:end]):
                strips[n] = self._with_selection(strips[n], row, selection)
        return strips

    def render_line(self, y: int) -> Strip:
        """The row with the offsets that Textual's selection asks for; painting does without."""
        if not self._rows:
            return self._strips[y] if y < len(self._strips) else Strip([])
        row = self._rows[min(y, len(self._rows) - 1)]
        item = self.viewport.items[row.item]
        line = item.lines(self.viewport.width)[row.line]
        at = selecting.offset_y(self._first_ordinal, row)
        if y >= len(self._rows):
            end = Style.from_meta({"offset": (len(line.text), at)})
            return Strip([Segment(" " * self.size.width, end)])
        lead = self._gutter_width + line.indent
        start = Style.from_meta({"offset": (-lead, at)})
        text = Style.from_meta({"offset": (0, at)})
        return Strip([Segment(" " * lead, start), Segment(line.text, text)])

    def _with_selection(self, strip: Strip, row: Row, selection: Selection) -> Strip:
        line = self.viewport.items[row.item].lines(self.viewport.width)[row.line]
        span = selecting.selected_cells(
            line, selecting.offset_y(self._first_ordinal, row), selection
        )
        if span is None:
            return strip
        lead = self._gutter_width + line.indent
        spans = [(lead + span[0], lead + span[1])]
        return selecting.highlight(strip, spans, selecting.style_of(self))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        text = selecting.selected_text(
            self.viewport.items, self.viewport.width, self._first_ordinal, selection
        )
        return (text, "\n") if text else None

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()
