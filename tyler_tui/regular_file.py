"""Files in places that we chose, read without waiting: a pipe that stands there would keep the
program until someone wrote to it, and a device for ever."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, to read. Raises OSError, for all else too but the null device, which people
    put in the place of a file that shall say nothing."""
    # Without O_NONBLOCK already the opening of a pipe would wait for who writes to it.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        facts = os.fstat(handle)
        if stat.S_ISDIR(facts.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not (stat.S_ISREG(facts.st_mode) or os.path.samestat(facts, os.stat(os.devnull))):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        with os.fdopen(handle, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(handle)


def read_bytes(path: Path) -> bytes:
    """Raises as `opened` does."""
    with opened(path) as file:
        return file.read()


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, without a mark at its beginning, each end of a line as \\n.
    Raises as `opened` does, and UnicodeDecodeError."""
    text = read_bytes(path).decode("utf-8-sig")
    return text.replace("\r\n", "\n").replace("\r", "\n")
