"""The MCP servers: how it stands with them, and connecting one again."""

from typing import TYPE_CHECKING

from tyler_tui.plain.actions.registry import does

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat


@does("mcp.servers")
async def tell_servers(chat: "Chat", name: str) -> None:
    mcp = chat.backend.mcp
    if mcp is None:
        await chat.voice.say("The config has no MCP servers. tyler-chat mcp add adds one.")
        return
    from tyler_tui.tools.mcp.telling import told  # noqa: PLC0415 - as the servers themselves

    if name:
        await mcp.server(name).restart()
        await mcp.server(name).settled()
    for one in [name] if name else mcp.names:
        for line in told(mcp, one):
            await chat.voice.say(line)
