"""What SQLite says, as errors that tell what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from tyler_tui.errors import StoreDamagedError, StoreError, StoreUnavailableError

_OTHER_FILE = "Check the path and its permissions, or set TYLER_CHAT_DB to another file."


@contextmanager
def translating(path: str) -> Iterator[None]:
    """Turns errors of SQLite into StoreErrors about the database at `path`."""
    try:
        yield
    except sqlite3.Error as error:
        raise _translated(error, path) from error
    except (UnicodeEncodeError, OverflowError) as error:  # a bad id, a number out of all bounds
        raise StoreError(f"The session store cannot hold that: {error}.") from error


def _translated(error: sqlite3.Error, path: str) -> StoreError:
    # Errors of the `sqlite3` module itself have no code.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreUnavailableError(
            f"{path} is locked by another program.",
            hint="Close the other program, or try again in a moment.",
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreUnavailableError(
            "The disk is full: nothing could be saved.",
            hint="Make room. What was said is still in memory, and is saved with what comes next.",
        )
    if code == sqlite3.SQLITE_IOERR:
        return StoreUnavailableError(
            f"{path} could not be read or written: {error}.",
            hint="Check the disk and its free space. What is on screen is still in memory.",
        )
    if code == sqlite3.SQLITE_READONLY:
        return StoreUnavailableError(f"{path} may not be written.", hint=_OTHER_FILE)
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return StoreUnavailableError(f"{path} cannot be opened.", hint=_OTHER_FILE)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path)
    return StoreError(f"The session store failed: {error}", hint="Start with --debug for details.")


def damaged(path: str) -> StoreDamagedError:
    return StoreDamagedError(
        f"{path} is damaged or no database; it was left as it is.",
        hint="Keep a copy, set TYLER_CHAT_DB to another file, and try "
        "`sqlite3 FILE .recover` on the copy.",
    )
