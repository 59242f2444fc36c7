"""Rows of a widget that are painted once and kept until it is refreshed.

Whenever anything changes, Textual asks every widget on the screen for its rows, those beneath
others too. For a container of 40 blank rows the answer takes a third as long as a frame of the
transcript, though nobody sees it.
"""

from typing import TYPE_CHECKING, Any, Self

from textual.geometry import Region, Size
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.widget import Widget as _Base
else:
    _Base = object  # a widget takes its style sheet from the first of its bases that is one


class KeptRows(_Base):
    """Stands before the widget's own base, in widgets that change seldom."""

    _painted: list[Strip] | None = None
    _painted_for: tuple[Region, Size] | None = None

    def render_lines(self, crop: Region) -> list[Strip]:
        wanted = crop, self.size
        if self._painted is None or self._painted_for != wanted:
            self._painted, self._painted_for = super().render_lines(crop), wanted
        return self._painted

    def refresh(self, *regions: Region, **options: Any) -> Self:
        self._painted = None
        return super().refresh(*regions, **options)

    def notify_style_update(self) -> None:
        self._painted = None
        super().notify_style_update()
