"""A server in words, for whoever asks how it stands."""

from collections.abc import Iterator

from tyler_tui.sanitize import one_line
from tyler_tui.tools.mcp.server import McpServer
from tyler_tui.tools.mcp.servers import McpServers
from tyler_tui.tools.mcp.status import ServerState

MOST_NAMED = 30


def told(servers: McpServers, name: str) -> Iterator[str]:
    """Lines about a server: how it stands first, then what it has. Raises McpError when there is
    none of that name."""
    server = servers.server(name)
    status, offer = server.status, server.offer
    took = f" in {status.connected_s:.1f} s" if status.state is ServerState.READY else ""
    yield f"{server.name}: {_state(server)}{took}"
    if status.hint:
        yield status.hint
    if offer.tools:
        yield f"tools: {_named(servers.tool_names(name))}"
    yield from (f"left out: {one_line(text)}" for text in status.left_out)
    if offer.resources:
        uris = [f"@{server.name}:{resource.uri}" for resource in offer.resources]
        yield f"resources: {_named(uris)}"
    if offer.prompts:
        yield f"prompts: {_named([f'/{server.name}:{prompt.name}' for prompt in offer.prompts])}"


def _state(server: McpServer) -> str:
    if server.status.state is ServerState.READY:
        return "ready"
    return one_line(server.status.line, 500)


def _named(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(one_line(name, 120) for name in names[:MOST_NAMED]) + more
