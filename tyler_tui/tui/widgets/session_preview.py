"""The last messages of a session, or those round a place in it, beside the list."""

from collections.abc import Sequence

from textual import events

from tyler_tui.messages import Message
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.store import ThreadSummary
from tyler_tui.tui.items.base import BaseItem, Gap, fit, row
from tyler_tui.tui.items.reply import Reply
from tyler_tui.tui.items.session_row import date_text, highlighted, word_spans
from tyler_tui.tui.items.user import UserPrompt
from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.markdown import Line, wrap_text
from tyler_tui.tui.palette import Palette

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

    def show(
        self,
        palette: Palette,
        summary: ThreadSummary | None,
        messages: Sequence[Message],
        words: Sequence[str] = (),
    ) -> None:
        """Show `messages`, the last of them whole; with `words`, those are marked in it."""
        self.viewport.clear()
        items: list[BaseItem] = []
        if summary is not None:
            items.append(_Head(palette, summary))
        for message in messages:
            item = _item_of(palette, message, words if message is messages[-1] else ())
            if item is not None:
                items += [Gap(palette), item]
        self.viewport.prepend(items)
        self.viewport.follow = True
        self.refresh_now()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()


def _item_of(palette: Palette, message: Message, words: Sequence[str]) -> BaseItem | None:
    if words:
        return _Excerpt(palette, message, words)
    text = message.content[:MAX_CHARACTERS]
    if message.role == "user":
        return UserPrompt(palette, text)
    if message.role == "assistant" and text.strip():
        return Reply(palette, text)
    return None


class _Head(BaseItem):
    """What the session is."""

    def __init__(self, palette: Palette, summary: ThreadSummary) -> None:
        super().__init__(palette)
        self._summary = summary

    def render(self, width: int) -> list[Line]:
        summary = self._summary
        label = one_line(summary.name or summary.title, 200)
        facts = [date_text(summary.updated_at), one_line(summary.model or "no model", 60)]
        return [
            *wrap_text(label, width, self.palette.primary),
            *(row([(fit(fact, width), self.palette.muted)]) for fact in facts),
        ]


class _Excerpt(BaseItem):
    """A message in which words were found, as it is written, with the words marked."""

    def __init__(self, palette: Palette, message: Message, words: Sequence[str]) -> None:
        super().__init__(palette)
        self._words = words
        at = message.content.lower().find(words[0].lower())
        start = max(0, at - MAX_CHARACTERS // 4)
        self._text = sanitize(message.content[start : start + MAX_CHARACTERS])

    def render(self, width: int) -> list[Line]:
        palette = self.palette
        return [
            row(highlighted(line.text, word_spans(line.text, self._words), palette.text, palette))
            for line in wrap_text(self._text, width, palette.text)
        ]
