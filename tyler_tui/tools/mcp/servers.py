"""All servers of a config, and their tools."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tyler_tui.agent.tools import Tool, ToolContext
from tyler_tui.errors import McpError
from tyler_tui.mcp_names import tool_name
from tyler_tui.mcp_settings import McpServerSettings
from tyler_tui.sanitize import one_line
from tyler_tui.toml_file import nearest
from tyler_tui.tools.mcp.offer import OfferedTool
from tyler_tui.tools.mcp.server import PAUSES_S, McpServer
from tyler_tui.tools.mcp.status import ServerState, ServerStatus

if TYPE_CHECKING:
    from typing import Self

CONTEXT = "the context of the call"
"""The name under which a call gets its ToolContext: no argument is called that."""


class McpServers:
    """Connects to servers, and has their tools (a `ToolSource`): live, for servers come and go. All
    methods belong to one event loop. With `async with` all are asked, and ended behind it."""

    def __init__(
        self,
        servers: Mapping[str, McpServerSettings],
        workspace: Path | None = None,
        *,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        """`pauses_s` are those before a server that was lost is connected again, in seconds."""
        self._servers = {
            name: McpServer(
                name, settings, workspace or Path.cwd(), self._changed, pauses_s=pauses_s
            )
            for name, settings in servers.items()
        }
        self._tools: tuple[Tool, ...] = ()
        self._names: dict[str, list[str]] = {}
        """Of the tools of each server."""
        self._is_started = False
        self._listeners: list[Callable[[ServerStatus], None]] = []

    def start(self) -> None:
        """Begin to connect to all that are enabled, once. Nothing is awaited."""
        if self._is_started:
            return
        self._is_started = True
        for server in self._servers.values():
            if server.settings.enabled:
                server.start()

    async def close(self) -> None:
        """End all of them."""
        await asyncio.gather(*(server.close() for server in self._servers.values()))

    async def __aenter__(self) -> "Self":
        self.start()
        await self.settled()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def settled(self) -> None:
        """Return when it is known of each server whether it can be used."""
        running = (one for one in self._servers.values() if one.settings.enabled)
        await asyncio.gather(*(server.settled() for server in running))

    def watch(self, told: Callable[[ServerStatus], None]) -> Callable[[], None]:
        """Hear of every change from now on; returns the call that ends it."""
        self._listeners.append(told)
        return lambda: self._listeners.remove(told)

    @property
    def names(self) -> list[str]:
        return list(self._servers)

    @property
    def statuses(self) -> list[ServerStatus]:
        return [server.status for server in self._servers.values()]

    def server(self, name: str) -> McpServer:
        """Raises McpError when there is none of that name."""
        if (found := self._servers.get(name)) is None:
            raise McpError(
                f"There is no MCP server {one_line(name, 60)!r}.",
                hint=nearest(name, self._servers)
                if self._servers
                else "The config has none; `tyler-chat mcp add NAME -- COMMAND` adds one.",
            )
        return found

    @property
    def tools(self) -> Sequence[Tool]:
        """Those of all servers, now."""
        return self._tools

    def tool_names(self, server: str) -> list[str]:
        """What the tools of that server are called, now."""
        return self._names.get(server, [])

    def chosen(self, patterns: Sequence[str] | None) -> "ChosenTools":
        """Those whose names fit one of the patterns; all with None."""
        return ChosenTools(self, patterns)

    def _changed(self, server: McpServer) -> None:
        tools: dict[str, Tool] = {}
        self._names = {}
        for one in self._servers.values():
            if one.status.state in (ServerState.READY, ServerState.CONNECTING):
                for offered in one.offer.tools:
                    name = tool_name(one.name, offered.name, tools)
                    tools[name] = _tool(name, one, offered)
                    self._names.setdefault(one.name, []).append(name)
        self._tools = tuple(tools.values())
        for told in list(self._listeners):
            told(server.status)


class ChosenTools:
    """Some of the tools of servers, live."""

    def __init__(self, servers: McpServers, patterns: Sequence[str] | None) -> None:
        self._servers = servers
        self._patterns = patterns

    @property
    def tools(self) -> Sequence[Tool]:
        patterns = self._patterns
        if patterns is None:
            return self._servers.tools
        return [
            tool
            for tool in self._servers.tools
            if any(fnmatchcase(tool.name, pattern) for pattern in patterns)
        ]


def _tool(name: str, server: McpServer, offered: OfferedTool) -> Tool:
    async def call(**given: Any) -> str:
        context: ToolContext = given.pop(CONTEXT)
        text, images = await server.call(offered.name, given, context.report, context.ask)
        context.images.extend(images)
        return text

    trusted = server.settings.trust_hints and offered.reads_only
    return Tool(
        name=name,
        description=offered.description,
        parameters=dict(offered.schema),
        function=call,
        risk="read" if trusted else "other",
        timeout_s=server.settings.call_timeout,
        context_parameter=CONTEXT,
    )
