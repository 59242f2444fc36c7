"""A scrollbar for a view that knows its whole height only about."""

from tyler_tui.tui.lines.viewport import Viewport


class Scrollbar:
    """Where the thumb is, and what dragging it does to the viewport."""

    def __init__(self, viewport: Viewport) -> None:
        self._viewport = viewport
        self._grip: int | None = None
        self.thumb: tuple[int, int] | None = None
        """(first row, rows); None when everything is on view."""

    @property
    def is_dragged(self) -> bool:
        return self._grip is not None

    def update(self) -> None:
        """Take the thumb from the viewport."""
        above, total = self._viewport.position()
        height = self._viewport.height
        if total <= height or height < 2:
            self.thumb = None
            return
        size = max(1, height * height // total)
        room = height - size
        start = room if self._viewport.follow else round(above / (total - height) * room)
        self.thumb = min(room, start), size

    def covers(self, y: int) -> bool:
        """Whether the thumb is at row `y`."""
        return self.thumb is not None and self.thumb[0] <= y < sum(self.thumb)

    def press(self, y: int) -> bool:
        """Take hold of the thumb, or bring it under the pointer. False without a thumb."""
        if self.thumb is None:
            return False
        start, size = self.thumb
        self._grip = y - start if self.covers(y) else size // 2
        self.drag(y)
        return True

    def drag(self, y: int) -> None:
        """Move what is on view with the thumb."""
        if self.thumb is None or self._grip is None:
            return
        height = self._viewport.height
        room = max(1, height - self.thumb[1])
        start = y - self._grip
        if start >= room:
            self._viewport.to_end()
            return
        total = self._viewport.position()[1]
        below = max(0, total - height) / max(1, total)
        self._viewport.scroll_to_share(max(0, start) / room * below)

    def release(self) -> None:
        self._grip = None
