"""What the commands do in line mode, a module for each group of them.

`IN_LINE_MODE` in `tyler_tui.commands` says which there are. The function that does one is marked
with `@does("its.id")`; it gets the chat and what stands behind the slash name.
"""

from tyler_tui.plain.actions import mcp, messages, models, program, sessions, tools
from tyler_tui.plain.actions.registry import run, unknown

__all__ = ["mcp", "messages", "models", "program", "run", "sessions", "tools", "unknown"]
