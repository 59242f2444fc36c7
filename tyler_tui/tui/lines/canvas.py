"""A widget that draws items by lines.

Nothing is mounted for an item. A frame lays out what is on view, compares it with what is on the
screen, and asks for a repaint of the rows that differ, nothing else. Frames are bounded in rate
and in the share of time they may take, so tokens gather while the machine is busy and keys do not
wait.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tyler_tui.tui.lines.item import Item, go_on, is_behind
from tyler_tui.tui.lines.scrollbar import Scrollbar
from tyler_tui.tui.lines.strips import StripCache, changed_rows
from tyler_tui.tui.lines.viewport import Row, Viewport

SCROLLBAR_CELLS = 2
"""A free column and the bar."""
FRAME_SHARE = 2.0
"""A frame that took t seconds is followed by a rest of at least FRAME_SHARE * t."""


class LineCanvas(Widget):
    """Shows `viewport.items`. Call `refresh_items` after changing one; `refresh_now` to answer a
    key or the mouse without waiting for the next frame."""

    COMPONENT_CLASSES = {"line-view--thumb", "line-view--notice"}

    frames_per_second = 15.0

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

    # Contents

    def append(self, item: Item) -> None:
        self.viewport.append(item)
        self.refresh_items()

    def prepend(self, items: Sequence[Item]) -> None:
        self.viewport.prepend(items)
        self.refresh_now()

    def remove_item(self, item: Item) -> None:
        self.viewport.remove(item)
        self.refresh_now()

    def keep(self, start: int, end: int) -> None:
        """Drop the items before `start` and from `end` on, none of which is on view."""
        self.viewport.keep(start, end)
        self.refresh_now()

    def clear(self) -> None:
        self.viewport.clear()
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

    # What is on view

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

    @property
    def unseen_rows(self) -> int:
        """Rows that came in below the view since the end was last on it."""
        return self.viewport.unseen_rows(self._rows)

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

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._cache.forget()
        self._strips = []

    def render_lines(self, crop: Region) -> list[Strip]:
        size = self.size
        if len(self._strips) != size.height or self.viewport.width != self._text_width:
            self._cache.forget()
            self._lay_out()
        strips = self._drawn(crop.y, crop.bottom)
        if crop.column_span != (0, size.width):
            strips = [strip.crop(crop.x, crop.right) for strip in strips]
        return strips

    def _drawn(self, start: int, end: int) -> list[Strip]:
        """The rows on view from `start` to `end` as they are to be painted."""
        return self._strips[start:end]

    def on_resize(self) -> None:
        self._cache.forget()
        self.refresh_now()

    def on_mount(self) -> None:
        self.refresh_items()
