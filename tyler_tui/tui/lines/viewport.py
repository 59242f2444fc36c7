"""Which rows are on view: items, an anchor, and the rules of following. No widget, no drawing.

The view is anchored at a row of an item, not at a number of rows from the top. So only what is on
view is ever laid out, a session of any length opens like an empty one, and nothing that happens
above or below moves what is being read. Heights of items that were never on view are estimates;
only the scrollbar uses them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from tyler_tui.tui.lines.heights import Heights
from tyler_tui.tui.lines.item import Item
from tyler_tui.tui.markdown import Line

STEP_ROWS = 4
STEP_SHARE = 4
"""While text streams into a full view, it moves up by a STEP_SHAREth of its height at once, and by
STEP_ROWS at least: a fraction of the repaints, and steadier to read."""
STOP_SHARE = 3
"""Where following stops at an answer, at most a STOP_SHAREth of the view shows its prompt."""
LIVE_ITEMS = 8
"""So many of the last items are taken to grow while they are below the view."""


class Row(NamedTuple):
    """One row on view."""

    item: int
    line: int


class _Place(Struct):
    """Where the first row stood, in terms that survive a new layout."""

    line: Line
    block: int
    offset: int
    share: float


class Viewport:
    """Rows of `items` in a window of `width` x `height` cells.

    `follow` keeps the end on view. While `streaming`, the end may float up to `step` - 1 rows
    above the bottom edge. `mode` says how long it is kept: "tail" as long as nobody scrolls up,
    "top" until what `stop_at` names has reached the top edge, "off" not at all: then the end is
    gone to once, and the view stays there.
    """

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.width = 0
        self.height = 0
        self.follow = True
        self.streaming = False
        self.mode = "tail"
        self._stop: tuple[Item, Item] | None = None
        self._top = Row(0, 0)
        self._place: _Place | None = None
        self._heights = Heights()
        self._seen_end = Row(0, 0)

    @property
    def step(self) -> int:
        """By how many rows a full view moves up while text streams."""
        return max(STEP_ROWS, self.height // STEP_SHARE)

    def append(self, item: Item) -> None:
        self.items.append(item)
        self._heights.append(self._estimate(item))

    def prepend(self, items: Sequence[Item]) -> None:
        """Put older items above; what is on view stays where it is."""
        self.items[:0] = items
        self._heights.prepend(map(self._estimate, items))
        self._top = Row(self._top.item + len(items), self._top.line)
        self._seen_end = Row(self._seen_end.item + len(items), self._seen_end.line)

    def remove(self, item: Item) -> None:
        index = self.items.index(item)
        del self.items[index]
        self._heights.remove(index)
        if index < self._seen_end.item:
            self._seen_end = Row(self._seen_end.item - 1, self._seen_end.line)
        if index < self._top.item:
            self._top = Row(self._top.item - 1, self._top.line)
        elif index == self._top.item:
            self._top, self._place = Row(index, 0), None
        self.follow |= not self.items

    def keep(self, start: int, end: int) -> None:
        """Drop the items before `start` and from `end` on. What is on view must be among the
        others."""
        del self.items[end:]
        del self.items[:start]
        self._heights = Heights(self._heights[n] for n in range(start, end))
        self._top = Row(max(0, self._top.item - start), self._top.line)
        last = Row(max(0, self._seen_end.item - start), self._seen_end.line)
        self._seen_end = min(last, Row(len(self.items), 0))

    def clear(self) -> None:
        self.items.clear()
        self._heights = Heights()
        self._top, self._place, self._seen_end = Row(0, 0), None, Row(0, 0)
        self._stop = None
        self.follow = True

    def resize(self, width: int, height: int) -> None:
        self.height = height
        if width == self.width:
            return
        self.width = width
        item, line = self._seen_end
        old_height = self._heights[item] if item < len(self.items) else 0
        self._heights = Heights(map(self._estimate, self.items))
        if old_height:
            self._seen_end = Row(item, self._height(item) * line // old_height)

    def rows(self) -> list[Row]:
        """Lay out and return what is on view, at most `height` rows, top row first."""
        if not self.items or self.height <= 0:
            return []
        self._restore_place()
        if self.follow:
            self._follow_end()
            self._stop_following()
        rows = self._rows_from(self._top, self.height)
        if not self.follow and len(rows) < self.height - (self.step - 1) * self.streaming:
            self._top = self._back_from_end(self.height)
            rows = self._rows_from(self._top, self.height)
        if rows:
            self._top = rows[0]
        self._remember_place()
        if self._is_end(rows):
            self._seen_end = self._end()
        return rows

    def scroll(self, by: int) -> int:
        """Move the view by rows, down when positive. Reaching the end follows it again. Returns by
        how many it could be moved."""
        if not self.items or by == 0:
            return 0
        if self.follow:  # what came since it was drawn last has moved it
            self.rows()
        self._restore_place()
        if by < 0:
            top = self._back(self._top, -by)
            passed = self._rows_from(top, -by)
            moved = -(passed.index(self._top) if self._top in passed else -by)
            if moved or not self._at_end():
                self.follow, self._top = False, top
        else:
            moved = max(0, len(self._rows_from(self._top, self.height + by)) - self.height)
            self._top = self._forward(self._top, by)
            if len(self._rows_from(self._top, self.height)) < self.height or self._at_end():
                self.follow = True
        self._remember_place()
        return moved

    def to_start(self) -> None:
        self._top, self._place = Row(0, 0), None
        self.follow = self._at_end()

    def to_end(self) -> None:
        self.follow = True

    def stop_at(self, prompt: Item, head: Item) -> None:
        """In mode "top", follow what comes until `prompt` has reached the top edge; of a long one
        its last rows, so that there is room for `head` and the answer below it."""
        self._stop = (prompt, head)

    def follow_on(self) -> None:
        """Go to the end and follow it, past where it was to stop."""
        self._stop = None
        self.to_end()

    def show(self, item: int, line: int = 0, *, above: int = 2) -> None:
        """Bring a row on view, `above` rows below the top edge."""
        self.follow = False
        self._top, self._place = self._back(Row(item, line), above), None

    def keep_on_view(self, item: int) -> None:
        """Bring all rows of an item on view, by moving as little as may be; of one that is taller
        than the view the first rows."""
        if self.height <= 0:
            return
        end = self._height(item)
        if (item, 0) < self._top:
            self.follow, self._top, self._place = False, Row(item, 0), None
        elif Row(item, end - 1) not in self._rows_from(self._top, self.height):
            self.follow = False
            self._top, self._place = (
                min(self._back(Row(item, end), self.height), Row(item, 0)),
                None,
            )

    def position(self) -> tuple[int, int]:
        """(rows above the view, rows in all); estimated where nothing was laid out yet."""
        return self._heights.above(self._top.item) + self._top.line, self._heights.total

    def rows_before(self, item: int) -> int:
        """How many rows stand above an item; estimated where nothing was laid out yet."""
        return self._heights.above(item)

    @property
    def first_on_view(self) -> int:
        return self._top.item

    def scroll_to_share(self, share: float) -> None:
        """Put the row at `share` (0 to 1) of the whole at the top edge, as a scrollbar does."""
        if share >= 1 or not self.items:
            self.to_end()
            return
        self.follow = False
        self._top, self._place = Row(*self._heights.at(int(share * self._heights.total))), None

    def unseen_rows(self, rows: Sequence[Row]) -> int:
        """How many rows came in below since the end was last on view."""
        if self.follow or not rows:
            return 0
        start = max(self._seen_end, Row(rows[-1].item, rows[-1].line + 1))
        count = len(self.items)
        for index in range(max(start.item, count - LIVE_ITEMS), count):
            self._height(index)
        return max(0, self._heights.total - self._heights.above(start.item) - start.line)

    def _estimate(self, item: Item) -> int:
        return item.estimate(self.width) if self.width else 1

    def _height(self, index: int) -> int:
        height = len(self.items[index].lines(self.width))
        self._heights.set(index, height)
        return height

    def _end(self) -> Row:
        last = len(self.items) - 1
        return Row(last, self._height(last))

    def _is_end(self, rows: Sequence[Row]) -> bool:
        if not rows:
            return True
        item, line = rows[-1]
        if line + 1 < self._height(item):
            return False
        return all(self._height(i) == 0 for i in range(item + 1, len(self.items)))

    def _at_end(self) -> bool:
        return self._is_end(self._rows_from(self._top, self.height))

    def _rows_from(self, top: Row, count: int) -> list[Row]:
        rows: list[Row] = []
        index, line = top
        while len(rows) < count and index < len(self.items):
            height = self._height(index)
            rows.extend(Row(index, n) for n in range(line, min(height, line + count - len(rows))))
            index, line = index + 1, 0
        return rows

    def _follow_end(self) -> None:
        if not self.streaming:
            self._top = self._back_from_end(self.height)
            return
        content = self._rows_to_end(self._top, self.height)
        if content > self.height:
            self._top = self._back_from_end(max(1, self.height - self.step + 1))
        elif content <= self.height - self.step:
            self._top = self._back_from_end(self.height)

    def _stop_following(self) -> None:
        if self.mode == "off":
            self.follow = False
        if self.mode != "top" or self._stop is None:
            return
        prompt, head = self._stop
        last = next((n for n in reversed(range(len(self.items))) if self.items[n] is head), None)
        if last is None:
            return
        above, first = 0, last
        while first > 0 and self.items[first] is not prompt and above < self.height:
            first -= 1
            above += self._height(first)
        limit = self._back(Row(last, 0), min(above, self.height // STOP_SHARE))
        if self._top >= limit:
            self._top, self.follow, self._stop = limit, False, None

    def _rows_to_end(self, top: Row, enough: int) -> int:
        total = -top.line
        for index in range(top.item, len(self.items)):
            total += self._height(index)
            if total > enough:
                break
        return total

    def _back_from_end(self, count: int) -> Row:
        return self._back(Row(len(self.items), 0), count)

    def _back(self, row: Row, count: int) -> Row:
        index, line = row
        if index < len(self.items):
            line = min(line, self._height(index))
        while count > line:
            if index == 0:
                return Row(0, 0)
            count -= line
            index -= 1
            line = self._height(index)
        return Row(index, line - count)

    def _forward(self, row: Row, count: int) -> Row:
        index, line = row
        line += count
        while index < len(self.items) - 1 and line >= self._height(index):
            line -= self._height(index)
            index += 1
        return Row(index, min(line, max(0, self._height(index) - 1)))

    def _remember_place(self) -> None:
        index, at = self._top
        lines = self.items[index].lines(self.width) if index < len(self.items) else ()
        if self.follow or at >= len(lines):
            self._place = None
            return
        line = lines[at]
        if self._place is not None and self._place.line is line:
            return
        first = at
        while first > 0 and lines[first - 1].block == line.block:
            first -= 1
        last = at
        while last + 1 < len(lines) and lines[last + 1].block == line.block:
            last += 1
        self._place = _Place(line, line.block, at - first, (at - first) / (last - first + 1))

    def _restore_place(self) -> None:
        """Find the first row again after its item was laid out anew."""
        place, (index, at) = self._place, self._top
        if index >= len(self.items):
            self._top = Row(max(0, len(self.items) - 1), 0)
            return
        if place is None:
            return
        lines = self.items[index].lines(self.width)
        if at < len(lines) and lines[at] is place.line:
            return
        block = [n for n, line in enumerate(lines) if line.block == place.block]
        if not block:
            self._top = Row(index, min(at, max(0, len(lines) - 1)))
            return
        offset = min(round(place.share * len(block)), len(block) - 1)
        if place.offset < len(block) and lines[block[place.offset]].text == place.line.text:
            offset = place.offset
        self._top = Row(index, block[offset])
