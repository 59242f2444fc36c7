"""A Python program as a process of its own, fed and read through pipes."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self


class PipedProgram:
    """Use as a context manager; leaving it ends the program."""

    def __init__(self, *arguments: str, folder: Path, settings: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=os.environ | {"PYTHONIOENCODING": "utf-8", **settings},
        )
        self._unread = b""

    def enter(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def read_until(self, text: str) -> None:
        """Read on, up to and with `text`."""
        assert self._process.stdout is not None
        wanted = text.encode()
        while wanted not in self._unread:
            ready, _, _ = select.select([self._process.stdout], [], [], 20)
            piece = os.read(self._process.stdout.fileno(), 4096) if ready else b""
            assert piece, f"{text!r} did not come, but {self._unread.decode()!r}"
            self._unread += piece
        self._unread = self._unread.partition(wanted)[2]

    def interrupt(self) -> float:
        """Press Ctrl+C; when that was (time.monotonic())."""
        self._process.send_signal(signal.SIGINT)
        return time.monotonic()

    def ends_well(self) -> str:
        """Wait for its end, which must be a quiet one; the rest of what it printed."""
        out, errors = self._process.communicate(timeout=60)
        assert (self._process.returncode, errors.decode()) == (0, "")
        return (self._unread + out).decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()
