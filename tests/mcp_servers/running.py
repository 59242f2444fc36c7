"""Servers of these tests, and what is done with them."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tyler_tui.agent.toolbox import Toolbox
from tyler_tui.agent.tools import Ask, ToolContext
from tyler_tui.mcp_settings import McpServerSettings
from tyler_tui.messages import ToolCall
from tyler_tui.tools.mcp import McpServers, ServerState

PROGRAMS = Path(__file__).parent / "programs"

Told = tuple[float | None, float | None, str]


def program(name: str, *arguments: str, **settings: Any) -> McpServerSettings:
    """The settings of a server that is one of the programs."""
    return McpServerSettings(
        command=sys.executable, args=["-u", str(PROGRAMS / f"{name}.py"), *arguments], **settings
    )


@asynccontextmanager
async def running(
    workspace: Path, *, pauses_s: Sequence[float] = (0.05, 0.05), **servers: McpServerSettings
) -> AsyncIterator[McpServers]:
    async with asyncio.timeout(60), McpServers(servers, workspace, pauses_s=pauses_s) as found:
        yield found


async def _nobody(message: str, fields: Mapping[str, Any]) -> None:
    return None


async def use(
    servers: McpServers,
    name: str,
    *,
    told: list[Told] | None = None,
    ask: Ask = _nobody,
    **arguments: Any,
) -> str:
    """The result of a call, as a turn makes it; `ask` answers what the server asks."""

    async def report(progress: float | None, total: float | None, message: str) -> None:
        if told is not None:
            told.append((progress, total, message))

    context = ToolContext("call_1", name, Path.cwd(), report, ask=ask)
    return await Toolbox([], [servers]).run(ToolCall("call_1", name, arguments), context)


async def until(true: Callable[[], bool], servers: McpServers | None = None) -> None:
    """Wait until something is the case; told by the servers where they have news of it."""
    async with asyncio.timeout(60):
        news = asyncio.Event()
        stop = servers.watch(lambda _: news.set()) if servers is not None else lambda: None
        try:
            while not true():
                if servers is not None:
                    await news.wait()
                    news.clear()
                else:
                    await asyncio.sleep(0.02)
        finally:
            stop()


def state(servers: McpServers, name: str) -> ServerState:
    return servers.server(name).status.state


def descendants(pid: int) -> set[int]:
    """All processes below that one."""
    found, new = set[int](), {pid}
    while new:
        new = {
            int(child)
            for parent in new
            for task in Path(f"/proc/{parent}/task").iterdir()
            for child in (task / "children").read_text().split()
        }
        found |= new
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
