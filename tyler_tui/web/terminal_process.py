"""The program behind a browser's terminal: the TUI in a process of its own.

It speaks the packets of Textual's `WebDriver` on its standard streams: a letter, the size of what
follows in four bytes, big end first, and that. `D` is what a terminal reads and writes, `M` a JSON
object. textual-serve has a keeper of such programs too; that one runs a shell, prints what the
program writes on standard error, and waits for ever for one that hangs.
"""

import asyncio
import json
import logging
import os
import signal
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from tyler_tui.sanitize import sanitize
from tyler_tui.web.tasks import end

DRIVER = "tyler_tui.tui.browser:BrowserDriver"
LEAVING_S = 10.0
"""How long the program may take to leave; then it is killed."""
_START = b"__GANGLION__\n"
_PRELUDE_LINES = 100
_LARGEST_PACKET = 16 * 1024 * 1024
_LAST_WORDS = 4000
_TERMINAL_VARIABLES = ("TERM_PROGRAM", "TERM_PROGRAM_VERSION", "COLORFGBG", "LINES", "NO_COLOR")
"""They tell of the terminal that the server was started in."""
_log = logging.getLogger(__name__)

Draw = Callable[[bytes], Awaitable[None]]
OpenAddress = Callable[[str, bool], Awaitable[None]]


class TerminalProcess:
    """Made by `start`; it must be given to `stop`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._last_words = b""
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(
        cls, command: Sequence[str], environment: dict[str, str], width: int, height: int
    ) -> "TerminalProcess":
        """Start the program on a screen of so many columns and rows, with these variables beside
        those of this process. Raises OSError."""
        inherited = {k: v for k, v in os.environ.items() if k not in _TERMINAL_VARIABLES}
        screen = {
            "TEXTUAL_DRIVER": DRIVER,
            "TEXTUAL_COLOR_SYSTEM": "truecolor",
            "TEXTUAL_FPS": "60",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "COLUMNS": str(width),
            "ROWS": str(height),
        }
        # A session of its own: Ctrl+C in the server's terminal is for the server alone.
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=inherited | screen | environment,
            start_new_session=True,
        )
        return cls(process)

    async def run(self, draw: Draw, open_address: OpenAddress) -> str:
        """Hand on what the program draws until it ends; returns what it said on standard error
        when it ended in trouble, else ""."""
        stdout = self._process.stdout
        assert stdout is not None
        try:
            for _ in range(_PRELUDE_LINES):
                if await stdout.readuntil() == _START:
                    break
            while True:
                head = await stdout.readexactly(5)
                size = int.from_bytes(head[1:], "big")
                if size > _LARGEST_PACKET:
                    raise ValueError("a packet is too large")
                payload = await stdout.readexactly(size)
                if head[:1] == b"D":
                    await draw(payload)
                elif head[:1] == b"M" and await self._is_over(payload, open_address):
                    return ""
        except asyncio.IncompleteReadError:
            pass
        except ValueError:  # it would go on for ever, and nobody would see it
            _log.exception("a program in a browser said what cannot be understood")
            with suppress(ProcessLookupError):
                self._process.kill()
        await asyncio.wait([self._listening])
        return sanitize(self._last_words.decode("utf-8", "replace")).strip()

    async def _is_over(self, payload: bytes, open_address: OpenAddress) -> bool:
        form = json.loads(payload)
        match form.get("type"):
            case "exit":
                return True
            case "open_url":
                await open_address(str(form.get("url")), bool(form.get("new_tab", True)))
            case other:
                _log.debug("a program said %r, which nobody understands", other)
        return False

    async def _listen(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        while data := await stderr.read(4096):
            self._last_words = (self._last_words + data)[-_LAST_WORDS:]

    async def type(self, text: str) -> None:
        """What the user typed, as a terminal sends it."""
        await self._write(b"D", text.encode("utf-8", "replace"))

    async def tell(self, **form: Any) -> None:
        """A message to the driver."""
        await self._write(b"M", json.dumps(form).encode())

    async def _write(self, letter: bytes, payload: bytes) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        with suppress(ConnectionError):  # it has ended, and that is noticed elsewhere
            stdin.write(letter + len(payload).to_bytes(4, "big") + payload)
            await stdin.drain()

    async def stop(self) -> None:
        """Ask the program to leave, and wait until it has: what runs in it is kept."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        draining = asyncio.create_task(self._drain())
        try:
            async with asyncio.timeout(LEAVING_S):
                await self._process.wait()
        except TimeoutError:
            _log.error("a program in a browser did not leave, and was killed")
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        finally:
            await end(draining, self._listening)

    async def _drain(self) -> None:
        """Or it could not write its last picture, and would wait for ever."""
        stdout = self._process.stdout
        assert stdout is not None
        while await stdout.read(65536):
            pass
