"""How a database file is: looked at without changing it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tyler_tui.store.sqlite.failures import translating
from tyler_tui.store.sqlite.log_check import log_of
from tyler_tui.store.sqlite.opening import IMMUTABLE, is_frozen

FROZEN = "frozen"


@dataclass(frozen=True, slots=True)
class Health:
    """Sizes are bytes. `complaints` are those of SQLite's quick_check, the first few; `mode` is the
    journal mode, `wal` as a rule, or FROZEN on a read-only file system, where there is none."""

    size: int
    log_size: int
    complaints: tuple[str, ...]
    sessions: int
    deleted: int
    messages: int
    mode: str


MOST_COMPLAINTS = 5


def health_of(path: Path) -> Health:
    """Looks at all of the file, which takes about a second per gigabyte. Raises StoreError."""
    log = log_of(path)
    frozen = is_frozen(path)
    how = IMMUTABLE if frozen else "mode=ro"
    with (
        translating(str(path)),
        closing(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)) as connection,
    ):

        def one(sql: str) -> int:
            return int(connection.execute(sql).fetchone()[0])

        said = [row[0] for row in connection.execute(f"PRAGMA quick_check({MOST_COMPLAINTS})")]
        return Health(
            size=path.stat().st_size,
            log_size=log.stat().st_size if log.exists() else 0,
            complaints=() if said == ["ok"] else tuple(said),
            sessions=one("SELECT count(*) FROM threads WHERE deleted_at IS NULL"),
            deleted=one("SELECT count(*) FROM threads WHERE deleted_at IS NOT NULL"),
            messages=one("SELECT count(*) FROM messages"),
            mode=FROZEN if frozen else connection.execute("PRAGMA journal_mode").fetchone()[0],
        )
