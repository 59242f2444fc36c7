"""For terminals of 256 colours, such as macOS Terminal: each colour becomes the nearest that they
have. Left to Rich, the dark ones become black, or blue."""

from functools import lru_cache

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

# xterm's palette: behind the 16 colours of the terminal's owner a cube of 6 x 6 x 6, then greys.
CUBE, GREYS = 16, 232
LEVELS = (0, 95, 135, 175, 215, 255)
DARKEST_GREY, GREY_STEP, GREY_COUNT = 8, 10, 24


class NearestColor(LineFilter):
    """Draws with the palette, and with those of the terminal's own colours that are asked for."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, _nearest(style) if style is not None else None, control)
            for text, style, control in segments
        ]


@lru_cache(1024)
def _nearest(style: Style) -> Style:
    color, ground = _of_palette(style.color), _of_palette(style.bgcolor)
    if color is style.color and ground is style.bgcolor:
        return style
    return style + Style(color=color, bgcolor=ground)


def _of_palette(color: RichColor | None) -> RichColor | None:
    if color is None or color.type is not ColorType.TRUECOLOR or color.triplet is None:
        return color
    return RichColor.from_ansi(nearest_number(color.triplet))


def nearest_number(rgb: tuple[int, int, int]) -> int:
    """The number of the colour that is nearest to `rgb`, each 0 to 255."""
    steps = [min(range(len(LEVELS)), key=lambda n: abs(LEVELS[n] - part)) for part in rgb]
    step = round((sum(rgb) / 3 - DARKEST_GREY) / GREY_STEP)
    step = max(0, min(step, GREY_COUNT - 1))
    grey = DARKEST_GREY + step * GREY_STEP
    of_cube = sum((LEVELS[n] - part) ** 2 for n, part in zip(steps, rgb, strict=True))
    if sum((grey - part) ** 2 for part in rgb) < of_cube:
        return GREYS + step
    red, green, blue = steps
    return CUBE + 36 * red + 6 * green + blue
