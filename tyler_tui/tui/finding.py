"""Finding text in the conversation: which messages hold it, and going from one to the next."""

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING, cast

from tyler_tui.tui.items.base import BaseItem
from tyler_tui.tui.lines.item import all_lines

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen
    from tyler_tui.tui.widgets.find_bar import FindBar

SETTLE_SECONDS = 0.15
"""The conversation is searched when no key follows so soon."""


class Finding:
    """Looks through the conversation that is shown, from its end upwards. What is on view is
    highlighted row by row; messages that were never laid out are found by their source."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._pattern: re.Pattern[str] | None = None
        self._hits: list[str] = []
        """The ids of the messages that hold the text, oldest first."""
        self._at = 0
        self._item: BaseItem | None = None
        self._row = 0

    @property
    def _bar(self) -> "FindBar":
        """There once the chat is furnished."""
        return cast("FindBar", self._chat.query_one("#find"))

    @property
    def is_open(self) -> bool:
        return self._chat.furnished.is_set() and self._bar.display

    def open(self, text: str = "") -> None:
        """Ask for a text; a selection of one line is taken for it."""
        selected = self._chat.get_selected_text() or ""
        self._bar.open(text or ("" if "\n" in selected else selected))

    def close(self) -> None:
        """Look no more; what was found last stays on view."""
        chat = self._chat
        self._pattern, self._hits, self._item = None, [], None
        chat.view.transcript.highlight(None)
        self._bar.close()
        chat.composer.focus()

    def look_for(self, text: str) -> None:
        """Find `text` anew, without regard to case."""
        self._pattern = re.compile(re.escape(text), re.IGNORECASE) if text else None
        self._chat.view.transcript.highlight(self._pattern)
        self._chat.work_on(partial(self._look, text), group="find", exclusive=True)

    async def _look(self, text: str) -> None:
        conversation = self._chat.conversation
        await asyncio.sleep(SETTLE_SECONDS)
        self._hits = await conversation.find(text) if text and conversation is not None else []
        self._item, self._at = None, len(self._hits)
        if self._hits:
            await self._go(-1)
        else:
            self._bar.say("nothing found" if text else "")

    def step(self, by: int) -> None:
        """Go to the hit before or after."""
        if self._hits:
            self._chat.work_on(partial(self._go, by), group="find", exclusive=True)

    async def _go(self, by: int) -> None:
        if self._item is not None:
            row = await self._row_beyond(self._item, self._row, by)
            if row is not None:
                self._show(self._item, row)
                return
        for _ in self._hits:
            self._at = (self._at + by) % len(self._hits)
            found = await self._chat.view.reveal(self._hits[self._at])
            if found is not None:
                self._show(found, await self._row_beyond(found, None, by) or 0)
                return
        self._bar.say("nothing found")

    def _show(self, item: BaseItem, row: int) -> None:
        self._item, self._row = item, row
        self._chat.view.transcript.show_item(item, row)
        messages = "message" if len(self._hits) == 1 else "messages"
        self._bar.say(f"{self._at + 1} of {len(self._hits)} {messages} · ↑↓ · Esc")

    async def _row_beyond(self, item: BaseItem, row: int | None, by: int) -> int | None:
        """The next row of an item, from `row` or from its edge, that shows the text; what goes over
        the end of a row is in none."""
        pattern = self._pattern
        lines = await all_lines(item, self._chat.view.transcript.viewport.width)
        if pattern is None:
            return None
        edge = len(lines) if by < 0 else -1
        rows = range((edge if row is None else row) + by, -1 if by < 0 else len(lines), by)
        return next((n for n in rows if n < len(lines) and pattern.search(lines[n].text)), None)
