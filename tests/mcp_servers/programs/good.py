"""A server that behaves: written with the SDK."""

import asyncio
import base64
import os
import socket
import sys
from pathlib import Path
from typing import Any

import anyio
import uvicorn
from mcp.server.mcpserver import Context, Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def make() -> MCPServer:
    server = MCPServer("good")

    @server.tool()
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    def environment() -> list[str]:
        """The names of the variables that the server has."""
        return sorted(os.environ)

    @server.tool()
    def fail() -> str:
        """Fail."""
        raise ToolError("the disk is full")

    @server.tool(structured_output=False)
    def picture() -> list[Any]:
        """Look at a picture."""
        return ["Here it is:", Image(data=PIXEL, format="png")]

    @server.tool()
    async def slow(steps: int, context: Context) -> str:
        """Work for a while, and say how far it is."""
        for step in range(steps):
            await context.report_progress(step + 1, steps, f"step {step + 1}")
        return "done"

    @server.tool()
    async def wait(path: str) -> str:
        """Wait for ever; tell the file at `path` when that is cancelled."""
        Path(path).write_text("waiting")  # noqa: ASYNC240
        try:
            await asyncio.sleep(600)
        except anyio.get_cancelled_exc_class():
            Path(path).write_text("cancelled")  # noqa: ASYNC240
            raise
        return "never"

    @server.tool()
    async def grow(context: Context) -> str:
        """Offer one more tool."""

        def grown() -> str:
            """New here."""
            return "grown"

        server.add_tool(grown)
        await context.notify_tools_changed()
        await context.session.send_tool_list_changed()
        return "there is one more"

    @server.tool()
    def die() -> str:
        """End at once."""
        print("out of memory", file=sys.stderr, flush=True)
        os._exit(3)

    @server.tool()
    def huge(characters: int) -> str:
        """Return much."""
        return "x" * characters

    @server.resource("memo://today", mime_type="text/plain", title="Memo of today")
    def memo() -> str:
        """What is to be done."""
        return "buy milk"

    @server.prompt()
    def review(path: str, focus: str = "faults") -> str:
        """Review a file."""
        return f"Review {path} for {focus}."

    return server


if __name__ == "__main__":
    print("starting", file=sys.stderr, flush=True)
    if sys.argv[1:] == ["http"]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            print(listening.getsockname()[1], flush=True)
            app = make().streamable_http_app()
            uvicorn.Server(uvicorn.Config(app, log_level="critical")).run([listening])
    else:
        make().run("stdio")
