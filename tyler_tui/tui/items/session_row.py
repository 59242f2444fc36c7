"""What the list of sessions shows: a session, a place where words were found, a heading."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tyler_tui.figures import cost_text
from tyler_tui.sanitize import model_on_one_line, one_line
from tyler_tui.store import SearchHit, ThreadSummary
from tyler_tui.tui import fuzzy
from tyler_tui.tui.items.base import GUTTER, BaseItem, fit, row
from tyler_tui.tui.markdown import Line
from tyler_tui.tui.open_session import Mark
from tyler_tui.tui.palette import Palette

COUNT_COLUMNS, COST_COLUMNS, MODEL_COLUMNS = 50, 66, 90
"""Lists as wide as this have room for each."""
MARK_GLYPHS = {Mark.ASKS: "?", Mark.FAILED: "✗", Mark.ANSWERED: "✓", Mark.BUSY: "●"}
PINNED = "★"
SPEAKERS = {"user": "You", "assistant": "answer", "system": "system"}


@dataclass(slots=True)
class Listed:
    """A session in the list, with what is not in its stored summary."""

    summary: ThreadSummary
    mark: Mark | None = None
    is_here: bool = False
    """Whether it is the one on the screen."""
    haystack: str = ""

    def __post_init__(self) -> None:
        summary = self.summary
        self.haystack = f"{summary.name or ''} {summary.title} {summary.id[:8]}".casefold()

    @property
    def label(self) -> str:
        summary = self.summary
        return one_line(summary.name or summary.title, 80) or "new session"


class PickItem(BaseItem):
    """A row that the cursor can stand on."""

    def __init__(self, palette: Palette) -> None:
        super().__init__(palette)
        self.has_cursor = False

    @property
    def bar(self) -> Segment:
        if self.has_cursor:
            return Segment("▌ ", self.palette.chosen_bar)
        return Segment(" " * GUTTER)

    @property
    def fill(self) -> Style | None:
        return self.palette.chosen_fill if self.has_cursor else None

    @property
    def quiet(self) -> Style:
        """The style of what matters less; over the fill it would be too faint."""
        return self.palette.text if self.has_cursor else self.palette.muted

    def set_cursor(self, on: bool) -> None:
        if on != self.has_cursor:
            self.has_cursor = on
            self.changed()

    def styled(self, pieces: Sequence[tuple[str, Style]]) -> Line:
        """A row of pieces over the fill."""
        fill = self.fill or Style()
        return row([(text, fill + style) for text, style in pieces])


class SessionRow(PickItem):
    """A session: marks, name and title, and what it is in figures."""

    NAME_AT = GUTTER + 3
    """The column at which the name begins."""

    def __init__(self, palette: Palette, listed: Listed) -> None:
        super().__init__(palette)
        self.listed = listed
        self._words: Sequence[str] = ()

    def mark_words(self, words: Sequence[str]) -> None:
        """Mark in name and title what is looked for; the words are casefolded."""
        self._words = words
        self.changed()

    def render(self, width: int) -> list[Line]:
        palette, summary = self.palette, self.listed.summary
        figures = self._figures(width)
        marks = self._marks()
        room = width - cell_len(figures) - 4
        name = fit(self.listed.label, room)
        pieces = [*marks, *highlighted(name, self._found(name), palette.strong, palette)]
        left = room - cell_len(name) - 2
        if summary.name and summary.title and left > 6:
            title = fit(one_line(summary.title, 200), left)
            pieces.append(("  ", self.quiet))
            pieces += highlighted(title, self._found(title), self.quiet, palette)
        used = sum(cell_len(text) for text, _ in pieces)
        pieces.append((" " * max(1, width - used - cell_len(figures)) + figures, self.quiet))
        return [self.styled(pieces)]

    def _found(self, text: str) -> list[tuple[int, int]]:
        """Where the letters of each word stand that stands in `text`."""
        folded = text.casefold()
        matches = [match for word in self._words if (match := fuzzy.match([word], folded))]
        return [(at, at + 1) for match in matches for at in match.positions]

    def _marks(self) -> list[tuple[str, Style]]:
        palette, mark = self.palette, self.listed.mark
        pin = PINNED if self.listed.summary.pinned else " "
        if mark is None:
            return [(pin, palette.accent), ("· " if self.listed.is_here else "  ", self.quiet)]
        style = palette.warning if mark is Mark.ASKS else palette.primary
        return [
            (pin, palette.accent),
            (f"{MARK_GLYPHS[mark]} ", palette.error if mark is Mark.FAILED else style),
        ]

    def _figures(self, width: int) -> str:
        """As many columns as there is room for, the most telling ones first."""
        summary = self.listed.summary
        if not summary.message_count:
            return "nothing said yet"
        figures = f"  {age_text(summary.deleted_at or summary.updated_at):>10}"
        if width >= COST_COLUMNS:
            figures = f"  {cost_text(summary.cost_usd):>7}{figures}"
        if width >= COUNT_COLUMNS:
            figures = f"{summary.message_count:>4} msg{figures}"
        if width >= MODEL_COLUMNS:
            figures = f"  {fit(model_on_one_line(summary.model or '', 40), 18):<18}{figures}"
        return figures


class HitRow(PickItem):
    """A message that holds the words: where it stands, and the words among others."""

    def __init__(self, palette: Palette, hit: SearchHit, pattern: re.Pattern[str]) -> None:
        """`pattern` finds what was looked for."""
        super().__init__(palette)
        self.hit = hit
        self.pattern = pattern

    def estimate(self, width: int) -> int:
        return 2

    def render(self, width: int) -> list[Line]:
        palette, hit = self.palette, self.hit
        who = SPEAKERS.get(hit.role, "tool output")
        label = one_line(hit.thread_name or hit.title, 80)
        rest = f" · {who} · {age_text(hit.timestamp)}"
        where = f"   {fit(label, width - 3 - cell_len(rest))}{rest}"
        text = fit(one_line(hit.snippet), width - 3)
        found = [match.span() for match in self.pattern.finditer(text)]
        return [
            self.styled([(where, self.quiet)]),
            self.styled([("   ", palette.text), *highlighted(text, found, palette.text, palette)]),
        ]


class Heading(BaseItem):
    """A word over a part of the list."""

    def __init__(self, palette: Palette, text: str) -> None:
        super().__init__(palette)
        self._text = text

    def estimate(self, width: int) -> int:
        return 2

    def render(self, width: int) -> list[Line]:
        return [row([]), row([(fit(self._text, width), self.palette.primary)])]


def highlighted(
    text: str, spans: Sequence[tuple[int, int]], style: Style, palette: Palette
) -> list[tuple[str, Style]]:
    """`text` in pieces, those of `spans` marked as found."""
    pieces: list[tuple[str, Style]] = []
    at = 0
    for start, end in sorted(spans):
        if start < at:
            continue
        pieces += [(text[at:start], style), (text[start:end], palette.found)]
        at = end
    pieces.append((text[at:], style))
    return [(piece, of) for piece, of in pieces if piece]


def date_text(moment: datetime) -> str:
    """The day and the minute, where the user is."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def age_text(moment: datetime) -> str:
    """How long ago `moment` (timezone-aware) was, in a few letters."""
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for size, word in ((31_536_000, "y"), (86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {word} ago"
    return "just now"
