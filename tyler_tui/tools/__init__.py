"""Tools for models, in families: each a module with a list of its tools.

The lists are made when they are first used: the workers, which must start quickly, live in this
package too.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tyler_tui.agent.tools import Tool
    from tyler_tui.tools.command_line import COMMAND_LINE_TOOLS as COMMAND_LINE_TOOLS
    from tyler_tui.tools.files import FILES_TOOLS as FILES_TOOLS
    from tyler_tui.tools.web import WEB_TOOLS as WEB_TOOLS

    TOOLS: list[Tool]

_FAMILIES = {"FILES_TOOLS": "files", "WEB_TOOLS": "web", "COMMAND_LINE_TOOLS": "command_line"}

__all__ = ["COMMAND_LINE_TOOLS", "FILES_TOOLS", "TOOLS", "WEB_TOOLS"]


def __getattr__(name: str) -> "list[Tool]":
    if name == "TOOLS":
        made = [tool for family in _FAMILIES for tool in __getattr__(family)]
    elif name in _FAMILIES:
        made = getattr(import_module(f"{__name__}.{_FAMILIES[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = made
    return made
