"""The MCP servers of the config: whether each can be used, and what it has. They are started or
reached as a chat would, all at once, and ended behind it."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tyler_tui.config import Settings
from tyler_tui.doctor.finding import Notes
from tyler_tui.mcp_settings import secret_in_args

if TYPE_CHECKING:
    from tyler_tui.tools.mcp.server import McpServer

PATIENCE_S = 15.0
"""How long all of them together are waited for, whatever `connect_timeout` allows."""


def look(notes: Notes, settings: Settings | None) -> None:
    """Settings that cannot be used say nothing of servers, and neither does this."""
    if settings is None:
        return
    if not settings.mcp.servers:
        notes.ok("servers", "none in the config")
        return
    asyncio.run(_look_at_all(notes, settings))


async def _look_at_all(notes: Notes, settings: Settings) -> None:
    from tyler_tui.tools.mcp import McpServers  # noqa: PLC0415 - only where there are some

    servers = McpServers(settings.mcp.servers, Path.cwd())
    servers.start()
    try:
        await asyncio.wait([asyncio.create_task(servers.settled())], timeout=PATIENCE_S)
        for name in servers.names:
            _tell(notes, servers.server(name))
    finally:
        await servers.close()


def _tell(notes: Notes, server: "McpServer") -> None:
    from tyler_tui.tools.mcp import ServerState  # noqa: PLC0415 - as above

    status = server.status
    name = server.name
    if argument := secret_in_args(server.settings):
        notes.warn(
            name,
            "a secret stands in its arguments, where others on this machine can see it: "
            + argument,
            f"Give it in env, if the server takes it from there: [mcp.servers.{name}].",
        )
    match status.state:
        case ServerState.READY:
            counts = (
                (status.tools, "tool"),
                (status.resources, "resource"),
                (status.prompts, "prompt"),
            )
            has = [f"{n} {what}{'s' * (n != 1)}" for n, what in counts if n]
            notes.ok(name, f"{', '.join(has) or 'has nothing'}, in {status.connected_s:.1f} s")
            for text in status.left_out:
                notes.warn(name, f"left out: {text}", "Tell whoever makes that server.")
        case ServerState.CONNECTING:
            notes.warn(
                name,
                f"does not answer within {PATIENCE_S:g} s {status.reason}".rstrip(),
                f"tyler-chat mcp test {name} waits {server.settings.connect_timeout:g} s for it, "
                "as a chat does.",
            )
        case ServerState.FAILED:
            notes.fail(
                name,
                status.reason,
                status.hint
                or f"Look at [mcp.servers.{name}] in the config, or remove it: "
                f"tyler-chat mcp remove {name}",
            )
        case ServerState.OFF:
            notes.ok(name, "off, as the config says")
