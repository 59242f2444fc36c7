"""What the commands do, a module for each group of them.

To add a command: declare it in `tyler_tui.commands`, and write the function that does it in the
module of its group here, marked with `@does("its.id")`, or with `@does_with("its.id")` when it
takes what stands behind its slash name. A new module is listed below. Keys, palette, slash names
and help follow by themselves; a test fails for a command that nothing does.
"""

from tyler_tui.tui.actions import (
    agents,
    images,
    mcp,
    messages,
    models,
    panel,
    program,
    queue,
    reading,
    sessions,
    stopping,
    tools,
    writing,
)
from tyler_tui.tui.actions.registry import run

__all__ = [
    "agents",
    "images",
    "mcp",
    "messages",
    "models",
    "panel",
    "program",
    "queue",
    "reading",
    "run",
    "sessions",
    "stopping",
    "tools",
    "writing",
]
