"""Tools for models, in families: each a module with a list of its tools."""

from tyler_tui.tools.command_line import COMMAND_LINE_TOOLS
from tyler_tui.tools.files import FILES_TOOLS

TOOLS = [*FILES_TOOLS, *COMMAND_LINE_TOOLS]

__all__ = ["COMMAND_LINE_TOOLS", "FILES_TOOLS", "TOOLS"]
