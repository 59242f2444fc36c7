"""All keys and commands, from the one table that defines them."""

import asyncio
from collections.abc import Mapping

from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tyler_tui.commands import (
    ANSWERING,
    COMMANDS,
    EDITING,
    PANEL,
    PICKING,
    QUEUE,
    Command,
    key_label,
    keys_of,
)
from tyler_tui.keymap import clashes
from tyler_tui.tui.dialogs import is_open
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.screens.page import PageScreen

TYPED = (
    ("/", "At the start of a prompt: the commands, completed as you type"),
    ("@", "The files of the workspace; what is named goes with the prompt"),
)
MOUSE = (
    ("Drag", "Select; what is copied is the Markdown source"),
    ("Shift+Drag", "Select by the terminal's own means"),
    (
        "Click",
        "Open a tool call, thinking or a link, copy code, mark a message; in the top line and the "
        "bottom line what stands there",
    ),
    ("Wheel", "Scroll"),
)
"""What no command of the table stands for."""


class KeysScreen(PageScreen):
    """Closes with F1 too."""

    BINDINGS = [("f1", "dismiss", "Close")]

    DEFAULT_CSS = """
    KeysScreen {
        & > VerticalScroll { width: 104; }
        & #keys-taken { color: $text-warning; }
    }
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "Keys and commands"
            scroll.border_subtitle = "Esc closes"
            yield Static(self._table())
            yield Static(id="keys-taken", markup=False)

    def on_mount(self) -> None:
        self._tell_clashes()

    @work
    async def _tell_clashes(self) -> None:
        """Say which keys do not get here; tmux may have to be asked."""
        found = await asyncio.to_thread(clashes, self._keys)
        if found and is_open(self):
            said = dict.fromkeys(f"! {key_label(clash.key)}: {clash.taker}." for clash in found)
            self.query_one("#keys-taken", Static).update("\n".join(["", *said]))

    def _table(self) -> Table:
        groups: dict[str, list[Command]] = {"Writing": list(EDITING)}
        for command in COMMANDS:
            groups.setdefault(command.group, []).append(command)
        groups["A question"] = list(ANSWERING)
        groups["What waits"] = list(QUEUE)
        groups["The tool panel"] = list(PANEL)
        groups["The list of sessions"] = list(PICKING)
        palette = Palette.from_theme(self.app.current_theme)
        key = Style(color=palette.accent.color)
        table = Table.grid(padding=(0, 2))
        for group, commands in groups.items():
            if table.row_count:
                table.add_row()
            table.add_row(Text(group, palette.primary))
            rows = [(self._how(command), command.help) for command in commands]
            if group == "Writing":
                rows += TYPED
            for how, what in rows:
                table.add_row(Text(how, key), Text(what))
        table.add_row()
        table.add_row(Text("The mouse", palette.primary))
        for how, what in MOUSE:
            table.add_row(Text(how, key), Text(what))
        return table

    def _how(self, command: Command) -> str:
        keys = [key_label(key) for key in keys_of(command, self._keys) if key]
        return "  ".join([*keys, *(f"/{word}" for word in command.slash[:1])])
