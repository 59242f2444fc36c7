"""A real program in a pseudo-terminal, its screen kept by an emulator.

`Terminal` spawns the program, reads what it writes, and waits for conditions on the screen, never
for time to pass. Everything written is kept in `output`, so a test can look at the very bytes.

What belongs together may be painted in several frames, and on a busy machine they are far apart: a
test waits for all that it wants to see, and for what shows that a key was handled, before it says
what must not be there. The terminal knows synchronized output (mode 2026), so a half painted frame
is never looked at.
"""

import errno
import fcntl
import os
import pty
import re
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
KNOWS_FRAMES, IT_DOES = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
FRAME_BEGINS, FRAME_ENDS = b"\x1b[?2026h", b"\x1b[?2026l"
PICTURES = re.compile(rb"\x1b[_P][^\x1b]*\x1b\\\\")
"""Pictures and questions about them (APC, DCS), which the emulator would show as text."""
NOTHING_FOLLOWS = b"\x1b]9;all read\a"
"""Written by the terminal itself behind what the program wrote; no emulator shows it."""


def _take_terminal() -> None:
    """Make standard input the terminal of this session, as a terminal emulator does."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


PATIENCE_S = 60.0
"""What comes at all comes long before, on the busiest machine."""
LOOK_AGAIN_S = 0.2
"""Conditions on files and servers are looked at again without a word of the program."""


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
        knows_frames: bool = True,
        answers: Mapping[bytes, bytes] | None = None,
        cell: tuple[int, int] = (0, 0),
    ) -> None:
        """`background` is what the terminal answers when it is asked for its background colour,
        as `rgb:RRRR/GGGG/BBBB`; None answers nothing. `knows_frames` lets it say that it knows
        synchronized output. `answers` are what it says to other questions, `cell` the width and
        height of its characters in pixels, zeros where it does not tell."""
        self.output = b""
        self._shown = 0
        """How much of the output is on the screen."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._background = background
        self._knows_frames = knows_frames
        self._answers = answers or {}
        self._master, slave = pty.openpty()
        fcntl.ioctl(
            slave,
            termios.TIOCSWINSZ,
            struct.pack("HHHH", rows, columns, columns * cell[0], rows * cell[1]),
        )
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

    def is_reversed(self, text: str) -> bool:
        """Whether what begins with `text` on the screen is in reverse video."""
        row, line = next((n, line) for n, line in enumerate(self.lines) if text in line)
        cell: pyte.screens.Char = self._screen.buffer[row][line.index(text)]
        return bool(cell.reverse)

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

    def wait_for(
        self,
        *wanted: str | Callable[[str], bool],
        without: str | Sequence[str] = (),
        timeout_s: float = PATIENCE_S,
    ) -> str:
        """Read until one screen shows (or satisfies) all that is wanted and nothing of `without`;
        return its text."""
        unwanted = [without] if isinstance(without, str) else without

        def shows() -> None:
            for each in wanted:
                if callable(each):
                    assert each(self.text), "the condition does not hold"
                else:
                    assert each in self.text, f"{each!r} did not come"
            for each in unwanted:
                assert each not in self.text, f"{each!r} is there"

        self.wait_until(shows, timeout_s)
        return self.text

    def wait_until(self, holds: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
        """Read until `holds`, a function of assertions, passes or returns something but False.

        Raises AssertionError with the screen when it does not in time.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            is_last_look = time.monotonic() > deadline or self._is_over()
            failed: AssertionError | None = None
            try:
                if holds() is not False:
                    return
            except AssertionError as error:
                failed = error
            if is_last_look:
                why = failed or "the condition does not hold"
                raise AssertionError(f"{why}\nThe screen:\n{self.text}") from failed
            self._read(LOOK_AGAIN_S)

    def read_until(self, moment: float) -> None:
        """Keep reading until `time.monotonic()` is there."""
        while (left := moment - time.monotonic()) > 0:
            self._read(left)

    def wait_exit(self, timeout_s: float = PATIENCE_S) -> int:
        """Read until the program has ended, and all that it wrote; return its exit code."""
        deadline = time.monotonic() + timeout_s
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"still running; the screen:\n{self.text}")
            self._read(0.05)
        self._read_rest()
        return self.process.returncode

    def _read_rest(self) -> None:
        """Read all that an ended program wrote, of which the kernel may still hold some back."""
        while self._read(0):
            pass
        os.write(self._slave, NOTHING_FOLLOWS)
        while NOTHING_FOLLOWS not in self.output:
            assert self._read(PATIENCE_S), "the terminal is closed"
        self._stream.feed(PICTURES.sub(b"", self.output[self._shown :]))
        self.output = self.output.replace(NOTHING_FOLLOWS, b"")
        self._shown = len(self.output)

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
        before = len(self.output)
        self.output += data
        begins, ends = self.output.rfind(FRAME_BEGINS), self.output.rfind(FRAME_ENDS)
        whole = begins if begins > ends else len(self.output)
        if whole > self._shown:
            self._stream.feed(PICTURES.sub(b"", self.output[self._shown : whole]))
            self._shown = whole
        self._answer(before)
        return bool(data)

    def _answer(self, since: int) -> None:
        """Answer what the program asks the terminal in the output behind `since`."""
        if self._background is not None and self._is_asked(OSC_11, since):
            os.write(self._master, f"\x1b]11;{self._background}\x1b\\".encode())
        if self._knows_frames and self._is_asked(KNOWS_FRAMES, since):
            os.write(self._master, IT_DOES)
        for question, answer in self._answers.items():
            if self._is_asked(question, since):
                os.write(self._master, answer)

    def _is_asked(self, question: bytes, since: int) -> bool:
        return question in self.output[max(0, since - len(question) + 1) :]

    def _is_over(self) -> bool:
        """Whether the program has ended, and with it all that could still come."""
        if self.process.poll() is None:
            return False
        if self._open:
            self._read_rest()
        return True


def _without_size(env: Mapping[str, str]) -> dict[str, str]:
    """The size is the terminal's: whoever runs the tests may have set another for themselves."""
    return {name: value for name, value in env.items() if name not in ("COLUMNS", "LINES")}
