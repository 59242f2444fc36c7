"""Files that are written as a whole or not at all: whatever ends the program, or fills the disk,
what was there before is there yet."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Have `path` hold `text`, where a link leads, with the rights that it has; a new file is
    readable by its owner alone. Raises OSError, and ValueError for text that is none."""
    path = path.resolve()
    try:
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        mode = 0o600
    else:
        os.close(os.open(path, os.O_WRONLY | os.O_CLOEXEC))  # what is read-only stays as it is
    handle, new = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(new, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(new)
        raise
