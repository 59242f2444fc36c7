"""For programs of one's own: the tools of servers, as long as they are needed."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from tyler_tui.agent.tools import Tool
from tyler_tui.errors import ConfigError, McpError
from tyler_tui.mcp_settings import McpServerSettings, problem_of
from tyler_tui.tools.mcp.servers import McpServers
from tyler_tui.tools.mcp.status import ServerState


@asynccontextmanager
async def mcp_tools(
    servers: Mapping[str, McpServerSettings | Mapping[str, Any]], workspace: Path | None = None
) -> AsyncIterator[list[Tool]]:
    """The tools of `servers`, which are connected while it is entered. A server is written as in
    the config, as a dict or as McpServerSettings; `workspace`, the current folder unless it is
    given, is where its program runs.

    Raises ConfigError for what is no server, and McpError when one cannot be connected. An agent
    that shall see tools come and go takes `tool_sources=[McpServers(...)]` instead.
    """
    async with McpServers(_settings(servers), workspace) as running:
        for status in running.statuses:
            if status.state is ServerState.FAILED:
                raise McpError(f"{status.name}: {status.reason}.", hint=status.hint)
        yield list(running.tools)


def _settings(
    servers: Mapping[str, McpServerSettings | Mapping[str, Any]],
) -> dict[str, McpServerSettings]:
    found = {}
    for name, server in servers.items():
        try:
            settings = msgspec.convert(server, McpServerSettings)
        except msgspec.ValidationError as error:
            raise ConfigError(f"The MCP server {name!r} cannot be: {error}.") from error
        if problem := problem_of(name, settings):
            raise ConfigError(f"The MCP server {name!r} {problem[0]}.", hint=problem[1])
        found[name] = settings
    return found
