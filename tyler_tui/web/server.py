"""Serve: listen, say where, and end in order."""

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Generator
from urllib.parse import quote

import uvicorn

from tyler_tui.errors import UsageError
from tyler_tui.loopback import is_loopback
from tyler_tui.sanitize import one_line
from tyler_tui.web.app import create_app
from tyler_tui.web.channel import Channels, OpenConversation
from tyler_tui.web.chat import PATIENCE_S, chat_router
from tyler_tui.web.connection import BoundedProtocol
from tyler_tui.web.guard import Access
from tyler_tui.web.options import ServeOptions
from tyler_tui.web.protocol import MAX_MESSAGE_BYTES
from tyler_tui.web.terminal import STATIC, Program, terminal_router

CLOSING_S = 15
"""How long clients and programs may take to end."""
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses that are no place to go to, and this machine in their stead."""
_STOPPING_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_log = logging.getLogger(__name__)


async def serve(open_conversation: OpenConversation, options: ServeOptions) -> int:
    """Serve until a signal comes; returns the exit code. Raises UsageError when that cannot be."""
    with contextlib.closing(listen(options.host, options.port)) as listener:
        server = WebServer(open_conversation, options)
        port = listener.getsockname()[1]
        with _stop_on_signals(server.stop):
            sys.stdout.write(_welcome(options, port))
            sys.stdout.flush()
            await server.serve(sockets=[listener])
    return 0


class WebServer(uvicorn.Server):
    """Uvicorn, but that it leaves signals alone, and stops the answers before it closes."""

    def __init__(
        self,
        open_conversation: OpenConversation,
        options: ServeOptions,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.channels = Channels(open_conversation, approval_timeout_s=options.approval_timeout_s)
        self._stopping: asyncio.Task[None] | None = None
        access = Access(options.token, {options.host}, options.origins)
        program = Program(options.terminal, dict(options.environment))
        routers = [chat_router(self.channels, patience_s=patience_s), terminal_router(program)]
        app = create_app(access, routers, static=STATIC)
        config = uvicorn.Config(
            app,
            http=BoundedProtocol,
            ws="websockets-sansio",
            ws_max_size=MAX_MESSAGE_BYTES,
            log_config=None,  # Uvicorn would log addresses with what stands in their query
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=CLOSING_S,
        )
        super().__init__(config)

    def stop(self) -> None:
        """End in order; asked a second time, at once."""
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._stop())
        else:
            self.should_exit = self.force_exit = True

    async def _stop(self) -> None:
        try:
            async with asyncio.timeout(CLOSING_S):
                await self.channels.close_all()
        except Exception:
            _log.exception("answers could not be stopped")
        finally:
            self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def listen(host: str, port: int, *, patience_s: float = PATIENCE_S) -> socket.socket:
    """A listening socket. Connections that take nothing for long are closed by the system too:
    Uvicorn would keep one whose client is there and reads nothing. Raises UsageError."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "TCP_USER_TIMEOUT"):
                milliseconds = int(patience_s * 2000)
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
            listener.bind(address)
            listener.listen(128)
        except BaseException:
            listener.close()
            raise
    except (OSError, OverflowError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"{one_line(host, 60)} port {port} cannot be listened on: {why}.",
            hint="--port 0 takes a port that is free; --host 127.0.0.1 is this machine alone.",
        ) from error
    listener.setblocking(False)
    return listener


@contextlib.contextmanager
def _stop_on_signals(stop: Callable[[], None]) -> Generator[None, None, None]:
    loop = asyncio.get_running_loop()
    numbers = [getattr(signal, name) for name in _STOPPING_SIGNALS if hasattr(signal, name)]
    heard = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    for number in heard:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in heard:
            loop.remove_signal_handler(number)


def _welcome(options: ServeOptions, port: int) -> str:
    host = _EVERYWHERE.get(options.host, options.host)
    host = f"[{host}]" if ":" in host else host
    query = f"?token={quote(options.token, safe='')}" if options.token is not None else ""
    lines = [
        f"The chat in a browser:  http://{host}:{port}/{query}",
        f"WebSocket and events:   ws://{host}:{port}/ws/chat, http://{host}:{port}/chat",
    ]
    if options.token is not None:
        lines.append(f"Token:                  {options.token}")
    if not is_loopback(options.host):
        if own := _own_address() if options.host in _EVERYWHERE else None:
            lines.append(f"From other machines:    http://{own}:{port}/{query}")
        lines.append("Others on the network can reach this, and read along: it is not encrypted.")
    lines.append("Ctrl+C ends it; what runs is stopped and kept.")
    return "\n".join(lines) + "\n"


def _own_address() -> str | None:
    """The address of this machine on its network, if it has one. Nothing is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as looking:
        try:
            looking.connect(("192.0.2.1", 9))  # nobody's, by RFC 5737
            address: str = looking.getsockname()[0]
        except OSError:
            return None
    return None if is_loopback(address) else address
