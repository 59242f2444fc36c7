"""Find anything that can be done by name: commands with their keys, sessions, models, themes."""

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tyler_tui.errors import TylerError
from tyler_tui.tui.contrast import name_style
from tyler_tui.tui.dialogs import ListDialog, is_open
from tyler_tui.tui.items.base import fit
from tyler_tui.tui.palette_entries import Entry, Found, choices, command_entries, fitting

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

MOST_SHOWN = 300
NAME, SLASH, KEY = 26, 13, 12
"""Cells of the columns."""
LEAST_HELP = 24
"""With fewer cells the help is told below alone."""


class CommandPaletteScreen(ListDialog[Entry | None]):
    """Returns what was chosen, or None."""

    DEFAULT_CSS = """
    CommandPaletteScreen {
        & > Vertical { width: 104; height: 34; max-height: 92%; }
        & OptionList { height: 1fr; }
        & OptionList > .option-list--option-disabled { color: $primary; text-style: bold; }
        & .palette--help { height: 2; margin: 1 0 0 0; color: $text-muted; }
    }
    """

    def __init__(self, chat: "ChatScreen") -> None:
        super().__init__()
        self._chat = chat
        self._entries = command_entries(chat.launch.keys)
        self._shown: dict[str, Entry] = {}
        """What stands in the list, by the ids of the options."""

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Commands"
            box.border_subtitle = "↑↓ · Enter runs it · Esc closes"
            yield Input(placeholder="Type what you want: a command, session, model or theme")
            yield OptionList(classes="-muted", markup=False)
            yield Static("", classes="palette--help", markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._load()

    @work
    async def _load(self) -> None:
        try:
            async for entries in choices(self._chat):
                self._entries += entries
                self._fill(keep=True)
        except TylerError as error:
            self._chat.report(error)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill, keep=True)

    @on(Input.Changed)
    def _filter(self) -> None:
        self._fill()

    def _fill(self, *, keep: bool = False) -> None:
        """Show what fits; the cursor stays on its entry when that is to be kept."""
        if not is_open(self):
            return
        options = self.query_one(OptionList)
        before = self._chosen
        found = fitting(self._entries, self.query_one(Input).value)[:MOST_SHOWN]
        rows: list[Option] = []
        self._shown, group, at = {}, "", None
        for number, one in enumerate(found):
            if one.entry.group != group:
                group = one.entry.group
                rows.append(Option(Content(group), disabled=True))
            if at is None or (keep and one.entry == before):
                at = len(rows)
            self._shown[str(number)] = one.entry
            rows.append(Option(self._row(one), id=str(number)))
        options.clear_options()
        options.add_options(rows)
        options.highlighted = at
        if at == 1:  # the heading above the first belongs to it
            options.scroll_home(animate=False)
        if not found:
            self._tell("Nothing fits. With no letters all is listed.")

    def _row(self, found: Found) -> Content:
        style = name_style(self.app.current_theme)
        entry, room = found.entry, max(20, self.query_one(OptionList).size.width - 2)
        name = fit(entry.name, room if entry.argument else NAME)
        shown = Content.styled(name, style)
        for position in found.marked:
            if position < len(name):
                shown = shown.stylize("bold underline", position, position + 1)
        right = "" if entry.argument else entry.slash.ljust(SLASH) + entry.key.rjust(KEY)
        space = room - cell_len(right) - max(NAME, cell_len(name)) - 2
        help = fit(entry.help, space - 1) if space > LEAST_HELP else ""
        gap = max(0, NAME - cell_len(name)) + 1
        keys = entry.key if not entry.argument else ""
        return Content.assemble(
            shown,
            " " * gap,
            set_cell_size(help, max(0, space)),
            right.removesuffix(keys),
            (keys, style),
        )

    @property
    def _chosen(self) -> Entry | None:
        option = self.query_one(OptionList).highlighted_option
        return self._shown.get(option.id or "") if option is not None else None

    @on(OptionList.OptionHighlighted)
    def _highlighted(self) -> None:
        if (entry := self._chosen) is not None:
            self._tell(entry.help)

    def _tell(self, text: str) -> None:
        self.query_one(".palette--help", Static).update(text)

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _take(self) -> None:
        if self.is_current and (entry := self._chosen) is not None:
            self.dismiss(entry)
