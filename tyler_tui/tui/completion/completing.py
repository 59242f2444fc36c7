"""Shows completions while the user types, and takes the keys that are for them.

The list opens for what is typed, never for a prompt that is put into the composer as a whole, so
that the keys which walk the history go on doing so.
"""

from functools import cached_property, partial
from typing import TYPE_CHECKING, cast

from textual import events

from tyler_tui.tui.completion.choice import Choice, Offer, Source
from tyler_tui.tui.completion.tokens import Kind, Token, token_at

if TYPE_CHECKING:
    from tyler_tui.tui.completion.sources import Sources
    from tyler_tui.tui.screens.chat import ChatScreen
    from tyler_tui.tui.widgets.completion import CompletionList

DELETING = frozenset({"backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+k", "ctrl+d"})
"""Keys that change what was typed, beside those that type."""


class Completing:
    """Completes what is written in the composer of the chat."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._token: Token | None = None
        self._offer = Offer()
        self._looked_at: object = None
        self._was_typed = False
        self._loading: list[Source] = []
        self._closed_for: tuple[Kind, int] | None = None
        """What the user closed the list for."""

    @property
    def _list(self) -> "CompletionList":
        return cast("CompletionList", self._chat.query_one("#completions"))

    @property
    def is_open(self) -> bool:
        return self._token is not None

    def press(self, event: events.Key) -> bool:
        """What a key in the composer does here, before anything else. Returns whether it is done
        with."""
        if event.is_printable or event.key in DELETING:
            self._was_typed = True
            return False
        self.refresh()  # what was typed right before may not have been looked at yet
        self._was_typed = False
        if not self.is_open:
            return False
        match event.key:
            case "escape":
                self.dismiss()
            case "up" | "down" if self._offer.choices:
                self._list.move(-1 if event.key == "up" else 1)
            case "tab" if self._offer.choices:
                self._take(self._list.choice or self._offer.choices[0], go_on=True)
            case "enter":
                return self._enter()
            case _:
                return False
        return True

    def _enter(self) -> bool:
        """Take what is chosen, unless what was typed is meant as it stands."""
        choice, token = self._list.choice, self._token
        if choice is None or token is None:
            return False
        if self._offer.is_whole and not self._list.was_moved:
            return False
        runs = choice.runs and (bool(token.query) or self._list.was_moved)
        self._take(choice, go_on=False)
        if runs:
            self._chat.composer.action_submit()
        return True

    def take_clicked(self, choice: Choice) -> None:
        """The user clicked on a choice."""
        self._take(choice, go_on=bool(choice.goes_on))

    def dismiss(self) -> None:
        """Close the list for what is being written."""
        if self._token is not None:
            self._closed_for = self._token.kind, self._token.start
        self._close()

    def refresh(self) -> None:
        """Look at what stands at the cursor, and show what it may become."""
        if not self._chat.query("#completions"):  # the program starts, or leaves
            return
        composer = self._chat.composer
        row, column = composer.cursor_location
        line = composer.document.get_line(row)
        only = composer.document.line_count == 1
        now = (row, column, line, only, composer.selection.is_empty, composer.has_focus)
        if now == self._looked_at:
            return
        self._looked_at = now
        token = None
        if composer.selection.is_empty and composer.has_focus:
            token = token_at(line, column, is_only_line=only)
        place = (token.kind, token.start) if token is not None else None
        if place != self._closed_for:
            self._closed_for = None
        elif token is not None:
            token = None
        was_typed, self._was_typed = self._was_typed, False
        if token is None or not (was_typed or self._goes_on_from(token)):
            self._close()
        else:
            self._show(token)

    def _goes_on_from(self, token: Token) -> bool:
        """Whether the list is open for that token already, which has changed."""
        before = self._token
        return before is not None and (before.kind, before.start) == (token.kind, token.start)

    @cached_property
    def _sources(self) -> "Sources":
        from tyler_tui.tui.completion.sources import Sources  # noqa: PLC0415 - not for start

        return Sources(self._chat)

    def _show(self, token: Token) -> None:
        source = self._sources.source_of(token)
        if source is None:
            self._close()
            return
        self._token = token
        self._offer = source.offer(token.query)
        self._draw()
        if source not in self._loading:
            self._loading.append(source)
            self._chat.work_on(partial(self._load, source, token), group="completion")

    async def _load(self, source: Source, token: Token) -> None:
        """Let `source` get what it lacks, until it has that for what was typed meanwhile too."""
        try:
            while True:
                changed = await source.load(token.query)
                now = self._token
                if now is None or self._sources.source_of(now) is not source:
                    return
                if changed:
                    self._offer = source.offer(now.query)
                    self._draw()
                if now == token:
                    return
                token = now
        finally:
            self._loading.remove(source)

    def _draw(self) -> None:
        offer = self._offer
        if not offer.choices and not offer.note:
            self._list.close()
            return
        below = [w.region.y for w in self._chat.query("#attachments, #entry") if w.display]
        room = min(below) - 1  # below the header
        self._list.show(offer, room, chosen=not offer.is_whole)

    def _close(self) -> None:
        self._token = None
        self._offer = Offer()
        self._list.close()

    def _take(self, choice: Choice, *, go_on: bool) -> None:
        """Put a choice in the place of what was written."""
        token, composer = self._token, self._chat.composer
        if token is None:
            return
        row, column = composer.cursor_location
        text = choice.goes_on if go_on and choice.goes_on else choice.text
        line = composer.document.get_line(row)
        if text.endswith(" ") and line[column : column + 1].isspace():
            text = text[:-1]
        self._was_typed = go_on  # a list may follow on this one
        if not (go_on and choice.goes_on):
            self._close()
        composer.put(text, (row, token.start), (row, column))
        self.refresh()
