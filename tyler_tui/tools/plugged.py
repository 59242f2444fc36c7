"""Tools that plug-ins bring: the entry points of the group `tyler_tui.tools`.

An entry point stands for a typed function, a Tool, or a list of them. What a plain function does is
not known, so each call of it asks; `@tool(risk="read")` says that it only reads.
"""

from typing import Any

from tyler_tui import plugins
from tyler_tui.agent.tools import Tool, as_tool, tool
from tyler_tui.tools import TOOLS


def plugged_tools() -> list[Tool]:
    """The tools; one whose name is taken is left out."""
    tools: dict[str, Tool] = {}
    taken = {one.name for one in TOOLS}
    for plugin, value in plugins.loaded(plugins.TOOLS):
        for part in value if isinstance(value, list | tuple) else (value,):
            try:
                made = _made(part)
            except Exception as error:
                plugins.leave_out(plugin, error)
                continue
            if made.name in taken:
                plugins.leave_out(plugin, f"there is a tool called {made.name} already")
                continue
            taken.add(made.name)
            tools[made.name] = made
    return list(tools.values())


def _made(value: Any) -> Tool:
    if isinstance(value, Tool | dict):
        return as_tool(value)
    if not callable(value):
        raise TypeError(f"{value!r} is no tool: give a typed function, a Tool, or a list of them")
    return tool(risk="other")(value)
