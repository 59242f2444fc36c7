"""Which sources there are, and whose a file is."""

from collections.abc import Iterator
from pathlib import Path

from tyler_tui.errors import UsageError
from tyler_tui.importing import chatgpt, claude, elia, llm_logs, oterm, own, own_database, tyler
from tyler_tui.importing.database import Database, is_database
from tyler_tui.importing.documents import Documents, shown
from tyler_tui.importing.found import Damaged, Found, ImportFailedError, Reading
from tyler_tui.sanitize import one_line
from tyler_tui.toml_file import nearest

DATABASES = {source.KIND: source for source in (own_database, llm_logs, elia, oterm, tyler)}
DOCUMENTS = {source.KIND: source for source in (chatgpt, claude, own)}
KINDS = tuple(dict.fromkeys((*DATABASES, *DOCUMENTS)))


def check_kind(kind: str) -> None:
    """Raises UsageError for a kind that there is not."""
    if kind not in KINDS:
        raise UsageError(
            f"Nothing is imported from {one_line(kind, 40)!r}.", hint=nearest(kind, KINDS)
        )


def opened(path: Path, kind: str | None = None) -> tuple[str, Reading]:
    """The kind of the file at `path`, as its content tells, or the one that is forced on it, and
    its conversations. Raises ImportFailedError."""
    if not path.exists():
        raise ImportFailedError(
            f"There is no file {shown(path)}.",
            hint="`tyler-chat import --help` tells which files can be imported.",
        )
    if not (path.is_file() or path.is_dir()):  # a pipe can be read once, and keeps one waiting
        raise ImportFailedError(f"{shown(path)} is neither a file nor a folder.")
    if is_database(path):
        return _database(path, kind)
    if kind in DATABASES and kind not in DOCUMENTS:
        raise ImportFailedError(f"{shown(path)} is no database, and {kind} has one.")
    documents = Documents(path)
    first = documents.first()
    if kind is None:
        kind = next(
            (
                name
                for name, source in DOCUMENTS.items()
                if any(isinstance(item, dict) and source.recognised(item) for item in first)
            ),
            None,
        )
    if kind is None:
        raise ImportFailedError(
            f"{shown(path)} holds no conversations."
            if not first
            else f"{shown(path)} is none of the exports that can be read.",
            hint=f"--from KIND says what it is: {', '.join(DOCUMENTS)}.",
        )
    return kind, Reading(DOCUMENTS[kind].conversations(documents), lambda: documents.fraction)


def _database(path: Path, kind: str | None) -> tuple[str, Reading]:
    if kind in DOCUMENTS and kind not in DATABASES:
        raise ImportFailedError(f"{shown(path)} is a database, and the export of {kind} is none.")
    database = Database(path)
    found = [name for name, source in DATABASES.items() if source.recognised(database)]
    if kind is not None and kind not in found:
        database.close()
        raise ImportFailedError(f"{shown(path)} has not the tables that {kind} makes.")
    if not found:
        database.close()
        known = ", ".join(DATABASES)
        raise ImportFailedError(
            f"{shown(path)} is a database of none of the programs that are known: {known}.",
        )
    kind = kind or found[0]

    def conversations() -> Iterator[Found | Damaged]:
        try:
            yield from DATABASES[kind].conversations(database)
        finally:
            database.close()

    return kind, Reading(conversations(), lambda: database.fraction)
