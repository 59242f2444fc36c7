"""The trash: where deleted threads wait, inside a transaction.

A clock that is wrong must not empty it. What was deleted counts from the last that was said in it
where that is later, and time goes on as far as the database has seen it go on: up to the last use,
and not to what a clock says that jumped since.
"""

from datetime import UTC, datetime, timedelta

from tyler_tui.errors import NameTakenError
from tyler_tui.store.columns import moment, now_text, time_text
from tyler_tui.store.database import NotUniqueError, Transaction
from tyler_tui.store.names import free_name, not_found, set_name


async def put(transaction: Transaction, thread_id: str) -> None:
    """Put a thread into the trash."""
    changed = await transaction.execute(
        "UPDATE threads SET deleted_at = CASE WHEN updated_at > :now THEN updated_at ELSE :now END "
        "WHERE id = :id AND deleted_at IS NULL",
        {"now": now_text(), "id": thread_id},
    )
    if not changed:
        raise not_found(thread_id)


async def take_out(transaction: Transaction, thread_id: str) -> None:
    """Bring a thread back."""
    try:
        changed = await transaction.execute(
            "UPDATE threads SET deleted_at = NULL WHERE id = ? AND deleted_at IS NOT NULL",
            (thread_id,),
        )
    except NotUniqueError as error:
        raise NameTakenError(
            "Another session has taken its name since.", hint="Rename that one first."
        ) from error
    if not changed:
        raise not_found(thread_id)


async def bring_back(transaction: Transaction, thread_id: str, name: str | None) -> str | None:
    """Bring a thread of that name back, whoever has taken the name since; returns its name."""
    if name is not None and (free := await free_name(transaction, name)) != name:
        await set_name(transaction, thread_id, free)
        name = free
    await take_out(transaction, thread_id)
    return name


async def empty(transaction: Transaction, older_than_days: int) -> int:
    """Delete for good what has been there for so long; returns how many threads."""
    [row] = await transaction.rows(
        "SELECT max(coalesce(deleted_at, updated_at)) AS last_use FROM threads"
    )
    now = min(datetime.now(UTC), moment(row["last_use"]))
    limit = time_text(now - timedelta(days=older_than_days))
    return await transaction.execute("DELETE FROM threads WHERE deleted_at <= ?", (limit,))
