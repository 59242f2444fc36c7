"""A SQLite file of another program: read, never written, and trusted in nothing."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tyler_tui.importing.documents import shown
from tyler_tui.importing.found import (
    BEYOND_READING,
    Damaged,
    DamagedError,
    Found,
    ImportFailedError,
)
from tyler_tui.sanitize import one_line

_FAILURES = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the latter where its own message quotes bytes of a damaged file."""
_TORN = "the file is damaged: some messages may be missing"
HEAD = b"SQLite format 3\x00"
Row = dict[str, Any]
"""A row by its columns. A column that an older version of the program did not have is missing."""


class Database:
    """The tables of a file."""

    def __init__(self, path: Path) -> None:
        """Raises ImportFailedError."""
        self.path = path
        self._done, self._count = 0, 1
        self._indexes: dict[tuple[str, str], dict[object, list[int]]] = {}
        self._is_torn = False
        try:
            self.modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            self._connection = _opened(path)
            # Views and virtual tables would run what is written in them.
            self.tables = {
                row["name"]: {column["name"] for column in self._rows(
                    "SELECT name FROM pragma_table_info(?)", (row["name"],))}
                for row in self._rows(
                    "SELECT name FROM sqlite_master "
                    "WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'")
            }  # fmt: skip
        except (OSError, *_FAILURES) as error:
            raise ImportFailedError(
                f"{shown(path)} cannot be read: {one_line(str(error), 100)}.",
                hint="If the program it belongs to can still open it, close that and try again.",
            ) from error

    @property
    def version(self) -> int:
        """That of its format, as far as its program numbers them."""
        try:
            (row,) = self._rows("PRAGMA user_version")
        except _FAILURES as error:
            raise ImportFailedError(f"{shown(self.path)} is damaged.") from error
        return int(row["user_version"])

    @property
    def fraction(self) -> float:
        return min(self._done / self._count, 1.0)

    def has(self, table: str, *columns: str) -> bool:
        """Whether there is such a table, with at least these columns."""
        return table in self.tables and self.tables[table].issuperset(columns)

    def rows(self, table: str, where: str = "", values: tuple[Any, ...] = ()) -> list[Row]:
        """Rows of `table`; none when there is no such table. `where` is SQL, from WHERE on.
        Raises DamagedError."""
        if table not in self.tables:
            return []
        try:
            return list(self._rows(f'SELECT rowid AS _row, * FROM "{table}" {where}', values))
        except _FAILURES as error:
            raise DamagedError(f"the file is damaged: {one_line(str(error), 100)}") from error

    def rows_at(self, table: str, key: str, value: object) -> list[Row]:
        """The rows of a table that is kept by `key`, and has no numbers. Raises DamagedError."""
        if not self.has(table, key):
            return []
        try:
            return list(self._rows(f'SELECT * FROM "{table}" WHERE "{key}" = ?', (value,)))
        except _FAILURES as error:
            raise DamagedError(f"the file is damaged: {one_line(str(error), 100)}") from error

    def rows_of(self, table: str, column: str, value: object) -> list[Row]:
        """The rows of `table` with that value in `column`, in the order in which they were written.
        What of them is damaged is left out, and told with the conversation."""
        if not self.has(table, column):
            return []
        numbers = self._numbers(table, column).get(value, [])
        where = "WHERE rowid IN (SELECT value FROM json_each(?)) ORDER BY rowid"
        with suppress(DamagedError):
            return self.rows(table, where, (json.dumps(numbers),))
        self._is_torn = True
        found: list[Row] = []
        for number in numbers:
            with suppress(DamagedError):
                found += self.rows(table, "WHERE rowid = ?", (number,))
        return found

    def _numbers(self, table: str, column: str) -> dict[object, list[int]]:
        """Which rows hold which value: these programs have no index, and a search for each
        conversation would take for ever, and stop at the first damaged page."""
        key = (table, column)
        if key not in self._indexes:
            pairs: dict[int, object] = {}
            for direction in ("ASC", "DESC"):
                sql = f'SELECT rowid AS _row, "{column}" AS value FROM "{table}" ORDER BY rowid '
                try:
                    for row in self._rows(sql + direction):
                        pairs[row["_row"]] = row["value"]
                    break
                except _FAILURES:  # from the other end then
                    self._is_torn = True
            index: dict[object, list[int]] = {}
            for number in sorted(pairs):
                index.setdefault(pairs[number], []).append(number)
            self._indexes[key] = index
        return self._indexes[key]

    def conversations(
        self, table: str, read: Callable[[Row], Found], label: Callable[[Row], object]
    ) -> Iterator[Found | Damaged]:
        """What `read` makes of each row of `table`, of which there are none when there is no such
        table; where `read` raises, `label` names it."""
        if table not in self.tables:
            return
        keys: list[int] = []
        try:
            for row in self._rows(f'SELECT rowid AS _row FROM "{table}"'):
                keys.append(row["_row"])
        except _FAILURES as error:
            which = f"what stands behind number {keys[-1]}" if keys else "all conversations"
            yield Damaged(which, f"the file is damaged: {one_line(str(error), 100)}")
        self._count += len(keys)
        for key in keys:
            name = f"number {key}"
            try:
                found = self.rows(table, "WHERE rowid = ?", (key,))
                for row in found:
                    called = label(row)
                    name = (one_line(called, 60) if isinstance(called, str) else "") or name
                    came = read(row)
                    torn = (_TORN,) if self._is_torn and came is not None else ()
                    yield replace(came, remarks=(*came.remarks, *torn)) if torn else came
            except DamagedError as error:
                yield Damaged(name, str(error))
            except BEYOND_READING as error:
                said = one_line(str(error), 100) or type(error).__name__
                yield Damaged(name, f"it cannot be understood: {said}")
            self._done += 1

    def close(self) -> None:
        self._connection.close()

    def _rows(self, sql: str, values: tuple[Any, ...] = ()) -> Iterator[Row]:
        with closing(self._connection.execute(sql, values)) as cursor:
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))


def _opened(path: Path) -> sqlite3.Connection:
    """Raises one of _FAILURES."""
    # A database that another program writes right now has a log beside it, for which SQLite needs
    # to write into the folder; where it may not, the file is read as it stands.
    for how in ("mode=ro", "mode=ro&immutable=1"):
        address = f"file:{quote(str(path.absolute()))}?{how}"
        connection = sqlite3.connect(address, uri=True)
        try:
            connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("SELECT name FROM sqlite_master").fetchall()
        except _FAILURES as error:
            connection.close()
            last: Exception = error
            continue
        return connection
    raise last


def is_database(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return file.read(len(HEAD)) == HEAD
    return False
