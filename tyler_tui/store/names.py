"""Finding a thread by what a user calls it, and giving it a name."""

from itertools import count

from tyler_tui.errors import AmbiguousNameError, NameTakenError, StoreError, ThreadNotFoundError
from tyler_tui.sanitize import one_line
from tyler_tui.store.columns import clean_name, name_key
from tyler_tui.store.database import Database, NotUniqueError, Transaction
from tyler_tui.store.summaries import ThreadSummary, summary_of

SHORT_ID = 8
"""So many characters of an id stand in lists."""


async def find(database: Database, key: str, *, deleted: bool) -> ThreadSummary:
    """The thread with that id, or that name, or of which `key` begins the name or the id, or the
    only one with that title."""
    condition = "IS NOT NULL" if deleted else "IS NULL"
    for column, value in (("id", key), ("name_key", name_key(key))):
        row = await database.read_one(
            f"SELECT * FROM threads WHERE {column} = ? AND deleted_at {condition} "
            "ORDER BY deleted_at DESC",
            (value,),
        )
        if row is not None:
            return summary_of(row, database.seal)
    if not name_key(key):
        raise not_found(key)
    rows = await database.read(
        f"SELECT * FROM threads WHERE deleted_at {condition} AND "
        "(substr(name_key, 1, length(:name)) = :name OR substr(id, 1, length(:id)) = :id) "
        "ORDER BY updated_at DESC LIMIT 10",
        {"name": name_key(key), "id": key},
    )
    what, hint, shown = "begin with", "Give more of the name.", 60
    if not rows:  # a title is no name: several may be the same
        rows = await database.read(
            f"SELECT * FROM threads WHERE deleted_at {condition} AND title = ? "
            "ORDER BY updated_at DESC LIMIT 10",
            (key,),
        )
        what, hint, shown = "are titled", "Give the name or the id of one.", SHORT_ID
    if not rows:
        raise not_found(key)
    if len(rows) > 1:
        names = tuple(row["name"] or row["id"] for row in rows)
        raise AmbiguousNameError(
            f"Several sessions {what} {one_line(key, 60)!r}: "
            f"{', '.join(one_line(row['name'] or row['id'][:shown], 60) for row in rows)}.",
            hint=hint,
            candidates=names,
        )
    return summary_of(rows[0], database.seal)


async def set_name(transaction: Transaction, thread_id: str, name: str) -> None:
    """Give a thread a name, inside a transaction."""
    clean = clean_name(name)
    if not clean:
        raise StoreError("A name needs at least one character.")
    try:
        changed = await transaction.execute(
            "UPDATE threads SET name = ?, name_key = ? WHERE id = ?",
            (clean, name_key(clean), thread_id),
        )
    except NotUniqueError as error:
        raise _taken(clean) from error
    if not changed:
        raise not_found(thread_id)


async def free_name(transaction: Transaction, name: str) -> str:
    """That name, or where a thread outside the trash has it, with a number behind it."""
    free = name
    for number in count(2):
        if not await _is_taken(transaction, free):
            break
        free = f"{name}-{number}"
    return free


async def check_free(transaction: Transaction, name: str) -> None:
    """Raises NameTakenError where a thread outside the trash has that name."""
    if await _is_taken(transaction, name):
        raise _taken(name)


async def _is_taken(transaction: Transaction, name: str) -> bool:
    return bool(
        await transaction.rows(
            "SELECT 1 FROM threads WHERE name_key = ? AND deleted_at IS NULL", (name_key(name),)
        )
    )


def _taken(name: str) -> NameTakenError:
    return NameTakenError(
        f"Another session is called {one_line(name, 60)!r}.",
        hint="Choose another name, or open that session with -s.",
    )


def not_found(key: str) -> ThreadNotFoundError:
    return ThreadNotFoundError(
        f"There is no session {one_line(key, 60)!r}.",
        hint="`tyler-chat sessions list` shows all; -s NAME starts a new one.",
    )
