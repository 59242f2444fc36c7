"""The TUI in a browser: the page at `/`, and the WebSocket that its terminal speaks on.

The terminal in the page (xterm.js), its fonts and its side of the WebSocket are textual-serve's:
JSON lists come in (`["stdin", text]`, `["resize", {…}]`), bytes for the terminal go out. All of it
is served from here, so no network is needed.
"""

import asyncio
import html
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

import textual_serve
from fastapi import APIRouter, Request, Response, WebSocket
from fastapi.responses import FileResponse

from tyler_tui.web.chat import PATIENCE_S
from tyler_tui.web.tasks import GONE, end
from tyler_tui.web.terminal_process import TerminalProcess

STATIC = Path(textual_serve.__file__).parent / "static"
"""The files that the page loads; they belong at `/static`."""
MOST_TERMINALS = 16
_FONT_SIZES = range(8, 41)
_SIZES = range(1, 1001)
_PAGES = Path(__file__).parent / "pages"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Program:
    """What runs behind the page: a command that takes `--session=NAME`, and variables for it."""

    command: Sequence[str]
    environment: dict[str, str]


def terminal_router(program: Program) -> APIRouter:
    """The routes of this module."""
    router = APIRouter()
    running: set[_Terminal] = set()
    template = Template((_PAGES / "terminal.html").read_text("utf-8"))

    @router.get("/")
    async def page(request: Request, session: str = "", fontsize: str = "") -> Response:
        scheme = "wss" if request.url.scheme == "https" else "ws"
        host = request.headers["host"]
        size = int(fontsize) if fontsize.isdecimal() else 0
        text = template.substitute(
            title=html.escape(session or "tyler-chat"),
            # In hexadecimal: a name may hold what an address gives a meaning to.
            socket=html.escape(f"{scheme}://{host}/ws/terminal/{session.encode().hex()}"),
            font_size=size if size in _FONT_SIZES else 16,
        )
        return Response(text, media_type="text/html", headers=_page_headers(host))

    @router.get("/terminal.js")
    async def script() -> Response:
        return FileResponse(_PAGES / "terminal.js", media_type="text/javascript")

    @router.websocket("/ws/terminal/{session:path}")
    async def terminal(websocket: WebSocket, session: str) -> None:
        await websocket.accept()
        if len(running) >= MOST_TERMINALS:
            await websocket.send_bytes(_as_page(f"{MOST_TERMINALS} chats run already."))
            await websocket.close(1013)
            return
        client = _Terminal(websocket, session)
        # Who reloads the page finds the session as it was left, and free.
        before = [each.stopped.wait() for each in running if each.leaves(session)]
        running.add(client)
        try:
            await asyncio.gather(*before)
            await client.serve(program)
        except Exception:
            _log.exception("a terminal in a browser could not be served")
        finally:
            running.discard(client)
            client.stopped.set()

    return router


class _Terminal:
    """One page, from its first to its last byte."""

    def __init__(self, websocket: WebSocket, session: str) -> None:
        self.stopped = asyncio.Event()
        self._socket = websocket
        self._session = session
        self._is_leaving = False

    def leaves(self, session: str) -> bool:
        """Whether the page of that session is closed, while its program still ends."""
        return self._is_leaving and bool(session) and session == self._session

    async def serve(self, program: Program) -> None:
        """`session` is a name in hexadecimal, as the page has it. Raises ValueError, OSError."""
        session = bytes.fromhex(self._session).decode()
        width, height = (
            self._asked(name, usual) for name, usual in (("width", 80), ("height", 24))
        )
        command = [*program.command, *([f"--session={session}"] if session else [])]
        process = await TerminalProcess.start(command, program.environment, width, height)
        drawing = asyncio.create_task(process.run(self._draw, self._open_address))
        reading = asyncio.create_task(self._read(process))
        try:
            await asyncio.wait({drawing, reading}, return_when=asyncio.FIRST_COMPLETED)
            if drawing.done() and drawing.exception() is None:
                await self._hang_up(drawing.result())
        finally:
            self._is_leaving = True
            await end(drawing, reading)
            await process.stop()

    def _asked(self, name: str, usual: int) -> int:
        return _size(self._socket.query_params.get(name, ""), usual)

    async def _read(self, process: TerminalProcess) -> None:
        """Hand on what the page says until it is closed."""
        while (message := await self._socket.receive())["type"] != "websocket.disconnect":
            try:
                form = json.loads(message.get("text") or "")
            except (ValueError, RecursionError):
                continue
            match form:
                case ["stdin", str(text)]:
                    await process.type(text)
                case ["resize", {"width": width, "height": height}]:
                    await process.tell(
                        type="resize", width=_size(width, 80), height=_size(height, 24)
                    )
                case ["ping", str(mark)]:
                    await self._send(text=json.dumps(["pong", mark]))
                case ["focus" | "blur" as type, *_]:
                    await process.tell(type=type)
                case _:
                    pass

    async def _draw(self, data: bytes) -> None:
        await self._send(data=data)

    async def _open_address(self, address: str, new_tab: bool) -> None:
        if address.startswith(("http://", "https://", "mailto:")):
            form = ["open_url", {"url": address, "new_tab": new_tab}]
            await self._send(text=json.dumps(form))

    async def _send(self, *, text: str | None = None, data: bytes | None = None) -> None:
        """Raises TimeoutError when the page takes nothing for long."""
        async with asyncio.timeout(PATIENCE_S):
            await self._socket.send({"type": "websocket.send", "text": text, "bytes": data})

    async def _hang_up(self, last_words: str) -> None:
        with suppress(RuntimeError, *GONE):
            if last_words:
                await self._draw(_as_page(last_words))
            async with asyncio.timeout(PATIENCE_S):
                await self._socket.close()


def _size(given: Any, usual: int) -> int:
    if isinstance(given, str) and given.isdecimal():
        given = int(given)
    return given if isinstance(given, int) and given in _SIZES else usual


def _as_page(text: str) -> bytes:
    """Plain text for a terminal that shows something else."""
    return ("\x1b[?1049l\x1b[2J\x1b[H\x1b[0m" + text.replace("\n", "\r\n") + "\r\n").encode()


def _page_headers(host: str) -> dict[str, str]:
    """No other page may frame this one, and it loads nothing from elsewhere."""
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        f"img-src 'self' data:; connect-src 'self' ws://{host} wss://{host}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
