"""What the terminal itself says that it can do, when it is asked.

Sources: https://invisible-island.net/xterm/ctlseqs/ctlseqs.html (DECRQM, DA1) and
https://sw.kovidgoyal.net/kitty/keyboard-protocol/ (CSI ? u).
"""

import os
import re
import select
import sys
import termios
import time
import tty
from dataclasses import dataclass

WAIT_S = 0.5
_QUESTIONS = b"\x1b[?u\x1b[?1004$p\x1b[?2026$p\x1b[c"
_END = re.compile(rb"\x1b\[\?[\d;]*c")
"""The answer to the last question, which every terminal knows."""


@dataclass(frozen=True, slots=True)
class Said:
    """None: it does not say."""

    answered: bool = False
    enhanced_keys: bool | None = None
    focus: bool | None = None
    synchronized: bool | None = None


def ask_terminal() -> Said:
    """Ask, and wait WAIT_S seconds at most. Does nothing without a terminal on both sides."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Said()
    handle = sys.stdin.fileno()
    try:
        before = termios.tcgetattr(handle)
    except termios.error:
        return Said()
    try:
        tty.setcbreak(handle, termios.TCSANOW)
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), _QUESTIONS)
        return read_answers(_received(handle))
    except (OSError, termios.error):
        return Said()
    finally:
        termios.tcsetattr(handle, termios.TCSANOW, before)


def read_answers(received: bytes) -> Said:
    """What the bytes that came back say."""
    if not _END.search(received):
        return Said()
    return Said(
        answered=True,
        enhanced_keys=re.search(rb"\x1b\[\?\d+u", received) is not None,
        focus=_has_mode(received, 1004),
        synchronized=_has_mode(received, 2026),
    )


def _has_mode(received: bytes, mode: int) -> bool | None:
    match = re.search(rb"\x1b\[\?%d;(\d)\$y" % mode, received)
    return None if match is None else match[1] in (b"1", b"2", b"3")


def _received(handle: int) -> bytes:
    received, deadline = b"", time.monotonic() + WAIT_S
    while not _END.search(received):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([handle], [], [], left)[0]:
            break
        if not (piece := os.read(handle, 4096)):
            break
        received += piece
    return received
