"""The list of sessions: pick one, find what was said, and put the list in order."""

from collections.abc import Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tyler_tui.backend import StoredSessions
from tyler_tui.commands import PICKING, by_id
from tyler_tui.errors import TylerError
from tyler_tui.tui.background import Work
from tyler_tui.tui.bindings import bound
from tyler_tui.tui.items.session_row import HitRow, Listed, SessionRow
from tyler_tui.tui.open_session import Place
from tyler_tui.tui.session_listing import SessionListing
from tyler_tui.tui.widgets.key_bar import KeyBar, short_key
from tyler_tui.tui.widgets.name_line import NameLine
from tyler_tui.tui.widgets.pick_list import PickList
from tyler_tui.tui.widgets.session_list import SessionList
from tyler_tui.tui.widgets.session_preview import SessionPreview

if TYPE_CHECKING:
    from tyler_tui.tui.session_desk import SessionDesk

PREVIEW_COLUMNS = 120
"""From here on there is room for a preview."""
SMALL_COLUMNS, SMALL_ROWS = 100, 30
"""Below, the list takes the whole screen."""
PREFIX = "sessions."
NO_SESSIONS = "No sessions yet. `tyler-chat import FILE` brings in those of other programs."


class SessionsScreen(ModalScreen[Place | None]):
    """Returns what was picked, or None."""

    BINDINGS = [
        Binding("escape,ctrl+c,ctrl+s", "close", "Close", priority=True),
        Binding("down,ctrl+n", "move(1)", "Next", priority=True),
        Binding("up,ctrl+p", "move(-1)", "Previous", priority=True),
        Binding("pagedown", "page(1)", "Page down", priority=True),
        Binding("pageup", "page(-1)", "Page up", priority=True),
        *(bound(command, command.id.removeprefix(PREFIX), priority=True) for command in PICKING),
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
        self.is_choosing = False
        """Whether Enter was pressed before there was anything to choose from."""

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Sessions"
            with Horizontal(id="find"):
                yield Static(">", markup=False)
                yield Input(placeholder="Type to filter, or to find what was said", id="wanted")
                yield Static(id="count", markup=False)
            with Horizontal(id="body"):
                yield SessionList(self._listing)
                yield Static(id="nothing", markup=False)
                yield SessionPreview(self._stored)
            yield Static(id="remark", markup=False)
            yield KeyBar()
        yield NameLine()

    def on_mount(self) -> None:
        self._unwatch = self._desk.watch(self.rows.marks_changed)
        self.query_one("#wanted").focus()
        self._show_keys()
        self.rows.load()

    def on_unmount(self) -> None:
        self._unwatch()

    def on_resize(self) -> None:
        size = self.size
        self.set_class(size.width < SMALL_COLUMNS or size.height < SMALL_ROWS, "-small")
        self.set_class(size.width >= PREVIEW_COLUMNS, "-wide")
        if self.name_line.is_open:
            self._end_naming()

    @cached_property  # what is told to it on the way out finds it still
    def rows(self) -> SessionList:
        return self.query_one(SessionList)

    def _say(self, remark: str) -> None:
        self.query_one("#remark", Static).update(Content(remark))

    def _report(self, error: TylerError) -> None:
        text = " ".join(filter(None, [error.message, error.hint]))
        self.query_one("#remark", Static).update(Content.styled(text, "$error"))

    @on(SessionList.Filled)
    def _filled(self, event: SessionList.Filled) -> None:
        text, listing = self.rows.text, self._listing
        of_all = f" of {len(listing.all):,}" if text else ""
        in_text = f" · {event.hits:,} in text" if event.hits else ""
        self.query_one("#count", Static).update(f"{event.sessions:,}{of_all}{in_text}")
        note = self.query_one("#nothing", Static)
        note.display = not self.rows.choices
        self.rows.display = not note.display
        if text:
            note.update("Looking…" if event.is_searching else "Nothing fits.")
        else:
            note.update("The trash is empty." if listing.is_trash else NO_SESSIONS)
        if self.is_choosing:
            self.action_choose()

    @on(SessionList.Failed)
    def _failed(self, event: SessionList.Failed) -> None:
        self._report(event.error)

    # Choosing

    @on(PickList.CursorMoved)
    def _cursor_moved(self, event: PickList.CursorMoved) -> None:
        if self.has_class("-wide"):
            self.query_one(SessionPreview).follow(event.item)

    @on(Input.Changed, "#wanted")
    def _text_changed(self, event: Input.Changed) -> None:
        self._say("")
        self.rows.look_for(event.value)

    @on(Input.Submitted, "#wanted")
    @on(PickList.Chosen)
    def action_choose(self) -> None:
        item, words = self.rows.cursor, tuple(self.rows.text.split())
        if not self.is_current:
            return  # a second press on the way out picks nothing more
        self.is_choosing = item is None and self.rows.is_loading
        if isinstance(item, HitRow):
            self.dismiss(Place(item.hit.thread_id, item.hit.message_id, words))
        elif isinstance(item, SessionRow) and self._listing.is_trash:
            self._change(partial(self._listing.restore, item.listed), item.listed)
        elif isinstance(item, SessionRow):
            self.dismiss(Place(item.listed.summary.id))

    def action_move(self, by: int) -> None:
        self.rows.move(by)

    def action_page(self, by: int) -> None:
        self.rows.move_pages(by)

    def action_close(self) -> None:
        if self.name_line.is_open:
            self._end_naming()
        elif self._listing.is_trash:
            self.action_trash()
        else:
            self.dismiss(None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a name is written, the keys are for the name."""
        return not self.name_line.is_open or action in ("close", "save_name")

    def _key(self, action: str) -> str:
        command = by_id(PREFIX + action)
        return self._keys.get(command.id, command.keys[0])

    def _show_keys(self) -> None:
        if self.name_line.is_open:
            own, close = [("enter", "save", "save_name")], "leave it as it is"
        elif self._listing.is_trash:
            own, close = [("enter", "restore", "choose")], "back to the sessions"
        else:
            own, close = [("enter", "open", "choose")], "close"
            for action in ("rename", "fork", "pin", "delete", "trash"):
                own.append((self._key(action), action, action))
        self.query_one(KeyBar).show([*own, ("escape", close, "close")])

    # Changing

    @work(group="change")
    async def _change(self, change: Work[str], then_at: Listed | None) -> None:
        """Do a change, tell of it, and show the list with the cursor on `then_at`."""
        try:
            remark = await change()
        except TylerError as error:
            self._report(error)
            return
        if self._listing.deleted_last is not None:
            remark += f" · {short_key(self._key('undo'))} brings back what was deleted"
        self._say(remark)
        self.rows.load(then_at.summary.id if then_at is not None else None)

    def action_pin(self) -> None:
        if (listed := self.rows.chosen) is not None and not self._listing.is_trash:
            self._change(partial(self._listing.pin, listed), listed)

    def action_delete(self) -> None:
        if (listed := self.rows.chosen) is not None and not self._listing.is_trash:
            self._change(partial(self._listing.delete, listed), self.rows.neighbour(listed))

    def action_undo(self) -> None:
        if (listed := self._listing.deleted_last) is not None:
            self._change(partial(self._listing.restore, listed), listed)

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
        self.rows.load()

    # Naming

    @property
    def name_line(self) -> NameLine:
        return self.query_one(NameLine)

    def action_rename(self) -> None:
        """Write a name in the place where the session stands in the list."""
        listed, rows = self.rows.chosen, self.rows
        if listed is not None and not self._listing.is_trash:
            left, width = SessionRow.NAME_AT, rows.size.width - SessionRow.NAME_AT - 1
            x, y = rows.region.x + left, rows.region.y + rows.cursor_y
            self.name_line.open(listed, Region(x, y, width, 1))
            self._show_keys()

    @on(Input.Submitted, "NameLine")
    def action_save_name(self) -> None:
        self.name_line.give()
        self._end_naming()

    @on(NameLine.Given)
    def _name_given(self, event: NameLine.Given) -> None:
        rename = partial(self._listing.rename, event.listed, event.name)
        self._change(rename, event.listed)

    def _end_naming(self) -> None:
        self.name_line.close()
        self.query_one("#wanted").focus()
        self._show_keys()
