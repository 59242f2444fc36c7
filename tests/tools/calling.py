"""Call the file tools as a turn does."""

import asyncio
from pathlib import Path
from typing import Any

from tyler_tui.agent.toolbox import Toolbox
from tyler_tui.agent.tools import Tool, ToolContext
from tyler_tui.errors import ToolError
from tyler_tui.messages import ToolCall
from tyler_tui.tools import FILES_TOOLS

TOOLBOX = Toolbox(FILES_TOOLS)


async def _report(progress: float | None, total: float | None, message: str) -> None:
    """Progress is of no interest here."""


class Caller:
    """Calls in one conversation: the tools remember what they did before."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._memory: dict[str, Any] = {}

    async def use(self, name: str, **arguments: Any) -> str:
        """The result of a call, within a time in which nothing that blocks would end."""
        context = ToolContext("call_1", name, self._workspace, _report, self._memory)
        async with asyncio.timeout(60):
            return await TOOLBOX.run(ToolCall("call_1", name, arguments), context)


async def use(workspace: Path, name: str, **arguments: Any) -> str:
    """The result of a call in a conversation of its own."""
    return await Caller(workspace).use(name, **arguments)


async def told(workspace: Path, name: str, **arguments: Any) -> str:
    """What the model reads: the result, or why there is none."""
    try:
        return await use(workspace, name, **arguments)
    except ToolError as error:
        return error.message


def the_tool(name: str) -> Tool:
    tool = TOOLBOX.get(name)
    assert tool is not None
    return tool


def preview_of(name: str, workspace: Path, **arguments: Any) -> str:
    """What an approval of a call shows."""
    tool = the_tool(name)
    assert tool.preview is not None
    return tool.preview(arguments, workspace)


def preview(workspace: Path, **arguments: Any) -> str:
    """What an approval of a write shows."""
    return preview_of("files-write", workspace, **arguments)


def summary(**arguments: Any) -> str:
    """The one line that stands for a write."""
    return the_tool("files-write").summary(arguments)


def applied(before: str, diff: list[str]) -> str:
    """`before` with a unified diff applied, as `patch` does it."""
    old, new = before.splitlines(keepends=True), list[str]()
    position, last = 0, ""
    for line in diff[2:]:
        if line.startswith("@@"):
            start, _, length = line.split()[1][1:].partition(",")
            first = int(start) - (length != "0")
            new += old[position:first]
            position = first
        elif line.startswith("\\"):
            if last != "-":
                new[-1] = new[-1].removesuffix("\n")
        else:
            last = line[0]
            if last != "+":
                assert old[position].removesuffix("\n") == line[1:]
                position += 1
            if last != "-":
                new.append(line[1:] + "\n")
    return "".join(new + old[position:])
