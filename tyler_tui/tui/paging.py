"""Scrolling by pages through a conversation of which only a part is loaded."""

from typing import TYPE_CHECKING

from tyler_tui.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tyler_tui.tui.loaded_window import LoadedWindow


class Paging:
    """Rows that are not loaded yet are owed, and scrolled when they are there: no press of a key is
    lost, however fast they come."""

    def __init__(self) -> None:
        self._owed = 0
        """Rows, down when positive."""

    def scroll(self, transcript: Transcript, window: "LoadedWindow", rows: int) -> None:
        """Scroll by rows, down when positive."""
        missing = rows - transcript.scroll_rows(rows)
        if missing == 0:
            self._owed = 0
        elif window.has_older if rows < 0 else not window.has_end:
            self._owed += missing

    def pay(self, transcript: Transcript, window: "LoadedWindow") -> None:
        """Scroll what is owed, after more was loaded."""
        owed, self._owed = self._owed, 0
        if owed:
            self.scroll(transcript, window, owed)

    def forget(self) -> None:
        """Owe nothing any more: another place is shown."""
        self._owed = 0
