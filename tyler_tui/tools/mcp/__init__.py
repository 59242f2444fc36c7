"""Tools of MCP servers, which are programs or addresses that speak the Model Context Protocol
(https://modelcontextprotocol.io).

A server has a task of its own, that connects, notices when it is gone, and connects again. Whoever
calls its tools needs to know nothing of that. The SDK, package `mcp` of the extra of the same name,
is imported when the first server is connected, in a thread.

    async with mcp_tools({"files": {"command": "uvx", "args": ["some-mcp-server"]}}) as tools:
        agent = Agent(model_name="gpt-4o", tools=[*WEB_TOOLS, *tools])
"""

from tyler_tui.tools.mcp.library import mcp_tools
from tyler_tui.tools.mcp.servers import McpServers
from tyler_tui.tools.mcp.status import ServerState, ServerStatus

__all__ = ["McpServers", "ServerState", "ServerStatus", "mcp_tools"]
