"""A pattern, and the lines of a file that it matches.

A pattern can take for ever on a text that is made for it. Python's `re` can be interrupted only by
a signal, and only in a main thread: so each file gets an alarm, in a process of its own.
"""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from tyler_tui.errors import ToolError
from tyler_tui.tools.text import SNIFFED_BYTES, encoding_of

FILE_S = 2.0
"""How long one file may take."""
MAX_FILE_BYTES = 10 * 1024 * 1024


class TookTooLongError(Exception):
    """The alarm rang."""


class TooLongError(Exception):
    """A file longer than MAX_FILE_BYTES."""


def _ring(*_: object) -> NoReturn:
    raise TookTooLongError


signal.signal(signal.SIGALRM, _ring)


def compiled(pattern: str, *, literal: bool, ignore_case: bool) -> "re.Pattern[str]":
    """Raises ToolError for what is no pattern."""
    if not pattern:
        raise ToolError("The pattern is empty.")
    flags = re.MULTILINE | (re.IGNORECASE if ignore_case else 0)
    try:
        with _alarm():
            return re.compile(re.escape(pattern) if literal else pattern, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise ToolError(
            f"The pattern is no regular expression: {error}. Set literal to search for it as it is."
        ) from error
    except TookTooLongError:
        raise ToolError("The pattern takes too long to understand.") from None


def matches_in(
    handle: int, pattern: "re.Pattern[str]", limit: int
) -> tuple[list[str], dict[int, int]]:
    """The lines of an open file, and which of them matches lie on, from 0, with the column where
    the first begins: at most `limit`, and one more if there are. A binary file has no lines.

    Raises TookTooLongError, TooLongError and OSError.
    """
    with _alarm():
        text = _text(handle)
        found = _found(text, pattern, limit)
        return text.split("\n") if found else [], found


def _text(handle: int) -> str:
    size = os.fstat(handle).st_size
    if size > MAX_FILE_BYTES:
        raise TooLongError
    text = _decoded(os.read(handle, size)).removeprefix("\ufeff")
    return text.replace("\r\n", "\n") if "\r" in text else text


def _decoded(data: bytes) -> str:
    head = data[:SNIFFED_BYTES]
    if b"\0" not in head:
        try:
            return data.decode()  # as good as all of them
        except UnicodeDecodeError:
            pass
    encoding = encoding_of(head)
    return "" if encoding is None else data.decode(encoding, "replace")


def _found(text: str, pattern: "re.Pattern[str]", limit: int) -> dict[int, int]:
    found: dict[int, int] = {}
    line = counted = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        line += text.count("\n", counted, start)
        counted = start
        if start == len(text) and text.endswith("\n"):
            break  # behind the last line there is none
        found.setdefault(line, start - text.rfind("\n", 0, start) - 1)
        for further in range(1, min(text.count("\n", start, end - 1), limit) + 1):
            found.setdefault(line + further, 0)
        if len(found) > limit:
            break
    return found


@contextmanager
def _alarm() -> Iterator[None]:
    signal.setitimer(signal.ITIMER_REAL, FILE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
