"""A real program in a pseudo-terminal, its screen kept by an emulator.

`Terminal` spawns the program, reads what it writes, and waits for conditions on the screen, never
for time to pass. Everything written is kept in `output`, so a test can look at the very bytes.
"""

import errno
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "pageup": "\x1b[5~",
    "pagedown": "\x1b[6~",
    "ctrl+end": "\x1b[1;5F",
    "ctrl+home": "\x1b[1;5H",
    "f1": "\x1bOP",
    "f2": "\x1bOQ",
    "alt+enter": "\x1b\r",
} | {f"ctrl+{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"}

OSC_11 = b"\x1b]11;?\x1b\\"


def _take_terminal() -> None:
    """Make standard input the terminal of this session, as a terminal emulator does."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """Use as a context manager; the program is ended at the exit."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        columns: int = 120,
        rows: int = 40,
        background: str | None = None,
    ) -> None:
        """`background` is what the terminal answers when it is asked for its background colour,
        as `rgb:RRRR/GGGG/BBBB`; None answers nothing."""
        self.output = b""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._background = background
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.modes_before = termios.tcgetattr(slave)
        self._slave = slave
        self._open: tuple[int, ...] = (slave, self._master)
        self.process = subprocess.Popen(
            list(command),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env={"TERM": "xterm-256color", "COLORTERM": "truecolor", **_without_size(env)},
            start_new_session=True,
            preexec_fn=_take_terminal,  # after the new session began
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def cursor(self) -> tuple[int, int]:
        """The column and the row at which the cursor stands."""
        return self._screen.cursor.x, self._screen.cursor.y

    @property
    def text(self) -> str:
        """The screen as text."""
        return "\n".join(self.lines)

    @property
    def foreground(self) -> int:
        """The process group that has the terminal."""
        return os.tcgetpgrp(self._master)

    @property
    def modes_now(self) -> list[object]:
        """The terminal's line settings, as `termios.tcgetattr` gives them."""
        return termios.tcgetattr(self._slave)

    def send(self, *keys: str) -> None:
        """Press keys by name, or type text."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, size)
        os.killpg(self.process.pid, signal.SIGWINCH)

    def hang_up(self) -> None:
        """Close the terminal, as its window is closed. Nothing can be read from then on."""
        descriptors, self._open = self._open, ()
        for descriptor in descriptors:
            os.close(descriptor)

    def wait_for(self, wanted: str | Callable[[str], bool], timeout_s: float = 30.0) -> str:
        """Read until the screen shows `wanted` (or satisfies it); return the screen's text."""
        fits = wanted if callable(wanted) else lambda text: wanted in text
        deadline = time.monotonic() + timeout_s
        while not fits(self.text):
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                shown = wanted if isinstance(wanted, str) else "the condition"
                raise AssertionError(f"{shown!r} did not come; the screen:\n{self.text}")
        return self.text

    def read_until(self, moment: float) -> None:
        """Keep reading until `time.monotonic()` is there."""
        while (left := moment - time.monotonic()) > 0:
            self._read(left)

    def wait_exit(self, timeout_s: float = 30.0) -> int:
        """Read until the program has ended; return its exit code."""
        deadline = time.monotonic() + timeout_s
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"still running; the screen:\n{self.text}")
            self._read(0.05)
        while self._read(0.05):
            pass
        return self.process.returncode

    def _read(self, timeout_s: float) -> bool:
        """Read what is there; False when nothing came or all is read."""
        if not select.select([self._master], [], [], timeout_s)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError as error:
            if error.errno == errno.EIO:
                return False
            raise
        self.output += data
        self._stream.feed(data)
        if self._background is not None and OSC_11 in data:
            os.write(self._master, f"\x1b]11;{self._background}\x1b\\".encode())
        return bool(data)


def _without_size(env: Mapping[str, str]) -> dict[str, str]:
    """The size is the terminal's: whoever runs the tests may have set another for themselves."""
    return {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}
