"""For GNU screen, which shows what is in italics in reverse video: that is what its own terminal
has the code for."""

from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_UPRIGHT = Style(italic=False)


class WithoutItalics(LineFilter):
    """Has all text stand upright."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [
            Segment(text, _upright(style) if style is not None and style.italic else style, control)
            for text, style, control in segments
        ]


@lru_cache(256)
def _upright(style: Style) -> Style:
    return style + _UPRIGHT
