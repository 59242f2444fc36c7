"""Textual's driver for the terminals of Unix, with what it lacks: the terminal may go away, it may
answer late, and it may be asked what it can draw."""

import array
import fcntl
import os
import select
import termios
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers import linux_driver

from tyler_tui.tui.images.asking import Graphics, GraphicsAnswers, may_ask
from tyler_tui.tui.images.fitting import CellSize
from tyler_tui.tui.terminal import with_alt, without_late_reply

LATE_SECONDS = 5.0
InputFilter = Callable[[str], str]
"""Gives back what came in, without what is not for the app."""


class TerminalDriver(linux_driver.LinuxDriver):
    """Tells the app when the terminal is gone (`terminal_gone`). Textual's own would stand still
    for ever, in a write that nobody takes."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._file: Any = _Lasting(self._file, self._gone)
        self._watch: threading.Thread | None = None
        self._graphics_answers = GraphicsAnswers()
        self._graphics: Graphics | None = None
        self.drawn: set[str] = set()
        """The sequences that take away what was drawn past Textual."""
        self.input_filters: list[InputFilter] = [self._graphics_answers, with_alt]

    async def graphics(self) -> Graphics:
        """How the terminal draws pictures; it is asked once."""
        if self._graphics is None:
            if self.input_tty and may_ask(os.environ):
                self._graphics = await self._graphics_answers.ask(self.write)
            else:
                self._graphics = Graphics.HALF_BLOCKS
        return self._graphics

    def cell_size(self) -> CellSize | None:
        """How large a character is now; None where the terminal does not say."""
        size = array.array("H", [0, 0, 0, 0])
        with suppress(OSError):
            fcntl.ioctl(self.fileno, termios.TIOCGWINSZ, size)
        rows, columns, width, height = size
        if not (rows and columns and width >= columns and height >= rows):
            return None
        return CellSize(width // columns, height // rows)

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._watch is None and hasattr(select, "poll"):
            self._watch = threading.Thread(
                target=self._wait_for_end, name="terminal-watch", daemon=True
            )
            self._watch.start()

    def stop_application_mode(self) -> None:
        for removal in self.drawn:
            self.write(removal)
        self.drawn.clear()
        # GNU screen has one screen only, unless it is told otherwise: what is ours must go.
        self.write("\x1b[H\x1b[2J")
        super().stop_application_mode()

    def _sigtstp_application(self, *_: object) -> None:
        self._between_writes(super()._sigtstp_application)

    def _sigcont_application(self, *_: object) -> None:
        self._between_writes(super()._sigcont_application)

    def _between_writes(self, handle: Callable[[], object]) -> None:
        """Handle a signal that has the terminal set up or left. It may have come in the middle of
        a write, whose lock another one would wait for for ever."""
        if self._auto_restart:
            self._loop.call_soon_threadsafe(handle)
        else:  # who suspends the app itself has nothing written, and waits for it
            handle()

    def run_input_thread(self) -> None:
        filters = self.input_filters

        class FilteringParser(XTermParser):
            def feed(self, data: str) -> Any:
                for input_filter in filters if data else ():
                    data = input_filter(data)
                    if not data:  # an empty feed would mean the end of input
                        return ()
                return super().feed(data)

        # Textual offers no seam between the bytes and its parser but this name.
        vars(linux_driver)["XTermParser"] = FilteringParser
        try:
            super().run_input_thread()
        except OSError:  # what some systems say in place of an end of input
            self._gone()

    def _wait_for_end(self) -> None:
        """Wait, without a wake-up, until the other side of the terminal is closed."""
        poll = select.poll()
        poll.register(self.fileno, 0)
        if any(event & select.POLLHUP for _, event in poll.poll()):
            self._gone()

    def _gone(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: all is over anyway
            self._loop.call_soon_threadsafe(self._app.terminal_gone)  # type: ignore[attr-defined]


class _Lasting:
    """A stream whose errors end no thread: what is written to a terminal that is gone is lost."""

    def __init__(self, file: TextIO, gone: Callable[[], None]) -> None:
        self._file = file
        self._gone = gone

    def write(self, text: str) -> None:
        self._do(lambda: self._file.write(text))

    def flush(self) -> None:
        self._do(self._file.flush)

    def fileno(self) -> int:
        return self._file.fileno()

    def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
        except BlockingIOError:  # it is slow, and still there
            pass
        except (OSError, ValueError):
            self._gone()


def late_reply_driver(*, is_unfinished: bool) -> type[TerminalDriver]:
    """A driver that swallows an answer about the terminal's colours, or the rest of it."""

    class QuietDriver(TerminalDriver):
        def __init__(self, app: App[Any], **options: Any) -> None:
            super().__init__(app, **options)
            self._listen_until = time.monotonic() + LATE_SECONDS
            self._prefix = "\x1b]" if is_unfinished else ""
            self.input_filters.insert(0, self._without_late_reply)

        def _without_late_reply(self, data: str) -> str:
            data, self._prefix = self._prefix + data, ""
            if "\x1b]" in data and time.monotonic() < self._listen_until:
                return without_late_reply(data)
            return data

    return QuietDriver
