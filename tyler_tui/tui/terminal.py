"""Ask the terminal for its background colour before the app starts.

The question (OSC 11) goes out first and Textual is imported while the answer travels, so asking
costs no time. What the user typed meanwhile is kept. An answer that comes after WAIT_SECONDS is
swallowed by the driver, or it would be typed into the composer.
"""

import os
import re
import select
import signal
import sys
import time
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from tyler_tui.terminals import is_mute

try:
    import termios
    import tty
except ImportError:  # Windows has no termios; its terminals are dark unless told otherwise
    termios = None  # type: ignore[assignment]

TERMINATING_SIGNALS = ("SIGTERM", "SIGHUP", "SIGQUIT")
WAIT_SECONDS = 0.05
_QUERY = b"\x1b]11;?\x1b\\"
_REPLY = re.compile(
    rb"\x1b\]11;rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})[^\x07\x1b]*"
    rb"(?:\x07|\x1b\\)"
)
_META_ARROW = re.compile("\x1b\x1b[\\[O]([ABCD])")
_LATE_REPLY = re.compile("\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)")


class BackgroundQuery:
    """Sends the question when made; `result` reads the answer. Does nothing without a terminal
    on both sides, or where the environment tells already."""

    def __init__(self) -> None:
        self.typed = ""
        """What the user typed while the question was open."""
        self.is_late = False
        """Whether the answer may still come."""
        self.is_unfinished = False
        """Whether the first part of it has come."""
        self._asked_at: float | None = None
        self._saved: list[Any] | None = None
        self._handled: dict[int, Any] = {}
        if termios is None or is_mute(os.environ):
            return
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return
        try:
            self._saved = termios.tcgetattr(sys.stdin.fileno())
            self._guard()
            tty.setcbreak(sys.stdin.fileno(), termios.TCSANOW)
            os.write(sys.stdout.fileno(), _QUERY)
        except (OSError, termios.error):
            return
        self._asked_at = time.monotonic()

    def result(self) -> bool:
        """Whether the background is dark; waits until WAIT_SECONDS after the question at most."""
        if self._asked_at is None:
            return _dark_by_environment()
        fd = sys.stdin.fileno()
        received = b""
        try:
            while True:
                left = self._asked_at + WAIT_SECONDS - time.monotonic()
                if not select.select([fd], [], [], max(0.0, left))[0]:
                    break
                received += os.read(fd, 4096)
                if _REPLY.search(received):
                    break
        except OSError:
            pass
        finally:
            self._give_back()
        match = _REPLY.search(received)
        self.is_late = match is None
        typed, unfinished, _ = _REPLY.sub(b"", received).partition(b"\x1b]")
        self.is_unfinished = bool(unfinished)
        self.typed = _printable(typed)
        if match is None:
            return _dark_by_environment()
        red, green, blue = (int(part, 16) / (16.0 ** len(part) - 1) for part in match.groups())
        return 0.299 * red + 0.587 * green + 0.114 * blue < 0.5

    def _guard(self) -> None:
        """Have a signal that ends the program give the terminal back first."""
        for name in TERMINATING_SIGNALS:
            number = getattr(signal, name)
            if signal.getsignal(number) is signal.SIG_DFL:
                self._handled[number] = signal.signal(number, self._end)

    def _end(self, number: int, _: object) -> None:
        self._give_back()
        os.kill(os.getpid(), number)

    def _give_back(self) -> None:
        if self._saved is not None:
            with suppress(termios.error):  # it is gone
                termios.tcsetattr(sys.stdin.fileno(), termios.TCSANOW, self._saved)
        while self._handled:
            signal.signal(*self._handled.popitem())


def _dark_by_environment() -> bool:
    """By COLORFGBG, which some terminals set to "foreground;background"; dark when it is unset."""
    background = os.environ.get("COLORFGBG", "").rpartition(";")[2]
    return background not in ("7", "15")


def color_system() -> str | None:
    """What colours the terminal says that it has (TERM, COLORTERM), in Rich's words: "standard" are
    16, "256", "truecolor"; None where it says nothing of any."""
    from rich.console import Console  # noqa: PLC0415 - came with Textual
    from textual import constants  # noqa: PLC0415

    said: Any = constants.COLOR_SYSTEM
    console = Console(color_system=said, force_terminal=True, legacy_windows=False)
    return console.color_system


def _printable(typed: bytes) -> str:
    text = typed.decode("utf-8", "ignore")
    return "".join(character for character in text if character.isprintable())


def with_alt(data: str) -> str:
    """Terminal input with Alt and an arrow as xterm has it: where Alt is Escape, as in macOS
    Terminal, iTerm2 and urxvt, Textual takes it for Esc, which closes something, and the arrow."""
    return _META_ARROW.sub("\x1b[1;3\\1", data)


def without_late_reply(data: str) -> str:
    """Terminal input without answers to colour questions."""
    return _LATE_REPLY.sub("", data)


KEYS = {
    "\x1b\r": "alt+enter",  # else Enter, which would send what was meant to get another line
    "\x1bOM": "shift+enter",  # Konsole's; likewise
}
"""What terminals send and Textual does not know, or takes for something else."""


def teach_keys() -> None:
    """Let Textual know the KEYS."""
    from textual._ansi_sequences import ANSI_SEQUENCES_KEYS  # noqa: PLC0415 - with the app

    keys: dict[str, Any] = ANSI_SEQUENCES_KEYS  # type: ignore[assignment]  # keys have a value
    keys.update({sequence: (SimpleNamespace(value=key),) for sequence, key in KEYS.items()})
