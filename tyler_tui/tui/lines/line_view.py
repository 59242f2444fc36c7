"""A widget that draws items by lines: what the transcript and the tool panel are made of.

Nothing is mounted for an item. A frame lays out what is on view, compares it with what is on the
screen, and asks for a repaint of the rows that differ, nothing else. Frames are bounded in rate
and in the share of time they may take, so tokens gather while the machine is busy and keys do not
wait. The widget scrolls itself and draws its own scrollbar: Textual's scrolling would lay out the
whole screen whenever the content grows.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message as TextualMessage
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from tyler_tui.tui.lines import selecting
from tyler_tui.tui.lines.item import Item, all_lines, go_on, is_behind
from tyler_tui.tui.lines.scrollbar import Scrollbar
from tyler_tui.tui.lines.strips import StripCache, changed_rows
from tyler_tui.tui.lines.viewport import Row, Viewport

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
    COMPONENT_CLASSES = {"line-view--thumb", "line-view--notice"}

    frames_per_second = 15.0

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
    class NearEnd(TextualMessage):
        """The last item came on view: the moment to load what is newer."""

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
        self._cache = StripCache(self)
        self._scrollbar = Scrollbar(self.viewport)
        self._unfinished: list[Item] = []
        """Items on view that have more rows than the last frame took time for."""
        self._frame_timer: asyncio.TimerHandle | None = None
        self._next_frame_at = 0.0
        self._first_ordinal = selecting.FIRST_ORDINAL
        self._start_told_for: Item | None = None
        self._end_told_for: Item | None = None
        self.tells_start, self.tells_end = True, False
        """Whether NearStart and NearEnd are posted."""
        self._is_held = False
        """Whether the view stands still for a selection, to follow the end again after it."""

    # Contents

    def append(self, item: Item) -> None:
        self.viewport.append(item)
        self.refresh_items()

    def prepend(self, items: Sequence[Item]) -> None:
        self._first_ordinal -= len(items)
        self.viewport.prepend(items)
        self.refresh_now()

    def remove_item(self, item: Item) -> None:
        self.viewport.remove(item)
        self.refresh_now()

    def keep(self, start: int, end: int) -> None:
        """Drop the items before `start` and from `end` on, none of which is on view."""
        self._first_ordinal += start
        self.viewport.keep(start, end)
        self.refresh_now()

    def clear(self) -> None:
        self.viewport.clear()
        self._start_told_for = self._end_told_for = None
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
        self._cache.forget()
        self._strips = []
        self.refresh_now()

    # Scrolling

    def scroll_rows(self, by: int) -> int:
        """Returns by how many rows the view could be moved."""
        moved = self.viewport.scroll(by)
        self._scrolled()
        return moved

    def scroll_pages(self, by: int) -> None:
        self.scroll_rows(by * self.page_rows)

    @property
    def page_rows(self) -> int:
        """The rows of a page: two stay on view."""
        return max(1, self.size.height - 2)

    def scroll_to_start(self) -> None:
        self.viewport.to_start()
        self._scrolled()

    def scroll_to_end(self) -> None:
        self.viewport.to_end()
        self._scrolled()

    def show_item(self, item: Item, line: int = 0, *, above: int = 2) -> None:
        self.viewport.show(self.viewport.items.index(item), line, above=above)
        self._scrolled()

    async def show_match(self, item: Item, pattern: re.Pattern[str]) -> None:
        """Bring on view the first row of `item` in which `pattern` finds something, or else its
        first row."""
        lines = await all_lines(item, self.viewport.width or self._text_width)
        found = (number for number, line in enumerate(lines) if pattern.search(line.text))
        self.show_item(item, next(found, 0))

    def ensure_visible(self, item: Item) -> None:
        """Bring the first row of `item` on view, if it is not there already."""
        index = self.viewport.items.index(item)
        if Row(index, 0) not in self._rows:
            self.show_item(item)

    def keep_on_view(self, item: Item) -> None:
        """Bring all rows of `item` on view, by moving as little as may be."""
        self.viewport.keep_on_view(self.viewport.items.index(item))
        self._scrolled()

    @property
    def on_view(self) -> list[Item]:
        """The items of which a row is on view."""
        numbers = dict.fromkeys(row.item for row in self._rows)
        return [self.viewport.items[number] for number in numbers]

    def text_on_view(self, start: int, end: int) -> Iterator[tuple[str, int]]:
        """The text of each row on view from `start` to `end`, and the cell at which it begins."""
        for row in self._rows[start:end]:
            line = self.viewport.items[row.item].lines(self.viewport.width)[row.line]
            yield line.text, self._gutter_width + line.indent

    @property
    def top(self) -> tuple[int, int]:
        """The number of the first item on view, and the row of it that is the top one."""
        return self._rows[0] if self._rows else (0, 0)

    def rows_on_view(self) -> Iterator[tuple[Item, int]]:
        """The item of each row on view, and which row of it that is."""
        for row in self._rows:
            yield self.viewport.items[row.item], row.line

    @property
    def last_on_view(self) -> int:
        """The number of the last item of which a row is on view."""
        return self._rows[-1].item if self._rows else 0

    def _scrolled(self) -> None:
        self._is_held = False
        self.refresh_now()
        self._tell(self.Moved(self))

    def _tell(self, message: TextualMessage) -> None:
        # A frame runs in the context of who asked for it. Textual would take that for the sender,
        # and a message does not bubble to its own sender.
        self.post_message(message.set_sender(self))

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
        for item in self._unfinished:
            go_on(item)
        old = self._strips
        self._lay_out()
        if regions := changed_rows(old, self._strips, self.size.width):
            self.refresh(*regions)
        took = time.monotonic() - began
        rest = max(1 / self.frames_per_second - took, FRAME_SHARE * took)
        self._next_frame_at = time.monotonic() + rest
        self._unfinished = [item for item in self.on_view if is_behind(item)]
        if self._unfinished:
            self.refresh_items()

    def _lay_out(self) -> None:
        height = self.size.height
        self.viewport.resize(self._text_width, height)
        self._rows = self.viewport.rows()
        self._scrollbar.update()
        cache, on_thumb = self._cache, self._scrollbar.covers
        strips: list[Strip] = []
        for number, rows in groupby(self._rows, key=attrgetter("item")):
            item = self.viewport.items[number]
            lines = item.lines(self.viewport.width)
            for row in rows:
                strips.append(cache.strip(item, lines[row.line], on_thumb=on_thumb(len(strips))))
        for y in range(len(strips), height):
            strips.append(cache.blank(on_thumb=on_thumb(y)))
        cache.end_frame()
        self._strips = strips
        if self.tells_start:
            self._tell_start()
        if self.tells_end:
            self._tell_end()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._cache.forget()
        self._strips = []

    def render_lines(self, crop: Region) -> list[Strip]:
        size = self.size
        if len(self._strips) != size.height or self.viewport.width != self._text_width:
            self._cache.forget()
            self._lay_out()
        strips = self._strips[crop.y : crop.bottom]
        selection = self.text_selection
        if selection is not None:
            for n, row in enumerate(self._rows[crop.y : crop.bottom]):
                strips[n] = self._with_selection(strips[n], row, selection)
        if crop.column_span != (0, size.width):
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
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
        spans = [(lead + span[0], lead + span[1])]
        return selecting.highlight(strip, spans, selecting.style_of(self))

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        text = selecting.selected_text(
            self.viewport.items, self.viewport.width, self._first_ordinal, selection
        )
        return (text, "\n") if text else None

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()
        if selection is None and self._is_held:
            self.scroll_to_end()

    # Events

    def on_resize(self) -> None:
        self._cache.forget()
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
        if event.x == self.size.width - 1 and self._scrollbar.press(event.y):
            event.stop()
            self.capture_mouse()
            self._scrolled()
        elif self.viewport.follow:  # text that moves under the mouse cannot be selected
            self.viewport.follow = False
            self._is_held = True

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self._scrollbar.is_dragged:
            event.stop()
            self._scrollbar.drag(event.y)
            self._scrolled()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        if self._scrollbar.is_dragged:
            event.stop()
            self._scrollbar.release()
            self.release_mouse()
        elif self._is_held and not self.screen.get_selected_text():
            self.scroll_to_end()

    def on_click(self, event: events.Click) -> None:
        if event.x >= self.size.width - 1 or event.y >= len(self._rows):
            return
        if self.screen.get_selected_text():
            return
        row = self._rows[event.y]
        item = self.viewport.items[row.item]
        self._tell(self.Clicked(self, item, row.line, event.x - self._gutter_width))

    def tell_edges_again(self) -> None:
        """Post NearStart and NearEnd again when they hold, though they were posted before."""
        self._start_told_for = self._end_told_for = None
        self.refresh_items()

    def _tell_start(self) -> None:
        if self._rows and self._rows[0].item == 0 and self.viewport.items:
            first = self.viewport.items[0]
            if self._start_told_for is not first:
                self._start_told_for = first
                self._tell(self.NearStart(self))

    def _tell_end(self) -> None:
        items = self.viewport.items
        if self._rows and self._rows[-1].item == len(items) - 1:
            last = items[-1]
            if self._end_told_for is not last:
                self._end_told_for = last
                self._tell(self.NearEnd(self))

    @property
    def unseen_rows(self) -> int:
        """Rows that came in below the view since the end was last on it."""
        return self.viewport.unseen_rows(self._rows)
