"""A widget of lines that scrolls: what the transcript and the tool panel are made of.

It scrolls itself and draws its own scrollbar: Textual's scrolling would lay out the whole screen
whenever the content grows.
"""

import re
from dataclasses import dataclass

from textual import events
from textual.message import Message as TextualMessage
from textual.selection import Selection

from tyler_tui.tui.lines.item import Item, all_lines
from tyler_tui.tui.lines.selectable import SelectableLines
from tyler_tui.tui.lines.viewport import Row


class LineView(SelectableLines, can_focus=True):
    """Scrolls by keys, the wheel and the scrollbar, and tells of clicks and of its ends."""

    DEFAULT_CSS = """
    LineView { height: 1fr; background: $background; color: $foreground; }
    """

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
        self._start_told_for: Item | None = None
        self._end_told_for: Item | None = None
        self.tells_start, self.tells_end = True, False
        """Whether NearStart and NearEnd are posted."""
        self._is_held = False
        """Whether the view stands still for a selection, to follow the end again after it."""

    def clear(self) -> None:
        self._start_told_for = self._end_told_for = None
        super().clear()

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

    def _scrolled(self) -> None:
        self._is_held = False
        self.refresh_now()
        self._tell(self.Moved(self))

    def _tell(self, message: TextualMessage) -> None:
        # A frame runs in the context of who asked for it. Textual would take that for the sender,
        # and a message does not bubble to its own sender.
        self.post_message(message.set_sender(self))

    # Mouse

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

    def selection_updated(self, selection: Selection | None) -> None:
        super().selection_updated(selection)
        if selection is None and self._is_held:
            self.scroll_to_end()

    # Ends

    def _lay_out(self) -> None:
        super()._lay_out()
        if self.tells_start:
            self._tell_start()
        if self.tells_end:
            self._tell_end()

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
