"""Rows as strips, made once for as long as they are on view."""

from collections.abc import Sequence

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tyler_tui.tui.lines.viewport import Item
from tyler_tui.tui.markdown import Line


def changed_rows(old: Sequence[Strip], new: Sequence[Strip], width: int) -> list[Region]:
    """The rows of `new` that are not those of `old`, neighbours as one region."""
    regions: list[Region] = []
    for y, strip in enumerate(new):
        if y < len(old) and old[y] is strip:
            continue
        if regions and regions[-1].bottom == y:
            regions[-1] = Region(0, regions[-1].y, width, regions[-1].height + 1)
        else:
            regions.append(Region(0, y, width, 1))
    return regions


class StripCache:
    """Strips of `widget`, one cell narrower than it. The same line gives the same strip until
    `forget`; what a frame did not ask for is dropped at its end."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._known: dict[int, tuple[Line, Strip]] = {}
        self._used: dict[int, tuple[Line, Strip]] = {}
        self._blank: Strip | None = None

    def forget(self) -> None:
        """The width or the colours changed."""
        self._known = {}
        self._blank = None

    def strip(self, item: Item, line: Line) -> Strip:
        known = self._known.get(id(line)) or (line, self._made(item, line))
        self._used[id(line)] = known
        return known[1]

    def blank(self) -> Strip:
        """A row below the last."""
        if self._blank is None:
            width = self._widget.size.width - 1
            self._blank = self._finished(Strip([Segment(" " * width)], width))
        return self._blank

    def end_frame(self) -> None:
        self._known, self._used = self._used, {}

    def _made(self, item: Item, line: Line) -> Strip:
        gutter = item.gutter
        used = gutter.cell_length + sum(segment.cell_length for segment in line.segments)
        room = self._widget.size.width - 1 - used
        segments = [gutter, *line.segments]
        if room > 0:
            segments.append(Segment(" " * room, item.fill))
        return self._finished(Strip(segments))

    def _finished(self, strip: Strip) -> Strip:
        """With the widget's own colours beneath, and through the app's filters (NO_COLOR, dim)."""
        strip = strip.apply_style(self._widget.rich_style)
        background = self._widget.background_colors[1]
        for line_filter in self._widget.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip.simplify()
