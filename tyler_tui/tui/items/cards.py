"""Items of the program's own words: notices and the welcome."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style

from tyler_tui.sanitize import sanitize
from tyler_tui.tui.items.base import BaseItem, row
from tyler_tui.tui.markdown import Line, wrap_text
from tyler_tui.tui.palette import Palette

BETWEEN = 3
"""Cells between two columns of keys."""


class Notice(BaseItem):
    """One quiet remark: stopped, retrying, limit reached."""

    def __init__(self, palette: Palette, text: str) -> None:
        super().__init__(palette)
        self._text = sanitize(text)

    def set_text(self, text: str) -> None:
        self._text = sanitize(text)
        self.changed()

    def render(self, width: int) -> list[Line]:
        return wrap_text(self._text, width, self.palette.warning)


class Welcome(BaseItem):
    """What an empty session shows: where one is, and the few keys that matter."""

    def __init__(
        self,
        palette: Palette,
        facts: Sequence[tuple[str, str]],
        keys: Sequence[tuple[str, str]],
    ) -> None:
        super().__init__(palette)
        self._facts = facts
        self._keys = keys

    def tell(self, facts: Sequence[tuple[str, str]]) -> bool:
        """Show these facts from now on. Returns whether there is news among them."""
        is_news, self._facts = facts != self._facts, facts
        if is_news:
            self.changed()
        return is_news

    def render(self, width: int) -> list[Line]:
        palette = self.palette
        label = max((cell_len(name) for name, _ in (*self._facts, *self._keys)), default=0) + 2
        lines = [
            row([]),
            row([("tyler-chat", palette.primary)]),
            row([("Any model, in your terminal.", palette.muted)]),
            row([]),
        ]
        for name, value in self._facts:
            lines.append(row([(name.ljust(label), palette.muted), (value, palette.text)]))
        lines.append(row([]))
        hints = [f"{name.ljust(label)}{value}" for name, value in self._keys]
        column = max(map(cell_len, hints), default=0) + BETWEEN
        columns = 2 if 2 * column - BETWEEN <= width else 1
        rows = -(-len(self._keys) // columns)
        for number in range(rows):
            pieces: list[tuple[str, Style]] = []
            for name, value in self._keys[number::rows]:
                space = " " * (column - label - cell_len(value))
                pieces += [(name.ljust(label), palette.accent), (value + space, palette.muted)]
            lines.append(row(pieces))
        return lines

    def estimate(self, width: int) -> int:
        return 4 + len(self._facts) + len(self._keys)
