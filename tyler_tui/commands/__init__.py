"""Every command of the program, declared once.

Key bindings, the command palette, slash commands, the help overlay and the README's key table are
all read from `TABLE`. A module holds the commands of one part of the program; what they do stands
in the module of the same name in `tyler_tui.tui.actions`.
"""

from tyler_tui.commands.command import Command
from tyler_tui.commands.keys import key_label, keys_of
from tyler_tui.commands.line_mode import IN_LINE_MODE, InLineMode
from tyler_tui.commands.sessions import PICKING
from tyler_tui.commands.slash import by_slash, is_private, nearest_slash, read_slash
from tyler_tui.commands.table import COMMANDS, TABLE, by_id
from tyler_tui.commands.tools import ANSWERING, PANEL
from tyler_tui.commands.writing import EDITING, QUEUE

__all__ = [
    "ANSWERING", "COMMANDS", "EDITING", "IN_LINE_MODE", "PANEL", "PICKING", "QUEUE", "TABLE",
    "Command", "InLineMode", "by_id", "by_slash", "is_private", "key_label", "keys_of",
    "nearest_slash", "read_slash",
]  # fmt: skip
