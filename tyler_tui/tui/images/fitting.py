"""How many cells a picture takes."""

from typing import NamedTuple


class CellSize(NamedTuple):
    """A character's place on the screen, in pixels."""

    width: int
    height: int


HALF_BLOCK = CellSize(1, 2)
"""What two halves of a character, one above the other, can show."""


def fitted(pixels: tuple[int, int], room: tuple[int, int], cell: CellSize) -> tuple[int, int]:
    """The columns and rows, at least one each, in which a picture keeps its shape within `room`
    (columns, rows); never more than its pixels fill."""
    width, height = pixels
    scale = min(room[0] * cell.width / width, room[1] * cell.height / height, 1.0)
    columns, rows = round(width * scale / cell.width), round(height * scale / cell.height)
    return min(max(1, columns), room[0]), min(max(1, rows), room[1])
