"""Items for tests of views: rows of plain text that can be changed."""

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style

from tyler_tui.tui.markdown import Line, wrap_text


class TextItem:
    """An item that shows `text`, wrapped; it counts how often its rows were asked for."""

    def __init__(self, text: str = "", *, estimate: int = 1) -> None:
        self.text = text
        self.asked = 0
        self._estimate = estimate
        self._rows: dict[int, list[Line]] = {}

    @property
    def gutter(self) -> Segment:
        return Segment("> ")

    @property
    def fill(self) -> Style | None:
        return None

    def lines(self, width: int) -> Sequence[Line]:
        self.asked += 1
        if width not in self._rows:
            self._rows = {width: wrap_text(self.text, width, Style()) if self.text else []}
        return self._rows[width]

    def estimate(self, width: int) -> int:
        return self._estimate

    def source_of(self, block: int) -> str | None:
        return None

    def grow(self, text: str) -> None:
        """Add text; rows that stay the same stay the same objects, as those of a reply do."""
        self.text += text
        for width, old in self._rows.items():
            new = wrap_text(self.text, width, Style())
            self._rows[width] = [
                before if before == after else after
                for before, after in zip([*old, *new[len(old) :]], new, strict=False)
            ]


def numbered(first: int, count: int) -> str:
    return "\n".join(f"row {number}" for number in range(first, first + count))
