"""Call the file tools as a turn does."""

import asyncio
from pathlib import Path
from typing import Any

from tyler_tui.agent.tools import Toolbox, ToolContext
from tyler_tui.errors import ToolError
from tyler_tui.messages import ToolCall
from tyler_tui.tools import FILES_TOOLS

TOOLBOX = Toolbox(FILES_TOOLS)


async def _report(progress: float | None, total: float | None, message: str) -> None:
    """Progress is of no interest here."""


async def use(workspace: Path, name: str, **arguments: Any) -> str:
    """The result of a call, within a time in which nothing that blocks would end."""
    context = ToolContext("call_1", name, workspace, _report)
    async with asyncio.timeout(10):
        return await TOOLBOX.run(ToolCall("call_1", name, arguments), context)


async def told(workspace: Path, name: str, **arguments: Any) -> str:
    """What the model reads: the result, or why there is none."""
    try:
        return await use(workspace, name, **arguments)
    except ToolError as error:
        return error.message


def preview(workspace: Path, **arguments: Any) -> str:
    """What an approval of a write shows."""
    tool = TOOLBOX.get("files-write")
    assert tool is not None
    assert tool.preview is not None
    return tool.preview(arguments, workspace)


def summary(**arguments: Any) -> str:
    """The one line that stands for a write."""
    tool = TOOLBOX.get("files-write")
    assert tool is not None
    return tool.summary(arguments)
