"""The list of sessions: pick one, find what was said, and put the list in order."""

from collections.abc import Awaitable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static

from tyler_tui.commands import PICKING, by_id
from tyler_tui.errors import TylerError
from tyler_tui.tui.backend import StoredSessions
from tyler_tui.tui.items.session_row import Heading, HitRow, Listed, PickItem, SessionRow
from tyler_tui.tui.open_session import Place
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.session_listing import SessionListing
from tyler_tui.tui.widgets.key_bar import KeyBar, short_key
from tyler_tui.tui.widgets.pick_list import PickList
from tyler_tui.tui.widgets.session_preview import SessionPreview

if TYPE_CHECKING:
    from tyler_tui.tui.session_desk import SessionDesk

SEARCH_SECONDS = 0.15
"""The search begins when nothing was typed for so long."""
PREVIEW_SECONDS = 0.08
PREVIEW_MESSAGES = 6
PREVIEW_COLUMNS = 120
"""From here on there is room for a preview."""
SMALL_COLUMNS, SMALL_ROWS = 100, 30
"""Below, the list takes the whole screen."""
PREFIX = "sessions."
FOUND = "In what was said, and in what tools gave back"


class SessionsScreen(ModalScreen[Place | None]):
    """Returns what was picked, or None."""

    BINDINGS = [
        Binding("escape,ctrl+c,ctrl+s", "close", "Close", priority=True),
        Binding("down,ctrl+n", "move(1)", "Next", priority=True),
        Binding("up,ctrl+p", "move(-1)", "Previous", priority=True),
        Binding("pagedown", "page(1)", "Page down", priority=True),
        Binding("pageup", "page(-1)", "Page up", priority=True),
        *(
            Binding(
                ",".join(command.keys),
                command.id.removeprefix(PREFIX),
                command.name,
                id=command.id,
                priority=True,
            )
            for command in PICKING
        ),
    ]
    CSS_PATH = "sessions.tcss"

    def __init__(
        self, stored: StoredSessions, desk: "SessionDesk", keys: Mapping[str, str]
    ) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__()
        self._stored = stored
        self._desk = desk
        self._keys = keys
        self._listing = SessionListing(stored, desk)
        self._session_rows: dict[str, SessionRow] = {}
        """Kept from key to key: making ten thousand takes longer than finding among them."""
        self._search_timer: Timer | None = None
        self._preview_timer: Timer | None = None
        self._renamed: Listed | None = None

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Sessions"
            with Horizontal(id="find"):
                yield Static(">", markup=False)
                yield Input(placeholder="Type to filter, or to find what was said", id="wanted")
                yield Static(id="count", markup=False)
            with Horizontal(id="body"):
                yield PickList()
                yield Static(id="nothing", markup=False)
                yield SessionPreview()
            yield Static(id="remark", markup=False)
            yield KeyBar()
        yield Input(id="name", placeholder="A name to resume it by")

    def on_mount(self) -> None:
        self._palette = Palette.from_theme(self.app.current_theme)
        self._unwatch = self._desk.watch(self._marks_changed)
        self.query_one("#wanted").focus()
        self._show_keys()
        self._load()

    def on_unmount(self) -> None:
        self._unwatch()

    def on_resize(self) -> None:
        size = self.size
        self.set_class(size.width < SMALL_COLUMNS or size.height < SMALL_ROWS, "-small")
        self.set_class(size.width >= PREVIEW_COLUMNS, "-wide")
        self._end_naming()

    @cached_property  # what is told to it on the way out finds it still
    def rows(self) -> PickList:
        return self.query_one(PickList)

    @property
    def _text(self) -> str:
        return self.query_one("#wanted", Input).value

    @property
    def _chosen(self) -> Listed | None:
        """The session under the cursor."""
        item = self.rows.cursor
        return item.listed if isinstance(item, SessionRow) else None

    def _say(self, remark: str) -> None:
        self.query_one("#remark", Static).update(Content(remark))

    def _report(self, error: TylerError) -> None:
        text = " ".join(filter(None, [error.message, error.hint]))
        self.query_one("#remark", Static).update(Content.styled(text, "$error"))

    # What is listed

    @work(exclusive=True, group="load")
    async def _load(self, cursor_id: str | None = None) -> None:
        """List everything anew, with the cursor on that session."""
        try:
            async for _ in self._listing.read():
                self._fill(cursor_id)
                cursor_id = self._chosen.summary.id if self._chosen is not None else None
        except TylerError as error:
            self._report(error)

    def _fill(self, cursor_id: str | None = None) -> None:
        """List what fits the text; behind it comes what a search finds."""
        words, listing = self._text.casefold().split(), self._listing
        rows = [self._row_of(listed, words) for listed in listing.fitting(words)]
        cursor = next((row for row in rows if row.listed.summary.id == cursor_id), None)
        self.rows.show(rows, cursor)
        of_all = f" of {len(listing.all):,}" if words else ""
        self.query_one("#count", Static).update(f"{len(rows):,}{of_all}")
        self._show_emptiness(is_searching=self._begin_search())

    def _row_of(self, listed: Listed, words: Sequence[str]) -> SessionRow:
        row = self._session_rows.get(listed.summary.id)
        if row is None or row.listed is not listed:
            row = self._session_rows[listed.summary.id] = SessionRow(self._palette, listed)
        row.mark_words(words)
        return row

    def _begin_search(self) -> bool:
        """Look into the messages soon; returns whether there is anything to look for."""
        if self._search_timer is not None:
            self._search_timer.stop()
        text = self._text.strip()
        if self._listing.is_trash or (len(text) < 2 and text.isascii()):
            return False
        self._search_timer = self.set_timer(SEARCH_SECONDS, partial(self._search, text))
        return True

    @work(exclusive=True, group="search")
    async def _search(self, text: str) -> None:
        try:
            hits = await self._stored.search(text)
        except TylerError as error:
            self._report(error)
            return
        if text != self._text.strip() or self._listing.is_trash:
            return
        if hits:
            found = [HitRow(self._palette, hit, text.split()) for hit in hits]
            self.rows.add([Heading(self._palette, FOUND), *found])
        self._show_emptiness(is_searching=False)

    def _show_emptiness(self, *, is_searching: bool) -> None:
        is_empty = not self.rows.choices
        note = self.query_one("#nothing", Static)
        self.rows.display, note.display = not is_empty, is_empty
        if self._text.strip():
            note.update("Looking…" if is_searching else "Nothing fits.")
        else:
            note.update("The trash is empty." if self._listing.is_trash else "No sessions yet.")

    def _marks_changed(self) -> None:
        for item in self.rows.choices:
            if isinstance(item, SessionRow) and self._listing.mark_changed(item.listed):
                item.changed()
        self.rows.refresh_items()

    # The preview

    @on(PickList.CursorMoved)
    def _cursor_moved(self, event: PickList.CursorMoved) -> None:
        if self._preview_timer is not None:
            self._preview_timer.stop()
        if self.has_class("-wide"):
            self._preview_timer = self.set_timer(
                PREVIEW_SECONDS, partial(self._show_preview, event.item)
            )

    @work(exclusive=True, group="preview")
    async def _show_preview(self, item: PickItem | None) -> None:
        preview, stored = self.query_one(SessionPreview), self._stored
        try:
            if isinstance(item, SessionRow):
                summary = item.listed.summary
                messages = await stored.messages(summary.id, limit=PREVIEW_MESSAGES)
                preview.show(self._palette, summary, messages)
            elif isinstance(item, HitRow):
                id, through = item.hit.thread_id, item.hit.message_id
                messages = await stored.messages(id, limit=2, through=through)
                preview.show(self._palette, None, messages, self._text.split())
            else:
                preview.show(self._palette, None, [])
        except TylerError as error:
            self._report(error)

    # Choosing

    @on(Input.Changed, "#wanted")
    def _text_changed(self) -> None:
        self._say("")
        self._fill()

    @on(Input.Submitted, "#wanted")
    @on(PickList.Chosen)
    def action_choose(self) -> None:
        item, text = self.rows.cursor, self._text
        if not self.is_current:
            return  # a second press on the way out picks nothing more
        if isinstance(item, HitRow):
            self.dismiss(Place(item.hit.thread_id, item.hit.message_id, tuple(text.split())))
        elif isinstance(item, SessionRow) and self._listing.is_trash:
            self._change(self._listing.restore(item.listed), item.listed)
        elif isinstance(item, SessionRow):
            self.dismiss(Place(item.listed.summary.id))

    def action_move(self, by: int) -> None:
        self.rows.move(by)

    def action_page(self, by: int) -> None:
        self.rows.move_pages(by)

    def action_close(self) -> None:
        if self._renamed is not None:
            self._end_naming()
        elif self._listing.is_trash:
            self.action_trash()
        else:
            self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a name is written, the keys are for the name."""
        return self._renamed is None or action in ("close", "save_name")

    def _key(self, action: str) -> str:
        command = by_id(PREFIX + action)
        return self._keys.get(command.id, command.keys[0])

    def _show_keys(self) -> None:
        if self._renamed is not None:
            own = [("enter", "save", "save_name")]
        elif self._listing.is_trash:
            own = [("enter", "restore", "choose"), (self._key("trash"), "back", "trash")]
        else:
            own = [("enter", "open", "choose")]
            for action in ("rename", "fork", "pin", "delete", "trash"):
                own.append((self._key(action), action, action))
        close = "leave it as it is" if self._renamed is not None else "close"
        self.query_one(KeyBar).show([*own, ("escape", close, "close")])

    # Changing

    @work(group="change")
    async def _change(self, change: Awaitable[str], then_at: Listed | None) -> None:
        """Do a change, tell of it, and show the list with the cursor on `then_at`."""
        try:
            remark = await change
        except TylerError as error:
            self._report(error)
            return
        if self._listing.deleted_last is not None:
            remark += f" · {short_key(self._key('undo'))} brings back what was deleted"
        self._say(remark)
        self._load(then_at.summary.id if then_at is not None else None)

    def action_pin(self) -> None:
        if (listed := self._chosen) is not None and not self._listing.is_trash:
            self._change(self._listing.pin(listed), listed)

    def action_delete(self) -> None:
        if (listed := self._chosen) is not None and not self._listing.is_trash:
            self._change(self._listing.delete(listed), self._neighbour(listed))

    def _neighbour(self, listed: Listed) -> Listed | None:
        """The session below that one in the list, or else the one above."""
        shown = [row.listed for row in self.rows.choices if isinstance(row, SessionRow)]
        at = shown.index(listed)
        near = shown[at + 1 : at + 2] or shown[max(0, at - 1) : at]
        return near[0] if near else None

    def action_undo(self) -> None:
        if (listed := self._listing.deleted_last) is not None:
            self._change(self._listing.restore(listed), listed)

    def action_fork(self) -> None:
        item = self.rows.cursor
        if isinstance(item, HitRow):
            self._fork(item.hit.thread_id, item.hit.message_id)
        elif isinstance(item, SessionRow) and not self._listing.is_trash:
            self._fork(item.listed.summary.id, None)

    @work(group="change")
    async def _fork(self, session_id: str, through: str | None) -> None:
        try:
            fork = await self._stored.fork_thread(session_id, through)
        except TylerError as error:
            self._report(error)
        else:
            self.dismiss(Place(fork.id))

    def action_trash(self) -> None:
        """Show the trash, or the sessions again."""
        listing = self._listing
        listing.is_trash = not listing.is_trash
        self.query_one(Vertical).border_title = "Trash" if listing.is_trash else "Sessions"
        self._say("What is here is kept for 30 days." if listing.is_trash else "")
        self._show_keys()
        self._load()

    # Naming

    def action_rename(self) -> None:
        """Write a name in the place where the session stands in the list."""
        listed = self._chosen
        if listed is None or self._listing.is_trash:
            return
        self._renamed = listed
        line, rows = self.query_one("#name", Input), self.rows
        line.value = listed.summary.name or ""
        line.styles.offset = (rows.region.x + 5, rows.region.y + rows.cursor_y)
        line.styles.width = rows.size.width - 6
        line.display = True
        line.focus()
        self._show_keys()

    @on(Input.Submitted, "#name")
    def action_save_name(self) -> None:
        listed, name = self._renamed, self.query_one("#name", Input).value
        self._end_naming()
        if listed is not None and name.strip():
            self._change(self._listing.rename(listed, name), listed)

    def _end_naming(self) -> None:
        if self._renamed is not None:
            self._renamed = None
            self._show_keys()
            self.query_one("#name").display = False
            self.query_one("#wanted").focus()
