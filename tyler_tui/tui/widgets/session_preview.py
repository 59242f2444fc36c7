"""The last messages of a session, or those round a place in it, beside the list."""

import re
from collections.abc import Sequence

from textual import events, work
from textual.timer import Timer

from tyler_tui.backend import StoredSessions
from tyler_tui.errors import TylerError
from tyler_tui.messages import Message
from tyler_tui.sanitize import model_on_one_line, one_line, sanitize
from tyler_tui.store import ThreadSummary
from tyler_tui.tui.items.base import BaseItem, Gap, fit, row
from tyler_tui.tui.items.cards import Notice
from tyler_tui.tui.items.reply import Reply
from tyler_tui.tui.items.session_row import HitRow, PickItem, SessionRow, date_text, highlighted
from tyler_tui.tui.items.user import UserPrompt
from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.markdown import Line, wrap_text
from tyler_tui.tui.palette import Palette

REST_SECONDS = 0.08
"""The cursor has to rest so long before anything is read."""
MESSAGES = 6
MAX_CHARACTERS = 4_000
"""So much of a message is shown; of one in which words were found, so much round the first."""


class SessionPreview(LineView, can_focus=False):
    """Follows the cursor of the list; it can be scrolled with the wheel."""

    DEFAULT_CSS = """
    SessionPreview {
        background: $background;
        & .line-view--thumb { color: $foreground 35%; }
    }
    """

    def __init__(self, stored: StoredSessions) -> None:
        super().__init__()
        self._stored = stored
        self._timer: Timer | None = None

    def follow(self, item: PickItem | None) -> None:
        """Show what the cursor stands on, once it rests there."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(REST_SECONDS, lambda: self._read(item)) if item else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()

    @work(exclusive=True)
    async def _read(self, item: PickItem) -> None:
        palette = Palette.from_theme(self.app.current_theme)
        try:
            if isinstance(item, SessionRow):
                summary = item.listed.summary
                messages = await self._stored.messages(summary.id, limit=MESSAGES)
                self._show([_Head(palette, summary), *_items(palette, messages)])
            elif isinstance(item, HitRow):
                id, through = item.hit.thread_id, item.hit.message_id
                *before, hit = await self._stored.messages(id, limit=2, through=through)
                excerpt = _Excerpt(palette, hit, item.pattern)
                self._show([*_items(palette, before), Gap(palette), excerpt])
        except TylerError as error:
            self._show([Notice(palette, error.message)])

    def _show(self, items: Sequence[BaseItem]) -> None:
        self.viewport.clear()
        self.viewport.prepend(items)
        self.refresh_now()


def _items(palette: Palette, messages: Sequence[Message]) -> list[BaseItem]:
    """What was said in `messages`."""
    items: list[BaseItem] = []
    for message in messages:
        text = message.content[:MAX_CHARACTERS]
        if message.role == "user":
            items += [Gap(palette), UserPrompt(palette, text)]
        elif message.role == "assistant" and text.strip():
            items += [Gap(palette), Reply(palette, text)]
    return items


class _Head(BaseItem):
    """What the session is."""

    def __init__(self, palette: Palette, summary: ThreadSummary) -> None:
        super().__init__(palette)
        self._summary = summary

    def render(self, width: int) -> list[Line]:
        summary = self._summary
        label = one_line(summary.name or summary.title, 200)
        facts = [date_text(summary.updated_at), model_on_one_line(summary.model or "no model", 60)]
        return [
            *wrap_text(label, width, self.palette.primary),
            *(row([(fit(fact, width), self.palette.muted)]) for fact in facts),
        ]


class _Excerpt(BaseItem):
    """A message in which words were found, as it is written, with the words marked."""

    def __init__(self, palette: Palette, message: Message, pattern: re.Pattern[str]) -> None:
        super().__init__(palette)
        self._pattern = pattern
        first = pattern.search(message.content)
        start = max(0, first.start() - MAX_CHARACTERS // 4) if first else 0
        self._text = sanitize(message.content[start : start + MAX_CHARACTERS])

    def render(self, width: int) -> list[Line]:
        return [self._row(line.text) for line in wrap_text(self._text, width, self.palette.text)]

    def _row(self, text: str) -> Line:
        found = [match.span() for match in self._pattern.finditer(text)]
        return row(highlighted(text, found, self.palette.text, self.palette))
