"""Call the web tools as a turn does."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tyler_tui.agent.toolbox import Toolbox
from tyler_tui.agent.tools import Tool, ToolContext
from tyler_tui.errors import ToolError
from tyler_tui.messages import ToolCall
from tyler_tui.tools.web import web_tools
from tyler_tui.web_settings import WebSettings


class Report(NamedTuple):
    progress: float | None
    total: float | None
    message: str


class Browser:
    """The web tools, with settings of their own. `reports` is the progress that they told."""

    def __init__(self, workspace: Path, **settings: Any) -> None:
        self.workspace = workspace
        self.reports: list[Report] = []
        self._toolbox = Toolbox(web_tools(WebSettings(**settings)))

    async def use(self, name: str, **arguments: Any) -> str:
        """The result of a call, within a time in which nothing that hangs would end."""

        async def report(progress: float | None, total: float | None, message: str) -> None:
            self.reports.append(Report(progress, total, message))

        context = ToolContext("call_1", name, self.workspace, report)
        async with asyncio.timeout(60):
            return await self._toolbox.run(ToolCall("call_1", name, arguments), context)

    async def fetch(self, url: str, **arguments: Any) -> str:
        return await self.use("web-fetch", url=url, **arguments)

    async def refused(self, name: str, **arguments: Any) -> str:
        """Why a call has no result, in the words that the model reads."""
        try:
            result = await self.use(name, **arguments)
        except ToolError as error:
            return error.message
        raise AssertionError(f"{name} gave {result!r}")

    def tool(self, name: str) -> Tool:
        tool = self._toolbox.get(name)
        assert tool is not None
        return tool


def text_of(result: str) -> str:
    """What stands under the head of a fetched text."""
    return result.partition("\n\n")[2]


def notes_of(result: str) -> Sequence[str]:
    head = result.partition("\n\n")[0]
    return [line.removeprefix("Note: ") for line in head.split("\n") if line.startswith("Note: ")]
