"""A thread as a store has it, for another store: with what only the store knows of it."""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from tyler_tui.messages import Attachment, Message, MessageStatus, Thread
from tyler_tui.store.columns import time_text
from tyler_tui.store.database import Database, Row, Transaction
from tyler_tui.store.names import not_found, set_name
from tyler_tui.store.reading import attachments_of
from tyler_tui.store.rows import MESSAGE_COLUMNS, attributes_for_thread, message_of, writers
from tyler_tui.store.saving import save_all
from tyler_tui.store.seal import Seal
from tyler_tui.store.summaries import summary_of

Files = Callable[[str], Sequence[Attachment]]

_THREAD = "SELECT * FROM threads WHERE id = ?"
_MESSAGES = f"SELECT {', '.join(MESSAGE_COLUMNS)} FROM messages WHERE thread_id = ? ORDER BY seq"
_KEEP = """
UPDATE threads SET pinned = ?, deleted_at = ?, title_source = ?, model = ?, head_id = ?
WHERE id = ?
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store knows of a thread beyond the thread. `is_under_way` tells that an answer was
    being written in it, which is not among its messages; `is_own`, that nobody else chose its agent
    and model."""

    pinned: bool
    deleted_at: datetime | None
    titled_by_user: bool
    model: str | None
    is_under_way: bool = False
    is_own: bool = True


async def all_ids(database: Database) -> list[str]:
    """Those of all threads, also in the trash, in the order in which they were made."""
    return [row["id"] for row in await database.read("SELECT id FROM threads ORDER BY rowid")]


async def load_kept(database: Database, thread_id: str) -> tuple[Thread, Kept]:
    """A thread, be it in the trash. Raises ThreadNotFoundError."""
    row = await database.read_one(_THREAD, (thread_id,))
    if row is None:
        raise not_found(thread_id)
    rows = await database.read(_MESSAGES, (thread_id,))
    files = {
        message["id"]: await attachments_of(database, message["id"])
        for message in rows
        if message["has_attachments"]
    }
    living = await database.living(writers(rows))
    return kept_thread(row, rows, lambda id: files[id], living, database.seal)


def kept_thread(
    row: Row,
    messages: Sequence[Row],
    files: Files,
    living: Collection[str],
    seal: Seal | None = None,
) -> tuple[Thread, Kept]:
    """A thread of the rows of its tables; `files` gives the attachments of a message that has some.
    What one of the `living` is writing is left out."""
    written = [
        one for one in messages
        if one["status"] == MessageStatus.STREAMING and one["owner"] in living
    ]  # fmt: skip
    parents = {one["id"]: one["parent_id"] for one in written}
    found: list[Message] = [
        message_of(one, list(files(one["id"])) if one["has_attachments"] else [], living)
        for one in messages
        if one["id"] not in parents
    ]
    head = row["head_id"]
    while head in parents:
        head = parents[head]
    json.loads(row["attributes"])  # what cannot be read is told here, and not passed over
    summary = summary_of(row, None)
    is_own = seal is None or not summary_of(row, seal).foreign
    thread = Thread(
        id=summary.id,
        title=summary.title,
        name=summary.name,
        attributes=attributes_for_thread(summary.attributes),
        created_at=summary.created_at,
        updated_at=summary.updated_at,
        messages=found,
        head_id=head if any(message.id == head for message in found) else None,
    )
    is_titled = row["title_source"] == "user"
    model = summary.model if isinstance(summary.model, str) else None  # of a damaged file
    return thread, Kept(summary.pinned, summary.deleted_at, is_titled, model, bool(written), is_own)


async def save_kept(transaction: Transaction, thread: Thread, kept: Kept) -> None:
    """Save a thread that is not stored yet. Raises NameTakenError."""
    name, thread.name = thread.name, None
    try:
        await save_all(transaction, thread)
    finally:
        thread.name = name
    deleted = time_text(kept.deleted_at) if kept.deleted_at is not None else None
    source = "user" if kept.titled_by_user else "auto"
    await transaction.execute(
        _KEEP, (int(kept.pinned), deleted, source, kept.model, thread.head_id, thread.id)
    )
    if name:  # only now: in the trash it takes no other's
        await set_name(transaction, thread.id, name)
