"""Run real commands as a turn does, and look after the processes that they start."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tyler_tui.agent.toolbox import Toolbox
from tyler_tui.agent.tools import Tool, ToolContext
from tyler_tui.errors import ToolError
from tyler_tui.messages import ToolCall
from tyler_tui.tools import COMMAND_LINE_TOOLS

TOOLBOX = Toolbox(COMMAND_LINE_TOOLS)


def the_tool() -> Tool:
    (tool,) = TOOLBOX
    return tool


async def run(
    workspace: Path, command: str, *, reports: list[str] | None = None, **arguments: Any
) -> str:
    """The result of a command; what is reported while it runs goes to `reports`."""

    async def report(progress: float | None, total: float | None, message: str) -> None:
        if reports is not None:
            reports.append(message)

    context = ToolContext("call_1", "command_line-run", workspace, report)
    call = ToolCall("call_1", "command_line-run", {"command": command, **arguments})
    async with asyncio.timeout(60):
        return await TOOLBOX.run(call, context)


async def told(workspace: Path, command: str) -> str:
    """What the model reads, whether the command failed or not."""
    try:
        return await run(workspace, command)
    except ToolError as error:
        return error.message


async def pids_in(file: Path, count: int) -> list[int]:
    """The process ids that a command writes into `file`, once there are `count` of them."""
    async with asyncio.timeout(60):
        while True:
            with suppress(FileNotFoundError):
                text = await asyncio.to_thread(file.read_text)
                if text.count("\n") >= count:
                    return [int(line) for line in text.split()]
            await asyncio.sleep(0.01)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def all_end(pids: list[int], within_s: float = 60) -> bool:
    """Whether all of them are gone, at once or soon: a killed process needs a moment to die."""
    limit = time.monotonic() + within_s
    while any(map(is_alive, pids)):
        if time.monotonic() > limit:
            return False
        time.sleep(0.01)
    return True
