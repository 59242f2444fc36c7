"""A server that tells the token that it was given, in every way that there is."""

import os
import sys

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError

server = MCPServer("confessing")
TOKEN = os.environ["OWN_TOKEN"]


@server.tool()
async def confess(how: str, context: Context) -> str:
    """Tell it."""
    match how:
        case "failing":
            raise ToolError(f"{TOKEN} is not known")
        case "working":
            await context.report_progress(1, 2, f"with {TOKEN}")
        case "dying":
            print(f"{TOKEN} has expired", file=sys.stderr, flush=True)
            os._exit(3)
        case _:
            pass
    return f"it is {TOKEN}, yes {TOKEN}"


@server.resource("memo://token", mime_type="text/plain")
def written_down() -> str:
    """What opens the door."""
    return TOKEN


@server.prompt()
def ask() -> str:
    """Ask with it."""
    return f"Use {TOKEN}."


if __name__ == "__main__":
    print(f"starting with {TOKEN}", file=sys.stderr, flush=True)
    server.run("stdio")
