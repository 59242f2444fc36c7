"""The sessions as the list knows them: read in pages, matched with what is typed, changed."""

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from tyler_tui.backend import StoredSessions
from tyler_tui.store import SearchHit, ThreadSummary
from tyler_tui.tui import fuzzy
from tyler_tui.tui.items.session_row import Listed

if TYPE_CHECKING:
    from tyler_tui.tui.session_desk import SessionDesk

FIRST_PAGE, PAGE = 200, 1_000
"""How many sessions are read before anything is shown, and then at a time."""


class SessionListing:
    """Every session that is kept, or everything in the trash. Its async methods raise TylerError;
    those that change something return what to tell the user."""

    def __init__(self, stored: StoredSessions, desk: "SessionDesk") -> None:
        self._stored = stored
        self._desk = desk
        self._deleted: list[Listed] = []
        self.all: list[Listed] = []
        self.is_trash = False

    async def read(self) -> AsyncIterator[None]:
        """Read everything anew; returns to the caller with some, and when there is no more."""
        self.all = [] if self.is_trash else self._unsaid()
        known = {listed.summary.id for listed in self.all}
        size, offset = FIRST_PAGE, 0
        while True:
            page = await self._stored.list_threads(size, offset, deleted=self.is_trash)
            self.all += [self._listed(summary) for summary in page if summary.id not in known]
            known.update(summary.id for summary in page)
            is_last = len(page) < size
            if is_last or offset == 0:
                yield
            if is_last:
                return
            size, offset = PAGE, offset + size

    def fitting(self, words: Sequence[str]) -> list[Listed]:
        """The sessions that fit the words that are typed, the best first; among equals the pinned
        and the newest. An empty list fits all."""
        if not words:
            return self.all
        matches = [(fuzzy.match(words, listed.haystack), listed) for listed in self.all]
        # How long a title is says nothing about it, so that is left out of the score.
        scored = [
            (match.score + len(listed.haystack), listed) for match, listed in matches if match
        ]
        scored.sort(key=lambda pair: -pair[0])
        return [listed for _, listed in scored]

    async def search(self, text: str) -> list[SearchHit]:
        """Messages that hold every word of `text`, the newest first."""
        return await self._stored.search(text)

    def mark_changed(self, listed: Listed) -> bool:
        """Take up what the session has to say now; returns whether that is something else."""
        mark = self._desk.marks.get(listed.summary.id)
        changed, listed.mark = mark is not listed.mark, mark
        return changed

    def _listed(self, summary: ThreadSummary) -> Listed:
        shown = self._desk.shown
        is_here = shown is not None and shown.id == summary.id
        return Listed(summary, self._desk.marks.get(summary.id), is_here)

    def _unsaid(self) -> list[Listed]:
        return [
            self._listed(ThreadSummary.of(session.conversation.thread))
            for session in self._desk.unsaid
        ]

    # Changing

    async def pin(self, listed: Listed) -> str:
        """Keep a session on top, or no longer."""
        pinned = not listed.summary.pinned
        await self._stored.pin(listed.summary.id, pinned)
        return f"“{listed.label}” is {'now' if pinned else 'no longer'} on top"

    async def rename(self, listed: Listed, name: str) -> str:
        await self._desk.rename(listed.summary.id, name)
        return f"“{listed.label}” has its new name"

    async def delete(self, listed: Listed) -> str:
        """Put a session into the trash."""
        await self._desk.delete(listed.summary.id)
        if not listed.summary.message_count:
            return "nothing was said in it: it is gone"
        self._deleted.append(listed)
        return f"“{listed.label}” is in the trash"

    async def restore(self, listed: Listed) -> str:
        """Bring a session back from the trash."""
        await self._stored.restore_thread(listed.summary.id)
        self._deleted = [other for other in self._deleted if other.summary.id != listed.summary.id]
        return f"“{listed.label}” is back"

    @property
    def deleted_last(self) -> Listed | None:
        """What `restore` would undo."""
        return self._deleted[-1] if self._deleted else None
