"""A picture in characters, two pixels in each: what any terminal with colours can show."""

from itertools import groupby
from typing import TYPE_CHECKING

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tyler_tui.tui.images.fitting import HALF_BLOCK, fitted

if TYPE_CHECKING:
    from PIL.Image import Image

UPPER_HALF = "▀"


def half_blocks(image: "Image", columns: int, rows: int) -> list[Strip]:
    """`image`, which is RGB, as rows of characters within that room."""
    width, height = fitted(image.size, (columns, rows), HALF_BLOCK)
    pixels = image.resize((width, height * 2)).tobytes()
    return [
        _row(pixels[y * width * 3 :][: width * 3], pixels[(y + 1) * width * 3 :][: width * 3])
        for y in range(0, height * 2, 2)
    ]


def _row(upper: bytes, lower: bytes) -> Strip:
    pairs = [(upper[at : at + 3], lower[at : at + 3]) for at in range(0, len(upper), 3)]
    segments = [
        Segment(UPPER_HALF * len(list(same)), Style(color=_color(above), bgcolor=_color(below)))
        for (above, below), same in groupby(pairs)
    ]
    return Strip(segments, len(pairs))


def _color(pixel: bytes) -> Color:
    return Color.from_rgb(*pixel)
