"""How well one colour can be read on another, and making it so.

The measure is the contrast ratio of WCAG 2.2 (1 to 21); text should have READABLE, its level AA.
"""

from collections.abc import Iterable

from textual.color import Color
from textual.theme import Theme

READABLE = 4.5
_STEPS = 20


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two opaque colours."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(color: Color, grounds: Iterable[Color]) -> Color:
    """`color`, or the nearest to it on the way to white or black that can be read on all
    `grounds`. The colours of the terminal's own palette stay as they are: nobody knows them."""
    known = [ground for ground in grounds if ground.ansi is None]
    if color.ansi is not None or not known:
        return color
    end = known[0].get_contrast_text(1.0)
    for step in range(_STEPS):
        moved = color.blend(end, step / _STEPS)
        if all(contrast(moved, ground) >= READABLE for ground in known):
            return moved
    return end


def name_style(theme: Theme) -> str:
    """The style of a name among fainter words in a list. In the terminal's own colours it is that
    of its row: of the colour that the chosen row has there, nobody knows what can be read on it but
    the colour that comes with it."""
    return "" if theme.ansi else "$foreground"


def _luminance(color: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
