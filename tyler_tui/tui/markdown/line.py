"""One row of text on the terminal."""

from collections.abc import Sequence

from msgspec import Struct
from rich.segment import Segment

BETWEEN_BLOCKS = -1
"""The `block` of the blank rows that stand between blocks."""


class Line(Struct, gc=False):
    """A row. `segments` are never wider than the width it was made for, and have no newline.

    `text` is what can be selected: no borders, bars or padding. `indent` is how many cells of
    such decoration stand before it. A row that `continues` the logical line above is joined to it
    with `joiner` when it is copied. `block` numbers the top-level block that it belongs to, so
    that a block that is selected whole can be copied as source. `links` are (first cell, end
    cell, address).
    """

    segments: list[Segment]
    text: str = ""
    indent: int = 0
    continues: bool = False
    joiner: str = " "
    block: int = 0
    links: Sequence[tuple[int, int, str]] = ()
    kind: str = "text"

    @property
    def width(self) -> int:
        """Cells of the whole row."""
        return sum(segment.cell_length for segment in self.segments)
