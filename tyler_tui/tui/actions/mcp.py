"""The MCP servers: how it stands with them, and connecting one again."""

from typing import TYPE_CHECKING

from tyler_tui.tui.actions.registry import does_with

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

NONE = "The config has no MCP servers.\n`tyler-chat mcp add NAME -- COMMAND` adds one."


@does_with("mcp.servers")
async def servers(chat: "ChatScreen", name: str) -> None:
    from tyler_tui.tui.screens.mcp_servers import McpServersScreen  # noqa: PLC0415 - seldom

    mcp = chat.backend.mcp
    if mcp is None:
        chat.notify(NONE, title="MCP servers", markup=False, timeout=10)
    elif name:
        await mcp.server(name).restart()
        chat.status.say(f"connecting to the MCP server {name}…")
    else:
        chat.app.push_screen(McpServersScreen(mcp))
