"""The rows of the list of sessions: what fits the text that is typed, and what a search finds."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import work
from textual.message import Message
from textual.timer import Timer

from tyler_tui.errors import TylerError
from tyler_tui.tui.items.session_row import Heading, HitRow, Listed, SessionRow
from tyler_tui.tui.open_session import words_pattern
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.session_listing import SessionListing
from tyler_tui.tui.widgets.pick_list import PickList

SEARCH_SECONDS = 0.15
"""The search begins when nothing was typed for so long."""
FOUND = "In what was said, and in what tools gave back"


class SessionList(PickList):
    """Shows the sessions of `listing`, and what a search for `text` finds in them."""

    @dataclass
    class Filled(Message):
        """Other rows are shown: so many sessions, and so many messages that a search that is over
        has found."""

        sessions: int
        hits: int
        is_searching: bool

    @dataclass
    class Failed(Message):
        """Something could not be read."""

        error: TylerError

    def __init__(self, listing: SessionListing) -> None:
        super().__init__()
        self.text = ""
        """What was looked for last."""
        self._listing = listing
        self._rows_by_id: dict[str, SessionRow] = {}
        """Kept from key to key: making ten thousand takes longer than finding among them."""
        self._shown = 0
        self.is_loading = True
        """Whether there are sessions that are not listed yet."""
        self._timer: Timer | None = None

    @property
    def chosen(self) -> Listed | None:
        """The session under the cursor."""
        return self.cursor.listed if isinstance(self.cursor, SessionRow) else None

    def neighbour(self, listed: Listed) -> Listed | None:
        """The session below that one, or else the one above."""
        shown = [row.listed for row in self.choices if isinstance(row, SessionRow)]
        at = shown.index(listed)
        near = shown[at + 1 : at + 2] or shown[max(0, at - 1) : at]
        return near[0] if near else None

    @work(exclusive=True, group="load")
    async def load(self, cursor_id: str | None = None) -> None:
        """List everything anew, with the cursor on that session."""
        self.is_loading = True
        try:
            async for _ in self._listing.read():
                self._fill(cursor_id)
                cursor_id = self.chosen.summary.id if self.chosen is not None else None
        except TylerError as error:
            self.post_message(self.Failed(error))
        self.is_loading = False

    def look_for(self, text: str) -> None:
        """List what fits `text`; behind it comes what a search finds."""
        self.text = text.strip()
        self._fill()

    def marks_changed(self) -> None:
        """Show what the open sessions have to say now."""
        for item in self.choices:
            if isinstance(item, SessionRow) and self._listing.mark_changed(item.listed):
                item.changed()
        self.refresh_items()

    def _fill(self, cursor_id: str | None = None) -> None:
        words, palette = self.text.casefold().split(), self._palette
        rows = [self._row_of(listed, words, palette) for listed in self._listing.fitting(words)]
        cursor = next((row for row in rows if row.listed.summary.id == cursor_id), None)
        self.show(rows, cursor)
        self._shown = len(rows)
        self._tell(self.Filled(self._shown, 0, is_searching=self._begin_search()))

    def _row_of(self, listed: Listed, words: Sequence[str], palette: Palette) -> SessionRow:
        row = self._rows_by_id.get(listed.summary.id)
        if row is None or row.listed is not listed:
            row = self._rows_by_id[listed.summary.id] = SessionRow(palette, listed)
        row.mark_words(words)
        return row

    @property
    def _palette(self) -> Palette:
        return Palette.from_theme(self.app.current_theme)

    def _begin_search(self) -> bool:
        """Look into the messages soon; returns whether there is anything to look for."""
        if self._timer is not None:
            self._timer.stop()
        text = self.text
        if self._listing.is_trash or (len(text) < 2 and text.isascii()):
            return False
        self._timer = self.set_timer(SEARCH_SECONDS, lambda: self._search(text))
        return True

    @work(exclusive=True, group="search")
    async def _search(self, text: str) -> None:
        try:
            hits = await self._listing.search(text)
        except TylerError as error:
            self.post_message(self.Failed(error))
            return
        if text != self.text or self._listing.is_trash:
            return
        if hits:
            palette, pattern = self._palette, words_pattern(text.split())
            found = [HitRow(palette, hit, pattern) for hit in hits]
            self.add([Heading(palette, FOUND), *found])
        self._tell(self.Filled(self._shown, len(hits), is_searching=False))
