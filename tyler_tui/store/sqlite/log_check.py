"""The write-ahead log that a kill, a bad disk or a copied folder left beside the database.

SQLite takes what it can read of a log and passes over the rest without a word: of all of it where
the head is bad, of all that follows a damaged frame. The next write stands over it. So a log that
holds more than SQLite can read is copied first. The log itself is left where it is: another process
may be using it.

Nothing here opens the database or its index: closing them would end the locks that this process
holds on them (https://sqlite.org/howtocorrupt.html, section 2.2). The format is in
https://sqlite.org/fileformat2.html#walformat.
"""

import shutil
import sqlite3
import struct
import time
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

MAX_LOG_BYTES = 64 * 1024 * 1024
"""Larger ones are not read as a whole; SQLite keeps them near 4 MB."""
_HEAD_BYTES, _FRAME_HEAD_BYTES = 32, 24
_MAGIC, _MAGIC_BIG_ENDIAN = 0x377F0682, 0x377F0683
_STILL_S, _TRIES = 0.05, 20
"""A log that changes within so long is being written: what looks torn is on its way."""


def put_aside_damaged_log(path: Path) -> Path | None:
    """Copy the log of the database at `path` if it holds what SQLite cannot read; returns the copy.
    Raises OSError when a log without a readable head cannot be copied."""
    log = log_of(path)
    try:
        with log.open("rb") as file:
            head = file.read(_HEAD_BYTES)
            is_large = file.seek(0, 2) > MAX_LOG_BYTES
    except OSError:
        return None
    if not head:
        return None
    if not _is_readable(head):
        with TemporaryDirectory(prefix="log-", dir=path.parent) as folder:
            return _kept(shutil.copyfile(log, Path(folder, "log")), log)
    if not is_large:
        # A full disk or a folder that may only be read is no reason to refuse a log that is good.
        with (
            suppress(OSError, sqlite3.Error),
            TemporaryDirectory(prefix="log-", dir=path.parent) as folder,
        ):
            if (copy := _copy_of_damaged(log, Path(folder))) is not None:
                return _kept(copy, log)
    return None


def log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _copy_of_damaged(log: Path, folder: Path) -> Path | None:
    before = None
    for number in range(_TRIES):
        copy = shutil.copyfile(log, folder / str(number))
        if not _is_readable(copy.read_bytes()[:_HEAD_BYTES]):  # just now emptied or begun again
            return None
        if _commits(copy) <= _readable_frames(copy):
            return None
        if before is not None and _is_same(before, copy):
            return copy
        before = copy
        time.sleep(_STILL_S)
    return None


def _kept(copy: Path, log: Path) -> Path:
    """Give the copy a name beside the log, unless there is the same already."""
    copy.chmod(0o600)
    for number in count(1):
        target = log.with_name(f"{log.name}.damaged-{number}")
        if not target.exists():
            return copy.rename(target)
        if _is_same(target, copy):
            return target
    raise AssertionError


def _is_readable(head: bytes) -> bool:
    if len(head) < _HEAD_BYTES:
        return False
    magic, _, page_bytes = struct.unpack(">III", head[:12])
    if magic not in (_MAGIC, _MAGIC_BIG_ENDIAN):
        return False
    order = ">" if magic == _MAGIC_BIG_ENDIAN else "<"
    first = second = 0
    for one, other in struct.iter_unpack(f"{order}II", head[:24]):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    is_whole = (first, second) == struct.unpack(">II", head[24:])
    is_size = 512 <= page_bytes <= 65536 and page_bytes & (page_bytes - 1) == 0
    return is_whole and is_size


def _commits(log: Path) -> int:
    """The number of the last frame that ends a transaction of this log, from 1; 0 when there is
    none. Frames of an earlier round have other salts, and what a kill cut short was never said to
    be saved."""
    with log.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        frame_bytes = _FRAME_HEAD_BYTES + struct.unpack(">I", head[8:12])[0]
        whole_frames = (file.seek(0, 2) - _HEAD_BYTES) // frame_bytes
        for number in range(whole_frames, 0, -1):
            file.seek(_HEAD_BYTES + (number - 1) * frame_bytes)
            frame = file.read(_FRAME_HEAD_BYTES)
            if frame[8:16] == head[16:24] and frame[4:8] != bytes(4):
                return number
    return 0


def _readable_frames(copy: Path) -> int:
    """How many of its frames SQLite can read: it says so in the index that it makes of a log
    (https://sqlite.org/walformat.html#the_wal_index_file_format), here for a database that is made
    for the copy."""
    database = copy.with_suffix(".db")
    page_bytes = struct.unpack(">I", copy.read_bytes()[8:12])[0]
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {page_bytes}")
        connection.execute("PRAGMA journal_mode = WAL")
    shutil.copyfile(copy, log_of(database))
    with closing(sqlite3.connect(database)) as connection:
        with suppress(sqlite3.Error):  # the pages alone are no database
            connection.execute("PRAGMA user_version")
        index = database.with_name(f"{database.name}-shm").read_bytes()
    return int(struct.unpack("=I", index[16:20])[0])


def _is_same(one: Path, other: Path) -> bool:
    import filecmp  # noqa: PLC0415 - few logs are damaged

    return filecmp.cmp(one, other, shallow=False)
