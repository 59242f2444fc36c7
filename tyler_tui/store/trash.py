"""The trash: where deleted threads wait, inside a transaction."""

import sqlite3
from datetime import UTC, datetime, timedelta

import aiosqlite

from tyler_tui.errors import NameTakenError
from tyler_tui.store.names import not_found
from tyler_tui.store.rows import now_text, time_text


async def put(connection: aiosqlite.Connection, thread_id: str) -> None:
    """Put a thread into the trash."""
    cursor = await connection.execute(
        "UPDATE threads SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL",
        (now_text(), thread_id),
    )
    if not cursor.rowcount:
        raise not_found(thread_id)


async def take_out(connection: aiosqlite.Connection, thread_id: str) -> None:
    """Bring a thread back."""
    try:
        cursor = await connection.execute(
            "UPDATE threads SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL",
            (thread_id,),
        )
    except sqlite3.IntegrityError as error:
        raise NameTakenError(
            "Another session has taken its name since.", hint="Rename that one first."
        ) from error
    if not cursor.rowcount:
        raise not_found(thread_id)


async def empty(connection: aiosqlite.Connection, older_than_days: int) -> int:
    """Delete for good what has been there for so long; returns how many threads."""
    limit = time_text(datetime.now(UTC) - timedelta(days=older_than_days))
    cursor = await connection.execute("DELETE FROM threads WHERE deleted_at <= ?", (limit,))
    return cursor.rowcount
