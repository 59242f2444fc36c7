"""What all items share: a cache of their rows, and how a row is made."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tyler_tui.tui.items.gradual import GradualRows, Rows
from tyler_tui.tui.markdown import Line
from tyler_tui.tui.palette import Palette

if TYPE_CHECKING:
    from tyler_tui.messages import Attachment

GUTTER = 2
"""Cells left of every row."""


class BaseItem:
    """An item whose rows are made by `render` and kept until `changed` or another width. Very many
    are made over several frames."""

    def __init__(self, palette: Palette) -> None:
        self.palette = palette
        self._made: GradualRows | None = None
        self._width = 0
        self.is_marked = False
        """Whether the message that this is a part of is marked."""

    @property
    def gutter(self) -> Segment:
        return Segment("┃ ", self.palette.mark) if self.is_marked else self.bar

    @property
    def bar(self) -> Segment:
        """What stands left of the rows while nothing is marked."""
        return Segment(" " * GUTTER, self.fill)

    @property
    def fill(self) -> Style | None:
        return None

    def lines(self, width: int) -> Sequence[Line]:
        if self._made is None or width != self._width:
            self._made = GradualRows(self.render(width))
            self._width = width
        self._made.make()
        return self._made.rows

    @property
    def is_behind(self) -> bool:
        """Whether `lines` is to give more."""
        return self._made is not None and self._made.is_behind

    def go_on(self) -> None:
        """Let `lines` give more."""
        if self._made is not None:
            self._made.go_on()

    def render(self, width: int) -> Rows:
        """All rows at `width`, made as they are asked for where there may be many."""
        raise NotImplementedError

    def estimate(self, width: int) -> int:
        return 1

    def source_of(self, block: int) -> str | None:
        return None

    def changed(self) -> None:
        """The rows must be made again."""
        self._made = None

    def set_palette(self, palette: Palette) -> None:
        self.palette = palette
        self.changed()

    def command_at(self, line: int, cell: int) -> str | None:
        """The id of the command that a click there asks for."""
        return None

    @property
    def images(self) -> "Sequence[Attachment]":
        """The images that it has a line for."""
        return ()

    def image_at(self, line: int, cell: int) -> "Attachment | None":
        """The image that a click there opens."""
        return None

    def click(self, line: int, cell: int) -> bool:
        """React to a click; returns whether the item changed."""
        return False


class Gap(BaseItem):
    """A blank row between items."""

    def render(self, width: int) -> list[Line]:
        return [row([])]


def row(
    segments: Sequence[tuple[str, Style | None]],
    *,
    block: int = 0,
    decoration: int = 0,
    kind: str = "text",
) -> Line:
    """A row of (text, style) pieces, of which the first `decoration` pieces are not for copying."""
    return Line(
        segments=[Segment(text, style) for text, style in segments if text],
        text="".join(text for text, _ in segments[decoration:]),
        indent=sum(cell_len(text) for text, _ in segments[:decoration]),
        block=block,
        kind=kind,
    )


def fit(text: str, width: int) -> str:
    """`text` cut to `width` cells, with an ellipsis when it was cut."""
    if cell_len(text) <= width:
        return text
    kept, used = [], 0
    for character in text:
        used += cell_len(character)
        if used > width - 1:
            break
        kept.append(character)
    return "".join(kept) + "…"
