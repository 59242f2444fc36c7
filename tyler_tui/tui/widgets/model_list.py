"""Thousands of models in a list: only the rows that are seen are drawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tyler_tui.figures import UNKNOWN, price_text, tokens_text
from tyler_tui.model_list import ListedModel
from tyler_tui.sanitize import one_line
from tyler_tui.tui.items.base import fit

CONTEXT, PRICE, LABEL = 8, 9, 24
"""Cells of the columns behind the name."""
LABELLED_FROM = 84
"""With fewer cells the label is left out: the heading above says most of it."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The name of a group; no choice."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A model that can be chosen. `marked` are the letters of its name that were looked for."""

    model: ListedModel
    marked: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AsTyped:
    """A name that no list has."""

    name: str


Row = Heading | Choice | AsTyped


class ModelList(ScrollView, can_focus=False):
    """Shows rows with a cursor on one of them; the keys are those of the screen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "model-list--heading",
        "model-list--name",
        "model-list--marked",
        "model-list--detail",
        "model-list--cursor",
    }

    DEFAULT_CSS = """
    ModelList {
        height: 1fr;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
        scrollbar-color: $foreground 35%;
        & .model-list--heading { color: $primary; text-style: bold; }
        & .model-list--name { color: $foreground; }
        & .model-list--marked { color: $foreground; text-style: bold underline; }
        & .model-list--detail { color: $text-muted; }
        & .model-list--cursor { background: $primary 25%; }
        &:ansi .model-list--cursor { background: ansi_default; text-style: reverse; }
    }
    """

    @dataclass
    class Chosen(Message):
        """A row was clicked."""

        row: Row

    def __init__(self, *, current: str = "", id: str | None = None) -> None:
        """`current` is the model in use, which is marked."""
        super().__init__(id=id)
        self._current = current
        self._rows: list[Row] = []
        self._cursor = -1

    @property
    def row(self) -> Row | None:
        """The row under the cursor; None when there is none to choose."""
        return self._rows[self._cursor] if 0 <= self._cursor < len(self._rows) else None

    @property
    def room(self) -> int:
        """Cells that a row has, beside the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def rows(self) -> Sequence[Row]:
        return self._rows

    def show(self, rows: Sequence[Row], cursor: int) -> None:
        """Show `rows`, with the cursor on the one with that number."""
        self._rows, self._cursor = list(rows), cursor
        self.virtual_size = Size(self.room, len(self._rows))
        self._reveal()
        self.refresh()

    def move(self, by: int) -> None:
        """Move the cursor by so many choices; from either end on to the other by one."""
        choices = [n for n, row in enumerate(self._rows) if not isinstance(row, Heading)]
        if not choices:
            return
        at = choices.index(self._cursor) if self._cursor in choices else 0
        to = (at + by) % len(choices) if abs(by) == 1 else at + by
        self._cursor = choices[max(0, min(len(choices) - 1, to))]
        self._reveal()
        self.refresh()

    def move_pages(self, by: int) -> None:
        self.move(by * max(2, self.size.height - 2))

    def _reveal(self) -> None:
        """Scroll so that the cursor is seen, and at the top the first heading too."""
        height, top = self.size.height, self.scroll_offset.y
        if self._cursor <= 1:
            top = 0
        elif self._cursor < top:
            top = self._cursor
        elif height and self._cursor >= top + height:
            top = self._cursor - height + 1
        self.scroll_to(y=top, animate=False, force=True)

    def on_resize(self) -> None:
        self.virtual_size = Size(self.room, len(self._rows))
        self._reveal()

    def on_click(self, event: events.Click) -> None:
        number = event.y + self.scroll_offset.y
        if 0 <= number < len(self._rows) and not isinstance(self._rows[number], Heading):
            self._cursor = number
            self.refresh()
            self.post_message(self.Chosen(self._rows[number]))

    def render_line(self, y: int) -> Strip:
        number, width = y + self.scroll_offset.y, self.room
        if number >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        is_here = number == self._cursor
        segments = self._segments(self._rows[number], width, is_here=is_here)
        strip = Strip(segments).adjust_cell_length(width)
        style = self.rich_style
        if is_here:
            style = self.get_component_rich_style("model-list--cursor")
        return strip.apply_style(style.background_style + Style(reverse=style.reverse))

    def _segments(self, row: Row, width: int, *, is_here: bool) -> list[Segment]:
        if isinstance(row, Heading):
            return [Segment(row.text, self._ink("heading"))]
        detail = self._ink("name" if is_here else "detail")  # muted letters are faint on a cursor
        if isinstance(row, AsTyped):
            name = self._ink("name")
            said = Segment("  as typed, whatever the lists say", detail)
            return [Segment(f"  {fit(one_line(row.name), max(8, width - 38))}", name), said]
        details = _details(row.model, width)
        room = width - 3 - cell_len(details)
        return [*self._name_of(row, room), Segment(details, detail)]

    def _ink(self, name: str) -> Style:
        """How letters are drawn, whatever lies behind them."""
        style = self.get_component_rich_style(f"model-list--{name}")
        return Style(color=style.color, bold=style.bold)

    def _name_of(self, choice: Choice, room: int) -> list[Segment]:
        name = one_line(choice.model.name, 200)
        mark = "● " if choice.model.name == self._current else "  "
        shown = set_cell_size(fit(name, room), room)
        plain, marked = self._ink("name"), self._ink("marked")
        # Where the name had to be cleaned the numbers of its letters are others.
        hits = set(choice.marked) if name == choice.model.name else set()
        letters = [
            Segment(letter, marked if number in hits else plain)
            for number, letter in enumerate(shown)
        ]
        return [Segment(mark, marked), *letters, Segment(" ", plain)]


def _details(model: ListedModel, width: int) -> str:
    info = model.info
    context = tokens_text(info.context_window) if info.context_window else UNKNOWN
    text = context.rjust(CONTEXT)
    text += price_text(info.input_price).rjust(PRICE) + price_text(info.output_price).rjust(PRICE)
    if width >= LABELLED_FROM:
        text += "  " + set_cell_size(fit(one_line(model.label), LABEL), LABEL)
    return text


def columns(width: int) -> str:
    """What stands above the columns of a list that is `width` cells wide."""
    details = "context".rjust(CONTEXT) + "in/M".rjust(PRICE) + "out/M".rjust(PRICE)
    if width >= LABELLED_FROM:
        details += "  " + "where".ljust(LABEL)
    return details.rjust(width)
