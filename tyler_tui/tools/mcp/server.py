"""One server: kept connected by a task of its own, called by whoever has its tools."""

import asyncio
import importlib
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tyler_tui.agent.tools import Ask
from tyler_tui.errors import McpError, ToolError, TylerError
from tyler_tui.mcp_settings import McpServerSettings
from tyler_tui.messages import Attachment
from tyler_tui.sanitize import one_line
from tyler_tui.tools.mcp.offer import Offer
from tyler_tui.tools.mcp.status import ServerState, ServerStatus

if TYPE_CHECKING:  # the SDK comes with it, which takes its time
    from tyler_tui.tools.mcp.connection import Connection, Report

PAUSES_S = (0.5, 2.0, 8.0)
"""Before a server that was lost is connected again; lost once more, it stays so."""
STEADY_S = 60.0
"""Connected for so long, what was lost before does not count."""
CALM_S = 0.1
"""What changes more often than that is looked at once."""
CLOSE_S = 3.0
"""How long the end of a server is waited for."""

_log = logging.getLogger(__name__)


class McpServer:
    """See the module's text. `told` hears of every change of the status or the offer."""

    def __init__(
        self,
        name: str,
        settings: McpServerSettings,
        workspace: Path,
        told: Callable[["McpServer"], None],
        *,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        self.name = name
        self.settings = settings
        self.status = ServerStatus(name, ServerState.OFF)
        self.offer = Offer()
        self._workspace = workspace
        self._told = told
        self._pauses_s = pauses_s
        self._task: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._settled = asyncio.Event()

    def start(self) -> None:
        """Begin to connect; also again, when it failed. Nothing is awaited."""
        if self._task is None or self._task.done():
            self._say(ServerState.CONNECTING)
            self._task = asyncio.create_task(self._run(), name=f"mcp {self.name}")

    async def close(self) -> None:
        """End it, and all that it started."""
        task, self._task = self._task, None
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=CLOSE_S)
        self._forget()
        self._say(ServerState.OFF)

    async def restart(self) -> None:
        """Connect anew."""
        await self.close()
        self.start()

    async def settled(self) -> ServerStatus:
        """The status, once it is known whether the server can be used."""
        await self._settled.wait()
        return self.status

    async def call(
        self, tool: str, arguments: Mapping[str, Any], report: "Report", ask: Ask
    ) -> tuple[str, list[Attachment]]:
        """Call a tool. Raises ToolError."""
        try:
            connection = await self._connected()
            try:
                return await connection.call(tool, arguments, report, ask)
            finally:
                self._notice(connection)
        except McpError as error:
            raise ToolError(error.message) from error

    async def read(self, uri: str) -> tuple[str, list[Attachment]]:
        """A resource: its text, and the images in it. Raises McpError."""
        return await self._in_time(lambda to: to.read(uri))

    async def prompt(self, name: str, arguments: dict[str, str]) -> tuple[str, list[Attachment]]:
        """A prompt, and the images in it. Raises McpError."""
        return await self._in_time(lambda to: to.prompt(name, arguments))

    async def _in_time(self, ask: Callable[["Connection"], Any]) -> tuple[str, list[Attachment]]:
        try:
            async with asyncio.timeout(self.settings.call_timeout):
                connection = await self._connected()
                found: tuple[str, list[Attachment]] = await ask(connection)
                return found
        except TimeoutError as error:
            raise McpError(
                f"The MCP server {self.name} took longer than {self.settings.call_timeout:g} s."
            ) from error

    def _notice(self, connection: "Connection") -> None:
        """Let later calls wait for what becomes of a connection that was lost just now."""
        if connection.lost.is_set() and connection is self._connection:
            self._connection = None
            self._settled.clear()

    async def _connected(self) -> "Connection":
        """The connection, once there is one. Raises McpError."""
        await self._settled.wait()
        if self._connection is None:
            reason = f": {self.status.reason}" if self.status.reason else ""
            raise McpError(
                f"The MCP server {self.name} is not connected{reason}", hint=self.status.hint
            )
        return self._connection

    async def _run(self) -> None:
        """Keep it connected, until it is lost too often."""
        lost = 0
        while True:
            began = time.monotonic()
            try:
                reason, hint = await self._while_connected(began), ""
            except TylerError as error:
                reason, hint = error.message, error.hint
            except Exception as error:
                _log.exception("the MCP server %s failed in a way that nobody foresaw", self.name)
                reason, hint = one_line(f"{type(error).__name__}: {error}", 300), ""
            was_ready = self.status.state is ServerState.READY
            self._connection = None
            reason = reason.rstrip(".")
            if was_ready and time.monotonic() - began > STEADY_S:
                lost = 0
            if not was_ready and not lost:  # it never worked
                break
            lost += 1
            if lost > len(self._pauses_s):
                hint = hint or f"It was lost too often: /mcp {self.name} connects it again."
                break
            self._say(ServerState.CONNECTING, reason=f"again: {reason}")
            await asyncio.sleep(self._pauses_s[lost - 1])
        self._forget()
        self._say(ServerState.FAILED, reason=reason, hint=hint)

    async def _while_connected(self, began: float) -> str:
        """Connect, and stay until it is lost; returns how. Raises TylerError when it cannot be
        connected."""
        sdk = await asyncio.to_thread(_loaded)
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self.settings.connect_timeout):
                    connecting = sdk.connected(self.name, self.settings, self._workspace)
                    connection: Connection = await stack.enter_async_context(connecting)
                    self.offer = await connection.offer()
            except TimeoutError as error:
                raise McpError(
                    f"It did not answer within {self.settings.connect_timeout:g} s.",
                    hint="Give it a longer connect_timeout in the config if it is only slow.",
                ) from error
            self._connection = connection
            self._say(ServerState.READY, connected_s=time.monotonic() - began)
            while True:
                await connection.news.wait()
                if connection.lost.is_set():
                    return connection.ending
                await asyncio.sleep(CALM_S)
                connection.news.clear()
                self.offer = await connection.offer()
                self._say(ServerState.READY, connected_s=self.status.connected_s)

    def _forget(self) -> None:
        self._connection = None
        self.offer = Offer()

    def _say(
        self, state: ServerState, *, reason: str = "", hint: str = "", connected_s: float = 0.0
    ) -> None:
        """What is known of it now, for whoever shows it."""
        self.status = ServerStatus(
            self.name,
            state,
            tools=len(self.offer.tools),
            resources=len(self.offer.resources),
            prompts=len(self.offer.prompts),
            reason=reason,
            hint=hint,
            left_out=self.offer.left_out,
            connected_s=connected_s,
        )
        if state is ServerState.CONNECTING:
            self._settled.clear()
        else:
            self._settled.set()
        self._told(self)


def _loaded() -> Any:
    """The module with the SDK. Raises McpError where that is not installed."""
    try:
        return importlib.import_module("tyler_tui.tools.mcp.connection")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("tyler_tui"):
            raise
        raise McpError(
            "The package for MCP is not installed.",
            hint='Install it: pip install "tyler-tui[mcp]".',
        ) from error
