"""Items of the program's own words: notices, error cards, and the welcome."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tyler_tui.sanitize import sanitize
from tyler_tui.tui.items.base import BaseItem, row
from tyler_tui.tui.markdown import Line, wrap_text
from tyler_tui.tui.palette import Palette


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


class ErrorCard(BaseItem):
    """What went wrong, why, and what to do."""

    def __init__(self, palette: Palette, title: str, message: str, hint: str = "") -> None:
        super().__init__(palette)
        self._title = sanitize(title)
        self._message = sanitize(message)
        self._hint = sanitize(hint)

    @property
    def bar(self) -> Segment:
        return Segment("▌ ", self.palette.error_bar)

    @property
    def fill(self) -> Style | None:
        return self.palette.error_fill

    def render(self, width: int) -> list[Line]:
        fill = self.palette.error_fill
        lines = wrap_text(f"✗ {self._title}", width, self.palette.error_bar + Style(bold=True))
        if self._message and self._message != self._title:
            lines += wrap_text(self._message, width, fill)
        if self._hint:
            lines += wrap_text(f"→ {self._hint}", width, fill + Style(bold=True))
        return lines

    def estimate(self, width: int) -> int:
        return 3


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
        for name, value in self._keys:
            lines.append(row([(name.ljust(label), palette.accent), (value, palette.muted)]))
        return lines

    def estimate(self, width: int) -> int:
        return 4 + len(self._facts) + len(self._keys)
