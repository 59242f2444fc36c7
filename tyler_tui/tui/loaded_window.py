"""Which stretch of a conversation is in the transcript, and moving it."""

from collections.abc import Awaitable, Callable

from tyler_tui.conversation import Conversation
from tyler_tui.tui.items.base import BaseItem
from tyler_tui.tui.items.user import UserPrompt
from tyler_tui.tui.presenter import Presenter
from tyler_tui.tui.widgets.transcript import Transcript
from tyler_tui.tui.windows import turns_around, whole_turns, whole_turns_from

MAX_ITEMS = 3_000
"""With more of them, those that are farthest from the view are let go of."""
MAX_ROWS = 6_000
"""With more rows above the end that is being followed, all but half as many are let go of: what has
been laid out takes a hundred times the room of its text."""


class LoadedWindow:
    """Loads more at either end, and lets go of what is far away. While the end of the conversation
    is not in the window, new events are not shown. All that loads raises StoreError."""

    def __init__(
        self,
        conversation: Conversation,
        transcript: Transcript,
        presenter: Presenter,
        oldest: str | None,
    ) -> None:
        """`oldest` is the id of the first message that is shown; the end is."""
        self._conversation = conversation
        self._transcript = transcript
        self._presenter = presenter
        self._oldest = oldest
        self._following: str | None = None
        """Id of the first message behind the window; None when the end is in it."""

    @property
    def has_older(self) -> bool:
        """Whether something may be stored above the window."""
        return self._oldest is not None

    @property
    def has_end(self) -> bool:
        return self._following is None

    async def load_older(self) -> None:
        """Put older turns above what is shown."""
        if self._oldest is None:
            return
        messages = await whole_turns(self._conversation, before=self._oldest)
        self._oldest = messages[0].id if messages else None
        if messages:
            self._transcript.prepend(self._presenter.items_of(messages, older=True))
            self._let_go_below()

    async def load_newer(self, show_end: Callable[[], Awaitable[None]]) -> None:
        """Put newer turns below what is shown. When they reach the end, `show_end` shows it, with
        what is under way there, and the reader's place is found in it again."""
        if self._following is None:
            return
        messages, following = await whole_turns_from(self._conversation, self._following)
        if following is None:
            await show_end()
            return
        self._following = following
        self._transcript.viewport.follow = False  # the reader's place is not the end
        for item in self._presenter.items_of(messages):
            self._transcript.append(item)
        self._let_go_above()

    async def move_to(self, message_id: str) -> bool:
        """Show the turns around that message in place of what is shown. Returns False when they
        reach the end, which should be shown then. Raises LookupError when the message is not on
        the current branch."""
        messages, following = await turns_around(self._conversation, message_id)
        if not messages:
            raise LookupError(message_id)
        if following is None:
            return False
        self._show(self._presenter.items_of(messages))
        self._oldest, self._following = messages[0].id, following
        return True

    async def move_to_start(self) -> bool:
        """Show the first turns. Returns False when the end should be shown with them."""
        messages, following = await whole_turns_from(self._conversation, None)
        if following is None:
            return False
        self._show(self._presenter.items_of(messages))
        self._oldest, self._following = None, following
        return True

    def _show(self, items: list[BaseItem]) -> None:
        self._transcript.clear()
        self._transcript.viewport.follow = False
        for item in items:
            self._transcript.append(item)

    def _let_go_below(self) -> None:
        items = self._transcript.viewport.items
        keep = max(MAX_ITEMS, self._transcript.last_on_view + 1)
        for number in range(keep, len(items)):
            item = items[number]
            if isinstance(item, UserPrompt) and item.message_id is not None:
                self._following = item.message_id
                self._keep(0, number)
                return

    def _let_go_above(self) -> None:
        items = self._transcript.viewport.items
        for number in range(len(items) - MAX_ITEMS, 0, -1):
            item = items[number]
            if isinstance(item, UserPrompt) and item.message_id is not None:
                self._oldest = item.message_id
                self._keep(number, len(items))
                return

    def let_go_of_read(self) -> bool:
        """While the end is followed, let go of turns that are far above it. Returns whether there
        were any."""
        viewport = self._transcript.viewport
        rows = viewport.rows_before(len(viewport.items))
        if not (self.has_end and viewport.follow) or rows <= MAX_ROWS:
            return False
        first = None
        for number, item in enumerate(viewport.items[: viewport.first_on_view + 1]):
            if isinstance(item, UserPrompt) and item.message_id is not None:
                first = number
                if rows - viewport.rows_before(number) <= MAX_ROWS // 2:
                    break
        if not first:
            return False
        prompt = viewport.items[first]
        assert isinstance(prompt, UserPrompt)
        self._oldest = prompt.message_id
        self._keep(first, len(viewport.items))
        return True

    def _keep(self, start: int, end: int) -> None:
        items = self._transcript.viewport.items
        self._presenter.let_go([*items[:start], *items[end:]])
        self._transcript.keep(start, end)
