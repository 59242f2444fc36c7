"""A list to pick from, of any length: rows of items, some of them to be chosen."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

from tyler_tui.tui.items.base import BaseItem
from tyler_tui.tui.items.session_row import PickItem
from tyler_tui.tui.lines.line_view import LineView


class PickList(LineView, can_focus=False):
    """The cursor stands on a PickItem. A click moves it there; a click under it chooses."""

    DEFAULT_CSS = """
    PickList { background: $surface; & .line-view--thumb { color: $foreground 35%; } }
    """

    @dataclass
    class CursorMoved(Message):
        """The cursor stands elsewhere, or on nothing."""

        item: PickItem | None

    @dataclass
    class Chosen(Message):
        """The user wants that item."""

        item: PickItem

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.cursor: PickItem | None = None

    @property
    def choices(self) -> list[PickItem]:
        return [item for item in self.viewport.items if isinstance(item, PickItem)]

    @property
    def cursor_y(self) -> int:
        """The row of the widget on which the cursor stands."""
        items = self.viewport.items
        return next((y for y, row in enumerate(self._rows) if items[row.item] is self.cursor), 0)

    def show(self, items: Sequence[BaseItem], cursor: PickItem | None = None) -> None:
        """Show `items` in place of others, with the cursor on one of them: the first, unless it is
        said."""
        self.viewport.clear()
        self.viewport.prepend(items)
        first = next((item for item in items if isinstance(item, PickItem)), None)
        self.viewport.follow = False
        self._put_cursor(cursor if cursor in items else first)

    def add(self, items: Sequence[BaseItem]) -> None:
        """Show more items below."""
        for item in items:
            self.viewport.append(item)
        if self.cursor is None:
            self._put_cursor(next(iter(self.choices), None))
        self.refresh_now()

    def move(self, by: int) -> None:
        """Move the cursor by so many choices; it stops at the ends."""
        choices = self.choices
        if choices:
            at = choices.index(self.cursor) + by if self.cursor in choices else 0
            self._put_cursor(choices[max(0, min(at, len(choices) - 1))])

    def move_pages(self, by: int) -> None:
        self.move(by * max(1, self.size.height - 2))

    def _put_cursor(self, item: PickItem | None) -> None:
        if self.cursor is not None:
            self.cursor.set_cursor(False)
        self.cursor = item
        if item is not None:
            item.set_cursor(True)
            self.keep_on_view(item)
        self.post_message(self.CursorMoved(item))

    def on_line_view_clicked(self, event: LineView.Clicked) -> None:
        event.stop()
        if event.item is self.cursor and self.cursor is not None:
            self.post_message(self.Chosen(self.cursor))
        elif isinstance(event.item, PickItem):
            self._put_cursor(event.item)
