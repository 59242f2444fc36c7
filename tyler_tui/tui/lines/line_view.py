"""A widget that draws items by lines: what the transcript and the tool panel are made of.

Nothing is mounted for an item. A frame lays out what is on view, compares it with what is on the
screen, and asks for a repaint of the rows that differ, nothing else. Frames are bounded in rate
and in the share of time they may take, so tokens gather while the machine is busy and keys do not
wait. The widget scrolls itself and draws its own scrollbar: Textual's scrolling would lay out the
whole screen whenever the content grows.
"""

import asyncio
import time
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region
from textual.message import Message as TextualMessage
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from tyler_tui.tui.lines import selecting
from tyler_tui.tui.lines.viewport import Item, Row, Viewport
from tyler_tui.tui.markdown import Line

SCROLLBAR_CELLS = 2
"""A free column and the bar."""
FRAME_SHARE = 2.0
"""A frame that took t seconds is followed by a rest of at least FRAME_SHARE * t."""


class LineView(Widget, can_focus=True):
    """Shows `viewport.items`. Call `refresh_items` after changing one; `refresh_now` to answer a
    key or the mouse without waiting for the next frame."""

    DEFAULT_CSS = """
    LineView { height: 1fr; background: $background; color: $foreground; }
    """
    COMPONENT_CLASSES = {"line-view--bar", "line-view--thumb", "line-view--notice"}

    frames_per_second = 18.0

    @dataclass
    class Clicked(TextualMessage):
        """An item was clicked, at a row of it and a cell of that row (gutter not counted)."""

        view: "LineView"
        item: Item
        line: int
        cell: int

        @property
        def control(self) -> "LineView":
            return self.view

    @dataclass
    class NearStart(TextualMessage):
        """The first item came on view: the moment to load what is older."""

        view: "LineView"

        @property
        def control(self) -> "LineView":
            return self.view

    @dataclass
    class Moved(TextualMessage):
        """The view was scrolled, or follows the end again."""

        view: "LineView"

        @property
        def control(self) -> "LineView":
            return self.view

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.viewport = Viewport()
        self._rows: list[Row] = []
        self._strips: list[Strip] = []
        self._cache: dict[int, tuple[Line, Strip]] = {}
        self._thumb: tuple[int, int] | None = None
        self._frame_timer: asyncio.TimerHandle | None = None
        self._next_frame_at = 0.0
        self._bar_drag: int | None = None
        self._first_ordinal = selecting.FIRST_ORDINAL
        self._start_told_for: Item | None = None

    # Contents

    def append(self, item: Item) -> None:
        self.viewport.append(item)
        self.refresh_items()

    def prepend(self, items: list[Item]) -> None:
        self._first_ordinal -= len(items)
        self.viewport.prepend(items)
        self.refresh_now()

    def remove_item(self, item: Item) -> None:
        self.viewport.remove(item)
        self.refresh_now()

    def clear(self) -> None:
        self.viewport.clear()
        self._start_told_for = None
        self.refresh_now()

    def refresh_items(self) -> None:
        """Draw what changed at the next frame."""
        if self._frame_timer is None and self.is_attached:
            delay = max(0.0, self._next_frame_at - time.monotonic())
            self._frame_timer = asyncio.get_running_loop().call_later(delay, self._draw_frame)

    def refresh_now(self) -> None:
        """Draw what changed at once."""
        if self.is_attached:
            self._draw_frame()

    def styles_changed(self) -> None:
        """Forget all drawn rows, as the theme changed."""
        self._cache.clear()
        self._strips = []
        self.refresh_now()

    # Scrolling

    def scroll_rows(self, by: int) -> None:
        self.viewport.scroll(by)
        self._scrolled()

    def scroll_pages(self, by: int) -> None:
        self.scroll_rows(by * max(1, self.size.height - 2))

    def scroll_to_start(self) -> None:
        self.viewport.to_start()
        self._scrolled()

    def scroll_to_end(self) -> None:
        self.viewport.to_end()
        self._scrolled()

    def show_item(self, item: Item, line: int = 0) -> None:
        self.viewport.show(self.viewport.items.index(item), line)
        self._scrolled()

    def _scrolled(self) -> None:
        self.refresh_now()
        self.post_message(self.Moved(self))

    # Drawing

    @property
    def _text_width(self) -> int:
        return max(1, self.size.width - SCROLLBAR_CELLS - self._gutter_width)

    @property
    def _gutter_width(self) -> int:
        items = self.viewport.items
        return items[0].gutter.cell_length if items else 0

    def _draw_frame(self) -> None:
        if self._frame_timer is not None:
            self._frame_timer.cancel()
            self._frame_timer = None
        if not self.is_attached or not self.size:
            return
        began = time.monotonic()
        old_strips, old_thumb = self._strips, self._thumb
        self._lay_out()
        changed = [
            y
            for y, strip in enumerate(self._strips)
            if y >= len(old_strips) or old_strips[y] is not strip
        ]
        width = self.size.width
        regions = [Region(0, first, width, count) for first, count in _runs(changed)]
        if old_thumb != self._thumb:
            regions.append(Region(width - 1, 0, 1, self.size.height))
        if regions:
            self.refresh(*regions)
        took = time.monotonic() - began
        rest = max(1 / self.frames_per_second - took, FRAME_SHARE * took)
        self._next_frame_at = time.monotonic() + rest

    def _lay_out(self) -> None:
        width, height = self.size
        self.viewport.resize(self._text_width, height)
        self._rows = self.viewport.rows()
        cache: dict[int, tuple[Line, Strip]] = {}
        strips: list[Strip] = []
        for row in self._rows:
            item = self.viewport.items[row.item]
            line = item.lines(self.viewport.width)[row.line]
            known = self._cache.get(id(line))
            strip = known[1] if known is not None else self._strip(item, line)
            cache[id(line)] = (line, strip)
            strips.append(strip)
        blank = self._blank_strip(width)
        strips.extend([blank] * (height - len(strips)))
        self._cache = cache
        self._strips = strips
        self._thumb = self._thumb_span(height)
        self._tell_start()

    def _strip(self, item: Item, line: Line) -> Strip:
        gutter = item.gutter
        used = gutter.cell_length + sum(segment.cell_length for segment in line.segments)
        room = self.size.width - 1 - used
        segments = [gutter, *line.segments]
        if room > 0:
            segments.append(Segment(" " * room, item.fill))
        return self._finished(Strip(segments))

    def _blank_strip(self, width: int) -> Strip:
        return self._finished(Strip([Segment(" " * (width - 1))], width - 1))

    def _finished(self, strip: Strip) -> Strip:
        """With the widget's own colours beneath, and through the app's filters (NO_COLOR, dim)."""
        strip = strip.apply_style(self.rich_style)
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip.simplify()

    def _thumb_span(self, height: int) -> tuple[int, int] | None:
        above, total = self.viewport.position()
        if total <= height or height < 2:
            return None
        size = max(1, height * height // total)
        if self.viewport.follow:
            return height - size, size
        return min(height - size, round(above / max(1, total - height) * (height - size))), size

    def _bar_cell(self, y: int) -> Segment:
        thumb = self._thumb
        if thumb is None:
            return Segment(" ", self.rich_style)
        on_thumb = thumb[0] <= y < thumb[0] + thumb[1]
        name = "line-view--thumb" if on_thumb else "line-view--bar"
        return Segment("┃" if on_thumb else "│", self.get_component_rich_style(name))

    def render_lines(self, crop: Region) -> list[Strip]:
        if len(self._strips) != self.size.height or self.viewport.width != self._text_width:
            self._cache.clear()
            self._lay_out()
        selection = self.text_selection
        strips: list[Strip] = []
        for y in crop.line_range:
            strip = self._strips[y]
            if selection is not None and y < len(self._rows):
                strip = self._with_selection(strip, self._rows[y], selection)
            strip = Strip([*strip, self._bar_cell(y)], self.size.width)
            strips.append(strip.crop(crop.x, crop.right))
        return strips

    # Selecting text

    def render_line(self, y: int) -> Strip:
        """The row with the offsets that Textual's selection asks for; painting does without."""
        if not self._rows:
            return self._strips[y] if y < len(self._strips) else Strip([])
        row = self._rows[min(y, len(self._rows) - 1)]
        item = self.viewport.items[row.item]
        line = item.lines(self.viewport.width)[row.line]
        at = selecting.offset_y(self._first_ordinal, row)
        if y >= len(self._rows):
            end = Style.from_meta({"offset": (len(line.text), at)})
            return Strip([Segment(" " * self.size.width, end)])
        lead = self._gutter_width + line.indent
        start = Style.from_meta({"offset": (-lead, at)})
        text = Style.from_meta({"offset": (0, at)})
        return Strip([Segment(" " * lead, start), Segment(line.text, text)])

    def _with_selection(self, strip: Strip, row: Row, selection: Selection) -> Strip:
        line = self.viewport.items[row.item].lines(self.viewport.width)[row.line]
        span = selecting.selected_cells(
            line, selecting.offset_y(self._first_ordinal, row), selection
        )
        if span is None:
            return strip
        lead = self._gutter_width + line.indent
        style = self.screen.get_component_rich_style("screen--selection")
        return selecting.highlight(strip, lead + span[0], lead + span[1], style)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        text = selecting.selected_text(
            self.viewport.items, self.viewport.width, self._first_ordinal, selection
        )
        return (text, "\n") if text else None

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    # Events

    def on_resize(self) -> None:
        self._cache.clear()
        self.refresh_now()

    def on_mount(self) -> None:
        self.refresh_items()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        event.prevent_default()
        self.scroll_rows(-3)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        event.prevent_default()
        self.scroll_rows(3)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if event.x == self.size.width - 1 and self._thumb is not None:
            event.stop()
            start, size = self._thumb
            on_thumb = start <= event.y < start + size
            self._bar_drag = event.y - start if on_thumb else size // 2
            self.capture_mouse()
            self._drag_bar(event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._bar_drag is not None:
            event.stop()
            self._drag_bar(event.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._bar_drag is not None:
            event.stop()
            self._bar_drag = None
            self.release_mouse()

    def _drag_bar(self, y: int) -> None:
        if self._thumb is None or self._bar_drag is None:
            return
        room = max(1, self.size.height - self._thumb[1])
        start = y - self._bar_drag
        total = self.viewport.position()[1]
        if start >= room:
            self.viewport.to_end()
        else:
            share = max(0, start) / room * max(0, total - self.size.height) / max(1, total)
            self.viewport.scroll_to_share(share)
        self._scrolled()

    def on_click(self, event: events.Click) -> None:
        if event.x >= self.size.width - 1 or event.y >= len(self._rows):
            return
        if self.screen.get_selected_text():
            return
        row = self._rows[event.y]
        item = self.viewport.items[row.item]
        self.post_message(self.Clicked(self, item, row.line, event.x - self._gutter_width))

    def _tell_start(self) -> None:
        if self._rows and self._rows[0].item == 0 and self.viewport.items:
            first = self.viewport.items[0]
            if self._start_told_for is not first:
                self._start_told_for = first
                self.post_message(self.NearStart(self))

    @property
    def unseen_rows(self) -> int:
        """Rows that came in below the view since the end was last on it."""
        return self.viewport.unseen_rows(self._rows)

    def offset_of(self, row: Row) -> Offset:
        """The selection offset of a row's start."""
        return Offset(0, selecting.offset_y(self._first_ordinal, row))


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers joined: (first, count) each."""
    runs: list[tuple[int, int]] = []
    for y in rows:
        if runs and runs[-1][0] + runs[-1][1] == y:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((y, 1))
    return runs
