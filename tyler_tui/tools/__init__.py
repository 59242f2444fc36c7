"""Tools for models, in families: each a module with a list of its tools."""

from tyler_tui.tools.files import FILES_TOOLS

TOOLS = [*FILES_TOOLS]

__all__ = ["FILES_TOOLS", "TOOLS"]
