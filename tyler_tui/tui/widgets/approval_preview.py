"""What a call will do, as the approval card shows it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Static

from tyler_tui.tools.visible import visible
from tyler_tui.tui.diffs import styled_lines
from tyler_tui.tui.items.base import BaseItem
from tyler_tui.tui.items.gradual import Rows
from tyler_tui.tui.json_text import arguments_text
from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.markdown.wrap import Span, wrapped
from tyler_tui.tui.palette import Palette

PART_LINES = 200
"""A long text is laid out in parts of so many lines, and of those only what is on view."""

_STANDS_OUT = Style(bold=True, underline=True)


class Part(BaseItem):
    """Some lines, each with its style; `word` stands out in them."""

    def __init__(self, palette: Palette, styled: Sequence[tuple[str, Style]], word: str) -> None:
        super().__init__(palette)
        self._styled = styled
        self._word = re.compile(f"({re.escape(word)})") if word else None
        self._estimated: tuple[int, int] | None = None
        """For a width: Textual asks again and again."""

    @property
    def bar(self) -> Segment:
        return Segment("")

    def render(self, width: int) -> Rows:
        for line, style in self._styled:
            pieces = self._word.split(line) if self._word is not None else [line]
            # With one group in the pattern every second piece is what it found.
            styles = (style, style + _STANDS_OUT)
            spans = [Span(piece.expandtabs(4), styles[n % 2]) for n, piece in enumerate(pieces)]
            yield from wrapped(spans, width)

    def estimate(self, width: int) -> int:
        if self._estimated is None or self._estimated[0] != width:
            rows = sum(1 + max(0, len(line) - 1) // max(1, width) for line, _ in self._styled)
            self._estimated = width, rows
        return self._estimated[1]


class PreviewText(LineView, can_focus=False):
    """A diff, a command, an address, or the arguments of the call; what it is about stands out."""

    DEFAULT_CSS = """
    PreviewText {
        height: auto;
        background: $surface;
        & .line-view--thumb { color: $foreground 35%; }
    }
    """

    @dataclass
    class Hidden(Message):
        """So many rows, or about so many, are below what is on view."""

        rows: int

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        """What is shown, all of it."""
        self._told: int | None = None

    def show(self, question: Mapping[str, Any]) -> None:
        """Show what a question is about, the data of APPROVAL_REQUESTED."""
        palette = Palette.from_theme(self.app.current_theme)
        self.text = visible(question["preview"]) or arguments_text(question["arguments"])
        self.text = self.text.rstrip("\n")
        word = question["scope"]
        word = "" if word in question["arguments"].values() else word
        lines = list(styled_lines(self.text, palette))
        self.clear()
        for start in range(0, len(lines), PART_LINES):
            self.append(Part(palette, lines[start : start + PART_LINES], word))
        self.viewport.to_start()
        self.viewport.follow = False  # whether its end is on view or not: it has no size yet
        self._told = None
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        text_width = max(1, width - (self.size.width - self._text_width if self.size else 2))
        items = self.viewport.items
        if len(items) == 1:
            return len(items[0].lines(text_width))
        return sum(item.estimate(text_width) for item in items)

    def _lay_out(self) -> None:
        super()._lay_out()
        above, total = self.viewport.position()
        rows = max(0, total - above - self.size.height)
        if rows != self._told:
            self._told = rows
            self._tell(self.Hidden(rows))


class ApprovalPreview(Vertical):
    """The text, and how much of it is not on view."""

    DEFAULT_CSS = """
    ApprovalPreview {
        height: auto;
        & > Static { color: $text-muted; }
    }
    """

    _is_whole = False

    def compose(self) -> ComposeResult:
        yield PreviewText()
        yield Static(markup=False)

    @property
    def lines(self) -> PreviewText:
        return self.query_one(PreviewText)

    def fit(self, most_rows: int | None) -> None:
        """Take no more rows for the text than those; None: all that there are."""
        self._is_whole = most_rows is None
        self.styles.height = self.lines.styles.height = "auto" if most_rows else "1fr"
        self.lines.styles.max_height = most_rows

    @on(PreviewText.Hidden)
    def _tell_hidden(self, event: PreviewText.Hidden) -> None:
        event.stop()
        lines = "line" if event.rows == 1 else "lines"
        more = self.query_one(Static)
        resizes = "leaves room for the chat" if self._is_whole else "makes room for more"
        more.update(f"↓ {event.rows:,} more {lines} · PageDown · Ctrl+O {resizes}")
        more.display = event.rows > 0
