"""All commands in one table, and finding one by its id."""

from tyler_tui.commands.command import Command
from tyler_tui.commands.models import MODELS
from tyler_tui.commands.program import PROGRAM
from tyler_tui.commands.reading import MESSAGES, READING
from tyler_tui.commands.sessions import PICKING, SESSIONS, STOPPING
from tyler_tui.commands.tools import ANSWERING, PANEL, TOOLS
from tyler_tui.commands.writing import EDITING, PROMPTS, QUEUE

COMMANDS: tuple[Command, ...] = (
    *STOPPING, *SESSIONS, *READING, *MESSAGES, *TOOLS, *MODELS, *PROMPTS, *PROGRAM,
)  # fmt: skip
"""What the chat does, wherever the focus is. The others belong to one part of the screen."""

TABLE: tuple[Command, ...] = (*EDITING, *COMMANDS, *ANSWERING, *QUEUE, *PANEL, *PICKING)
"""What the config may give other keys to."""


def by_id(id: str) -> Command:
    """The command with that id."""
    return next(command for command in TABLE if command.id == id)
