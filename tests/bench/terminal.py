"""A program in a pseudo-terminal of 40 x 120, read as raw bytes.

An emulator would take the processor from what is measured; here the escape sequences are cut out
and the text that is left is searched. What a program draws appears there row by row.
"""

import codecs
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

ROWS, COLUMNS = 40, 120
KEPT = 40_000
_ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[P_^X][^\x1b]*\x1b\\|[ -/][0-~]"
    r"|[0-OQ-WYZ`-~=>])"
)
_SYNCHRONISED_ASKED = "\x1b[?2026$p"
_SYNCHRONISED = b"\x1b[?2026;2$y"
_FRAME = "\x1b[?2026h"
_BACKGROUND_ASKED = "\x1b]11;?"
_BACKGROUND = b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"


class RawTerminal:
    """Use as a context manager; the program is ended at the exit."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> None:
        self.received = 0
        """Bytes that the program has written."""
        self.frames = 0
        """Updates that it has begun and that a terminal shows as a whole."""
        self.text = ""
        """What it wrote since `forget`, without escape sequences; the last KEPT characters."""
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.spawned_at = time.monotonic()
        self.process = subprocess.Popen(
            list(command),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env={"TERM": "xterm-256color", "COLORTERM": "truecolor", **env},
            start_new_session=True,
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    @property
    def pid(self) -> int:
        return self.process.pid

    def type(self, text: str) -> float:
        """Send keys; when that was."""
        self.forget()
        at = time.monotonic()
        os.write(self._master, text.encode())
        return at

    def submit(self, text: str) -> float:
        """Type a prompt and, once it stands there, Enter; when Enter was pressed."""
        self.type(text)
        self.wait_for(text)
        return self.type("\r")

    def press(self, key: str, timeout_s: float = 1.0) -> float | None:
        """Send a key; the seconds until the program wrote anything, or None if it did not."""
        before, at = self.received, self.type(key)
        while time.monotonic() - at < timeout_s:
            self.read(0.005)
            if self.received > before:
                return time.monotonic() - at
        return None

    def resize(self, rows: int, columns: int) -> float:
        """Give the terminal another size; when the program was told."""
        self.forget()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        at = time.monotonic()
        # It has no controlling terminal, so the system does not tell it.
        os.kill(self.pid, signal.SIGWINCH)
        return at

    def forget(self) -> None:
        """Look only at what comes from now on."""
        self.text = ""

    def wait_for(self, wanted: str, timeout_s: float = 60.0) -> float:
        """Read until `wanted` was drawn; when it was read."""
        return self.read_until(lambda: wanted in self.text, timeout_s, wanted)

    def read_until(self, done: Callable[[], object], timeout_s: float, what: str = "") -> float:
        deadline = time.monotonic() + timeout_s
        while not done():
            left = deadline - time.monotonic()
            if left <= 0 or self.process.poll() is not None:
                raise TimeoutError(f"{what!r} did not come; last: {self.text[-2000:]!r}")
            self.read(min(left, 0.02))
        return time.monotonic()

    def rest(self, seconds: float) -> None:
        """Read for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    def read(self, timeout_s: float) -> None:
        """Read once, if something comes in time."""
        if not select.select([self._master], [], [], timeout_s)[0]:
            return
        try:
            data = os.read(self._master, 1 << 16)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            time.sleep(timeout_s)  # the program has ended; who waits finds out
            return
        self.received += len(data)
        text = self._rest + self._decoder.decode(data)
        if _BACKGROUND_ASKED in text:
            os.write(self._master, _BACKGROUND)
        if _SYNCHRONISED_ASKED in text:
            os.write(self._master, _SYNCHRONISED)
        self.frames += text.count(_FRAME)
        text = _ESCAPE.sub("", text)
        start = text.rfind("\x1b")
        self._rest = text[start:] if start >= 0 else ""
        self.text = (self.text + (text[:start] if start >= 0 else text))[-KEPT:]
