"""Making a database file ready: created, checked and migrated before anything else touches it."""

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from tyler_tui.errors import (
    StoreDamagedError,
    StoreError,
    StoreTooNewError,
    StoreUnavailableError,
)
from tyler_tui.paths import private_folder
from tyler_tui.store.sqlite.failures import damaged, translating
from tyler_tui.store.sqlite.log_check import log_of, put_aside_damaged_log
from tyler_tui.store.sqlite.schema import APPLICATION_ID, MIGRATIONS

BUSY_TIMEOUT_S = 5.0
IMMUTABLE = "mode=ro&immutable=1"
MAX_CHECKED_BYTES = 32 * 1024 * 1024
"""Larger files are not checked as a whole when they are opened: it would take too long."""


def prepare_file(path: Path) -> str:
    """Create, check and migrate the file at the absolute `path`. A file that is refused, with a
    StoreError, is left as it was. Returns what the user must know of a file that was not; "" as a
    rule."""
    try:
        with translating(str(path)):
            if is_frozen(path):
                return _prepare_frozen(path)
            _create(path)
            _check(path)
            _keep_others_out(path)
            kept = put_aside_damaged_log(path)
            with closing(_connect(path, "mode=rw")) as connection:
                _migrate(connection, path)
    except OSError as error:
        raise StoreUnavailableError(
            f"{path} cannot be opened: {error.strerror or error}.",
            hint="Check the path and its permissions, or set TYLER_CHAT_DB to another file.",
        ) from error
    if kept is None:
        return ""
    return (
        f"The log beside {path} was damaged: the newest messages in it could not be read. All else "
        f"is there. A copy of that log is in {kept}."
    )


def is_frozen(path: Path) -> bool:
    """Whether the file is on a read-only file system, with nothing in its log. There SQLite cannot
    make the index of a log, and reads a file only when it is told that nobody changes it
    (`immutable`)."""
    try:
        is_read_only = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
        return is_read_only and path.is_file() and not _has_log(path)
    except OSError:
        return False


def _prepare_frozen(path: Path) -> str:
    _examine(path, IMMUTABLE)
    with closing(_connect(path, IMMUTABLE)) as connection:
        if _version(connection) != len(MIGRATIONS):
            raise StoreUnavailableError(
                f"{path} has an older format, and cannot be brought up to date where it is: the "
                "file system is read-only.",
                hint="Set TYLER_CHAT_DB to a copy of it elsewhere.",
            )
    return f"{path} is on a read-only file system: it can be read, and nothing is saved there."


def _create(path: Path) -> None:
    private_folder(path.parent)
    if path.is_dir():
        raise StoreUnavailableError(
            f"{path} is a folder, not a database.", hint="Give the path of a file."
        )
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, stat.S_IRUSR | stat.S_IWUSR))


def _keep_others_out(path: Path) -> None:
    """A file that was copied or restored may have come with wider rights; what SQLite puts beside
    it gets the same ones."""
    for file in (path, *(path.with_name(f"{path.name}-{end}") for end in ("wal", "shm"))):
        with suppress(OSError):  # it is not there, or of another owner, who knows what he does
            if stat.S_IMODE(file.stat().st_mode) & ~0o600:
                file.chmod(0o600)


def _connect(path: Path, how: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?{how}", uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S
    )


def _check(path: Path) -> None:
    log = log_of(path)
    if not _has_log(path):
        # A connection that may only read would leave an empty log beside the file.
        _examine(path, "mode=rw")
        return
    try:  # closing a connection that may write would fold the log into the file
        with translating(str(path)):
            _examine(path, "mode=ro")
    except (StoreTooNewError, StoreUnavailableError):
        raise
    except StoreError as error:
        try:
            _examine(path, IMMUTABLE)
        except (sqlite3.Error, StoreError):
            raise error from None
        raise StoreDamagedError(
            f"{log} is the log of another database; both were left as they are.",
            hint=f"{path} itself is whole. Close every tyler-chat, move {log.name} to another "
            "folder, and start again.",
        ) from error


def _has_log(path: Path) -> bool:
    log = log_of(path)
    return log.exists() and log.stat().st_size > 0


def _examine(path: Path, how: str) -> None:
    """Refuse what is not ours or damaged. `how` are parameters of SQLite's URI; with `immutable` it
    takes no notice of the log."""
    with closing(_connect(path, how)) as connection:
        connection.execute("BEGIN")  # one moment: another process may be making the file
        _refuse_newer(_version(connection), path)
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
        if tables and application != APPLICATION_ID:
            raise StoreError(
                f"{path} is a database of another program.",
                hint="Set TYLER_CHAT_DB to another file.",
            )
        if tables and path.stat().st_size <= MAX_CHECKED_BYTES:
            verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            if verdict != "ok":
                raise damaged(str(path))


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _refuse_newer(version: int, path: Path) -> None:
    if version > len(MIGRATIONS):
        raise StoreTooNewError(
            f"{path} has format {version}; this version knows {len(MIGRATIONS)}.",
            hint="Update tyler-chat, or set TYLER_CHAT_DB to another file.",
        )


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if _version(connection) == len(MIGRATIONS) and mode == "wal":
        return
    _use_log(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for the lock.
        version = _version(connection)
        _refuse_newer(version, path)
        if 0 < version < len(MIGRATIONS):
            _back_up(path, path.with_name(f"{path.name}.v{version}.bak"))
        for migration in MIGRATIONS[version:]:
            for statement in _statements(migration):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # a full disk has rolled back already
            connection.execute("ROLLBACK")
        raise


def _use_log(connection: sqlite3.Connection) -> None:
    """SQLite does not wait for the lock that this needs, and who makes the same new file at the
    same time holds it for a moment."""
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _back_up(path: Path, target: Path) -> None:
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR))
    # A connection of its own: one that holds the lock for writing cannot be copied from.
    with closing(_connect(path, "mode=ro")) as source, closing(_connect(target, "mode=rw")) as copy:
        source.backup(copy)
