"""Rows as strips, made once for as long as they are on view."""

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tyler_tui.tui.lines.compact import CompactStrip
from tyler_tui.tui.lines.item import Item
from tyler_tui.tui.markdown import Line
from tyler_tui.tui.markdown.styles import same_look

THUMB = "┃"


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


class _Looks:
    """What of a widget's style goes into its rows, asked for once: the answers cost more than the
    rows do."""

    def __init__(self, widget: Widget) -> None:
        self.width = widget.size.width
        self.thumb = widget.get_component_rich_style("line-view--thumb")
        self._base = widget.rich_style
        self._background = widget.background_colors[1]
        self._filters = widget.get_line_filters()

    def finished(self, segments: list[Segment]) -> list[Segment]:
        """With the widget's own colours beneath, and through the app's filters (NO_COLOR, dim)."""
        segments = list(Segment.apply_style(segments, self._base))
        for line_filter in self._filters:
            segments = line_filter.apply(segments, self._background)
        return _joined(segments)


def _joined(segments: Iterable[Segment]) -> list[Segment]:
    """Neighbours of the same style as one."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and same_look(joined[-1].style, segment.style):
            joined[-1] = Segment(joined[-1].text + segment.text, segment.style)
        else:
            joined.append(segment)
    return joined


class StripCache:
    """Strips as wide as `widget`, the cell of the scrollbar included. The same line gives the same
    strip until `forget`; what a frame did not ask for is dropped at its end."""

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._known: dict[tuple[int, bool], tuple[Line | None, Strip]] = {}
        self._used: dict[tuple[int, bool], tuple[Line | None, Strip]] = {}
        self._looks: _Looks | None = None

    def forget(self) -> None:
        """The width or the colours changed."""
        self._known = {}
        self._looks = None

    def strip(self, item: Item, line: Line, *, on_thumb: bool) -> Strip:
        key = id(line), on_thumb
        known = self._known.get(key)
        if known is None:
            known = line, self._made([item.gutter, *line.segments], item.fill, on_thumb)
        self._used[key] = known
        return known[1]

    def blank(self, *, on_thumb: bool) -> Strip:
        """A row below the last."""
        key = 0, on_thumb
        known = self._used.get(key) or self._known.get(key)
        if known is None:
            known = None, self._made([], None, on_thumb)
        self._used[key] = known
        return known[1]

    def end_frame(self) -> None:
        self._known, self._used = self._used, {}

    def _made(self, segments: list[Segment], fill: Style | None, on_thumb: bool) -> Strip:
        if self._looks is None:
            self._looks = _Looks(self._widget)
        used = sum(segment.cell_length for segment in segments)
        room = max(0, self._looks.width - 1 - used)
        if room:
            segments.append(Segment(" " * room, fill))
        segments.append(Segment(THUMB, self._looks.thumb) if on_thumb else Segment(" "))
        return CompactStrip(self._looks.finished(segments), used + room + 1)
