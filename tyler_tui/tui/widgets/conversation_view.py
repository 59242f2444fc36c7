"""A conversation on the screen: the transcript, and the tool panel beside it or over it."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, cast

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.timer import Timer

from tyler_tui.errors import StoreError, TylerError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.tui.background import run_beside
from tyler_tui.tui.items.base import BaseItem
from tyler_tui.tui.items.cards import Welcome
from tyler_tui.tui.items.error_card import ErrorCard
from tyler_tui.tui.items.message_head import MessageHead
from tyler_tui.tui.items.reply import Reply, Thinking
from tyler_tui.tui.items.tool_lines import ToolLines
from tyler_tui.tui.lines.line_view import LineView
from tyler_tui.tui.paging import Paging
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.widgets.kept_rows import KeptRows
from tyler_tui.tui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from tyler_tui.conversation import Conversation
    from tyler_tui.messages import Message
    from tyler_tui.tui.loaded_window import LoadedWindow
    from tyler_tui.tui.presenter import Presenter
    from tyler_tui.tui.widgets.tool_panel import ToolPanel

TICK_SECONDS = 0.25
WIDE_COLUMNS = 100
"""From here on the tool panel stands beside the transcript; below, it lies over it."""


class ConversationView(KeptRows, Horizontal):
    """Shows one conversation at a time: what is stored of it, then its events as they come."""

    def __init__(self, palette: Palette, keys: Mapping[str, str], *, id: str | None = None) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__(id=id)
        self._keys = keys
        self._palette = palette
        self._conversation: Conversation | None = None
        self._presenter: Presenter | None = None
        self._window: LoadedWindow | None = None
        self._paging = Paging()
        self._loading = asyncio.Lock()
        """Held while the window moves: the news of its edges coming on view are then old."""
        self._panel_wanted: bool | None = None
        self._ticker: Timer | None = None
        self.show_end: Callable[[], Awaitable[None]] = _nothing
        """Opens the conversation anew at its end, with what is under way; set by who knows that."""

    def compose(self) -> ComposeResult:
        yield Transcript(id="transcript")

    async def furnish(self) -> None:
        """Make the panel; nothing can be shown before."""
        from tyler_tui.tui.widgets.tool_panel import ToolPanel  # noqa: PLC0415 - not seen at first

        await self.mount(ToolPanel(self._keys, id="tools"))
        self._place_panel()

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    @property
    def panel(self) -> "ToolPanel":
        """There once a conversation is."""
        return cast("ToolPanel", self.query_one("#tools"))

    @property
    def _has_panel(self) -> bool:
        return bool(self.query("#tools"))

    @property
    def is_panel_shown(self) -> bool:
        return self._has_panel and self.panel.display

    def open(
        self,
        conversation: "Conversation",
        past: "Sequence[Message]",
        events: Sequence[ExecutionEvent] = (),
        welcome: Welcome | None = None,
    ) -> None:
        """Show `conversation` in place of another: the messages of `past`, behind them what
        `events` tell. `welcome` heads one in which nothing was said."""
        if conversation is not self._conversation:
            self._paging.forget()
        from tyler_tui.tui.loaded_window import LoadedWindow  # noqa: PLC0415 - nor is a message
        from tyler_tui.tui.presenter import Presenter  # noqa: PLC0415

        self._conversation = conversation
        transcript = self.transcript
        transcript.clear()
        transcript.set_streaming(False)
        transcript.highlight(None)
        self.panel.forget_all()
        self._presenter = Presenter(
            transcript, self.panel, self._palette, assistant=conversation.agent.name
        )
        oldest = past[0].id if past else None
        self._window = LoadedWindow(conversation, transcript, self._presenter, oldest)
        transcript.tells_start, transcript.tells_end = True, False
        for item in self._presenter.items_of(past):
            transcript.append(item)
        for event in events:
            self._presenter.show(event)
        if not transcript.viewport.items and welcome is not None:
            transcript.append(welcome)
        transcript.scroll_to_end()
        self._place_panel()
        self._mark_branches()
        self._keep_time()

    def tell_what_is_used(self, facts: Sequence[tuple[str, str]]) -> None:
        """Have the welcome say so, while it is all that there is."""
        match self.transcript.viewport.items:
            case [Welcome() as card] if card.tell(facts):
                self.transcript.refresh_items()
            case _:
                pass

    def show(self, event: ExecutionEvent) -> None:
        """Show one event of the conversation."""
        if self._presenter is None or self._window is None:
            return
        if not (self._window.has_end or event.is_by_hand):
            return
        self._presenter.show(event)
        if event.type is EventType.TOOL_SELECTED:
            self._place_panel()
        elif event.type is EventType.TOOL_EXECUTING:
            self._keep_time()
        elif event.type is EventType.MESSAGE_CREATED and event.data["message"].role != "tool":
            self._mark_branches()
        elif event.type is EventType.EXECUTION_ERROR:
            self._count_down()
        if event.type.is_terminal and not self._loading.locked() and self._window.let_go_of_read():
            self._window_moved()

    def _keep_time(self) -> None:
        """Draw how long calls have been running, as long as any is."""
        if self._ticker is None and self._presenter is not None and self._presenter.calls.tick():
            self._ticker = self.set_interval(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        if self._ticker is not None and not (self._presenter and self._presenter.calls.tick()):
            self._ticker.stop()
            self._ticker = None

    @work(exclusive=True, group="countdown")
    async def _count_down(self) -> None:
        """Let the newest error card count down to when the provider can be asked again."""
        card = self.transcript.last_item
        while isinstance(card, ErrorCard) and card.seconds_left:
            await asyncio.sleep(1)
            card.changed()
            self.transcript.refresh_items()

    def show_error(self, error: TylerError) -> None:
        """Show an error that no event tells of."""
        card = ErrorCard(self._palette, error.title, error.message, error.hint)
        self.transcript.append(card)

    def set_palette(self, palette: Palette) -> None:
        """Draw everything in another theme's styles."""
        self._palette = palette
        if self._presenter is not None:
            self._presenter.set_palette(palette)
        self.transcript.set_palette(palette)
        if self._has_panel:
            self.panel.rows.set_palette(palette)

    @work(exclusive=True, group="branches")
    async def _mark_branches(self) -> None:
        """Tell the heads of messages of what else stands in their place."""
        heads = {
            item.message_id: item
            for item in self.transcript.viewport.items
            if isinstance(item, MessageHead) and item.message_id is not None
        }
        if self._conversation is not None and heads:
            with contextlib.suppress(StoreError):  # whoever reads on meets it again
                found = await self._conversation.siblings(list(heads))
                changed = [heads[id].set_branch(siblings) for id, siblings in found.items()]
                if any(changed):
                    self.transcript.refresh_items()

    # Reading

    @property
    def last_reply(self) -> str | None:
        """The Markdown of the newest answer."""
        for item in reversed(self.transcript.viewport.items):
            if isinstance(item, Reply):
                return item.text
        return None

    def scroll_pages(self, by: int) -> None:
        """Scroll by pages, down when positive."""
        if self._window is not None:
            self._paging.scroll(self.transcript, self._window, by * self.transcript.page_rows)

    def toggle_thinking(self) -> bool | None:
        """Open all thinking, or close it when any is open. Returns whether it is open now, None
        where there is none."""
        items = [item for item in self.transcript.viewport.items if isinstance(item, Thinking)]
        any_open = any(item.is_open for item in items)
        for item in items:
            if item.is_open == any_open:
                item.toggle()
        self.transcript.refresh_now()
        return not any_open if items else None

    # More than is loaded

    @on(LineView.NearStart, "#transcript")
    def _near_start(self) -> None:
        self._load(lambda window: window.load_older())

    @on(LineView.NearEnd, "#transcript")
    def _near_end(self) -> None:
        self._load(lambda window: window.load_newer(self._show_end_here))

    def _load(self, load: "Callable[[LoadedWindow], Awaitable[None]]") -> None:
        if self._window is not None and not self._loading.locked():
            run_beside(self, partial(self._move_window, load, self._window), "loading")

    async def _move_window(
        self, load: "Callable[[LoadedWindow], Awaitable[None]]", window: "LoadedWindow"
    ) -> None:
        async with self._loading:
            try:
                await load(window)
            except TylerError as error:
                self._paging.forget()
                self.notify(f"{error.message}\n{error.hint}", severity="error", markup=False)
                return
            self._window_moved()
            if self._window is not None:
                self._paging.pay(self.transcript, self._window)

    def _window_moved(self) -> None:
        window, transcript = self._window, self.transcript
        transcript.tells_start = window is not None and window.has_older
        transcript.tells_end = window is not None and not window.has_end
        transcript.tell_edges_again()
        self._mark_branches()
        self._place_panel()

    async def _show_end_here(self) -> None:
        """Show the end of the conversation, and in it what is being read."""
        heads = [item for item in self.transcript.on_view if isinstance(item, MessageHead)]
        await self.show_end()
        if heads and heads[0].message_id is not None:
            await self._reveal(heads[0].message_id)

    async def reveal(self, message_id: str) -> BaseItem | None:
        """Load the turns around a message, if they are not there, and bring it on view; returns
        the item at which it begins, None when it is not on this branch. Raises StoreError."""
        async with self._loading:
            return await self._reveal(message_id)

    async def _reveal(self, message_id: str) -> BaseItem | None:
        anchor = self._anchor(message_id)
        if anchor is None and self._window is not None:
            self.panel.forget_all()
            try:
                moved = await self._window.move_to(message_id)
            except LookupError:
                return None
            if not moved:
                await self.show_end()
                while self._anchor(message_id) is None and self._window.has_older:
                    await self._window.load_older()
            self._window_moved()
            anchor = self._anchor(message_id)
        if anchor is not None:
            self.transcript.show_item(anchor)
        return anchor

    async def go_to(self, message_id: str, pattern: re.Pattern[str] | None) -> MessageHead | None:
        """Bring a message on view, at the first row in which `pattern` finds something, and let
        that stand out; what a tool gave back is opened in the panel. Returns the message's head, or
        None when it is not on this branch. Raises StoreError."""
        item = await self.reveal(message_id)
        if item is None:
            return None
        self.transcript.highlight(pattern)
        if pattern is not None:
            await self.transcript.show_match(item, pattern)
        run = item.run_of(message_id) if isinstance(item, ToolLines) else None
        if run is not None:
            self._want_panel(True)
            # The panel has no width before it is laid out, and so no rows to look through.
            self.call_after_refresh(self.panel.open_run, run, pattern)
        items = self.transcript.viewport.items
        before = reversed(items[: items.index(item) + 1])
        return next((head for head in before if isinstance(head, MessageHead)), None)

    def _anchor(self, message_id: str) -> BaseItem | None:
        anchor = self._presenter.anchor(message_id) if self._presenter is not None else None
        return anchor if anchor in self.transcript.viewport.items else None

    async def go_to_start(self) -> None:
        """Show the first message. Raises StoreError."""
        async with self._loading:
            self._paging.forget()
            if self._window is not None and self._window.has_older:
                if not await self._window.move_to_start():
                    while self._window.has_older:
                        await self._window.load_older()
                self._window_moved()
            self.transcript.scroll_to_start()

    async def go_to_end(self) -> None:
        """Show the newest text, and follow it. Raises StoreError."""
        async with self._loading:
            self._paging.forget()
            if self._window is not None and not self._window.has_end:
                await self.show_end()
            self.transcript.scroll_to_end()

    # The tool panel

    @property
    def is_narrow(self) -> bool:
        """Whether the panel lies over the transcript."""
        return self.has_class("-narrow")

    @on(Transcript.ToolOpened)
    def _tool_opened(self, event: Transcript.ToolOpened) -> None:
        self._want_panel(True)
        self.panel.open_run(event.run)

    def toggle_panel(self) -> bool:
        """Show the panel and go into it; from inside, hide it. Returns whether it is shown."""
        inside = self.panel.has_focus_within or self.is_narrow
        self._want_panel(not (self.panel.display and inside))
        if self.panel.display:
            self.panel.rows.focus()
        return self.panel.display

    def expand_tools(self) -> None:
        """Open every row of the panel, or close them."""
        self._want_panel(True)
        self.panel.rows.toggle_all()

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDE_COLUMNS, "-narrow")
        self._place_panel()

    def _want_panel(self, wanted: bool) -> None:
        self._panel_wanted = wanted
        self._place_panel()

    def _place_panel(self) -> None:
        """By itself the panel appears beside the transcript once there are calls; the user's
        own wish counts more."""
        if not self._has_panel:
            return
        by_itself = bool(self.panel.rows.runs) and not self.is_narrow
        self.panel.display = by_itself if self._panel_wanted is None else self._panel_wanted


async def _nothing() -> None:
    """Until somebody says how the end is shown."""
