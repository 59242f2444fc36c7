"""A web application behind a real server on a free port of loopback."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from websockets.asyncio.client import ClientConnection


class _Server(uvicorn.Server):
    def __init__(self, app: Any) -> None:
        self.ready = asyncio.Event()
        super().__init__(uvicorn.Config(app, port=0, log_level="warning", ws="websockets-sansio"))

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def served(app: Any) -> AsyncIterator[str]:
    """Serve `app`; gives its host and port."""
    server = _Server(app)
    serving = asyncio.create_task(server.serve())
    await server.ready.wait()
    host, port = server.servers[0].sockets[0].getsockname()
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        await serving


async def told(socket: ClientConnection, last: str) -> list[dict[str, Any]]:
    """All objects that come over `socket`, up to one of type `last`."""
    objects: list[dict[str, Any]] = []
    async with asyncio.timeout(60):
        while not objects or objects[-1]["type"] != last:
            objects.append(json.loads(await socket.recv()))
    return objects
