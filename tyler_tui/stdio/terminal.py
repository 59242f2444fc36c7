"""The terminal that standard input is: lines of it, and what was typed before anyone asked."""

import asyncio
import os
import select
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TextIO


def is_dumb(environ: Mapping[str, str]) -> bool:
    """Whether nothing is known of the terminal but that it shows text."""
    return environ.get("TERM", "dumb") in ("dumb", "unknown", "")


async def read_line(handle: int) -> str | None:
    """The next line that is typed, without its end; None when the input ends instead. Cancelling
    the wait leaves the terminal as it was."""
    loop, typed = asyncio.get_running_loop(), bytearray()
    ended: asyncio.Future[None] = loop.create_future()

    def read() -> None:
        try:
            piece = os.read(handle, 4096)
        except OSError:  # the terminal is gone
            piece = b""
        typed.extend(piece)
        if (not piece or b"\n" in piece) and not ended.done():
            ended.set_result(None)

    loop.add_reader(handle, read)
    try:
        await ended
    finally:
        loop.remove_reader(handle)
    return typed.decode("utf-8", "replace").removesuffix("\n") if typed else None


def take_typed(handle: int, *, quiet_s: float = 0.0) -> str:
    """What was typed and not read yet, the beginning of a line too: it is taken out of the
    terminal. More is waited for until nothing has come for `quiet_s` seconds."""
    typed = bytearray()
    with suppress(termios.error, OSError):
        before = termios.tcgetattr(handle)
        at_once = termios.tcgetattr(handle)
        at_once[3] &= ~(termios.ICANON | termios.ECHO)
        at_once[6][termios.VMIN] = at_once[6][termios.VTIME] = 0
        termios.tcsetattr(handle, termios.TCSANOW, at_once)
        try:
            while select.select([handle], [], [], quiet_s)[0] and (piece := os.read(handle, 4096)):
                typed.extend(piece)
        finally:
            termios.tcsetattr(handle, termios.TCSANOW, before)
    return typed.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")


@contextmanager
def keeping_typed(stream: TextIO) -> Iterator[None]:
    """Ctrl+C sends its signal, but what was typed before it is not thrown away."""
    if not stream.isatty():
        yield
        return
    handle = stream.fileno()
    before = termios.tcgetattr(handle)
    keeping = termios.tcgetattr(handle)
    keeping[3] |= termios.NOFLSH
    termios.tcsetattr(handle, termios.TCSANOW, keeping)
    try:
        yield
    finally:
        with suppress(termios.error):
            termios.tcsetattr(handle, termios.TCSANOW, before)
