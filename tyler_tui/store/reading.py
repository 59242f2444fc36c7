"""Loading a thread, or a window of its current branch."""

from collections.abc import Collection, Sequence
from contextlib import aclosing

from tyler_tui.errors import SessionDamagedError
from tyler_tui.messages import Attachment, Message, MessageStatus, Thread
from tyler_tui.packing import Aging
from tyler_tui.sanitize import one_line
from tyler_tui.store.database import Database, Dialect, Row, like
from tyler_tui.store.names import not_found
from tyler_tui.store.rows import (
    BEYOND_READING,
    MESSAGE_COLUMNS,
    attributes_for_thread,
    message_of,
    writers,
)
from tyler_tui.store.summaries import summary_of

# With the head, for what others add in between would be there and on no branch.
_ALL = f"""
SELECT {", ".join(MESSAGE_COLUMNS)}, (SELECT head_id FROM threads WHERE id = :id) AS head_id
FROM messages WHERE thread_id = :id ORDER BY seq
"""
_WINDOW = f"""
WITH RECURSIVE branch(id, parent_id, depth) AS (
    SELECT id, parent_id, 1 FROM messages WHERE id = ?
    UNION ALL
    SELECT m.id, m.parent_id, branch.depth + 1
    FROM branch JOIN messages m ON m.id = branch.parent_id WHERE branch.depth < ?
)
SELECT {", ".join(f"m.{column}" for column in MESSAGE_COLUMNS)}
FROM branch JOIN messages m ON m.id = branch.id ORDER BY branch.depth DESC
"""

# From the end of the branch down to its first message, or to the one that is asked for.
_BRANCH = """
WITH RECURSIVE branch(id, parent_id, depth) AS (
    SELECT m.id, m.parent_id, 1
    FROM threads JOIN messages m ON m.id = threads.head_id WHERE threads.id = :thread_id
    UNION ALL
    SELECT m.id, m.parent_id, branch.depth + 1
    FROM branch JOIN messages m ON m.id = branch.parent_id WHERE branch.id <> :last
)
"""
_WINDOW_FROM = f"""{_BRANCH}
SELECT {", ".join(f"m.{column}" for column in MESSAGE_COLUMNS)}
FROM (SELECT id, depth FROM branch ORDER BY depth DESC LIMIT :limit) part
JOIN messages m ON m.id = part.id ORDER BY part.depth DESC
"""


def _found(dialect: Dialect) -> str:
    return f"""{_BRANCH}
SELECT m.id AS id FROM branch JOIN messages m ON m.id = branch.id
WHERE m.role IN ('user', 'assistant') AND {dialect.holds("m.content", ":pattern")}
ORDER BY branch.depth DESC
"""


def _siblings(dialect: Dialect) -> str:
    return f"""
SELECT asked.id AS id, sibling.id AS sibling
FROM messages asked
JOIN messages sibling
    ON sibling.thread_id = asked.thread_id
    AND {dialect.same("sibling.parent_id", "asked.parent_id")}
WHERE asked.thread_id = ? AND asked.id IN {dialect.listed}
ORDER BY sibling.seq
"""


async def load_thread(database: Database, thread_id: str, *, packed: bool = False) -> Thread:
    """The thread with all of its messages; see `ThreadStore.get_thread`. Raises
    ThreadNotFoundError."""
    row = await database.read_one(
        "SELECT * FROM threads WHERE id = ? AND deleted_at IS NULL", (thread_id,)
    )
    if row is None:
        raise not_found(thread_id)
    summary = summary_of(row, database.seal)
    messages, head_id = await _all_messages(database, thread_id, packed=packed)
    return Thread(
        id=summary.id,
        title=summary.title,
        name=summary.name,
        attributes=attributes_for_thread(summary.attributes),
        created_at=summary.created_at,
        updated_at=summary.updated_at,
        messages=messages,
        head_id=head_id,
    )


async def _all_messages(
    database: Database, thread_id: str, *, packed: bool
) -> tuple[list[Message], str | None]:
    """The messages of a thread, and the id of its head."""
    messages: list[Message] = []
    head_id: str | None = None
    with_files: list[Message] = []
    aging = Aging[Message]()
    async with aclosing(database.read_parts(_ALL, {"id": thread_id})) as parts:
        async for rows in parts:
            head_id = rows[0]["head_id"] if rows else None
            living = await database.living(writers(rows))
            for row in rows:
                message = _message_of(row, [], living)
                messages.append(message)
                aging.add(message)
                if row["has_attachments"]:
                    with_files.append(message)
            if packed:
                for message in aging.old():
                    message.pack()
    for message in with_files:
        message.attachments.extend(await attachments_of(database, message.id))
    return messages, head_id


async def load_news(
    database: Database, thread: Thread, known_count: int | None = None
) -> Thread | None:
    """The thread as it is stored, when it holds messages that `thread` lacks, or was read while
    its last one was being written; else None. Of a thread whose messages were left there,
    `known_count` says how many those were."""
    if known_count is None:
        known_count = thread.message_count
    row = await database.read_one("SELECT message_count FROM threads WHERE id = ?", (thread.id,))
    # A store that has no more messages has none that `thread` lacks, unless some of this one are
    # not saved yet; and then it stays as it is anyway. To read all ids would take as long as the
    # thread, and is asked before each turn.
    last = thread.get_message(thread.head_id or "")
    is_growing = last is not None and last.status is MessageStatus.STREAMING
    if row is None or (row["message_count"] <= known_count and not is_growing):
        return None
    stored = await load_thread(database, thread.id)
    known = {message.id for message in stored.all_messages}
    is_stored = all(message.id in known for message in thread.all_messages)
    return stored if is_stored else None  # what could not be saved yet must not go


async def load_window(
    database: Database, thread_id: str, before: str | None, limit: int, through: str | None = None
) -> list[Message]:
    """The last `limit` messages of the current branch, or the last before message `before`, or the
    last that lead to message `through`, with it."""
    if through is not None:
        end = await database.read_one(
            "SELECT id FROM messages WHERE id = ? AND thread_id = ?", (through, thread_id)
        )
    elif before is None:
        end = await database.read_one(
            "SELECT head_id AS id FROM threads WHERE id = ?", (thread_id,)
        )
    else:
        end = await database.read_one(
            "SELECT parent_id AS id FROM messages WHERE id = ? AND thread_id = ?",
            (before, thread_id),
        )
    if end is None or end["id"] is None or limit <= 0:
        return []
    return await _messages_of(database, await database.read(_WINDOW, (end["id"], limit)))


async def load_window_from(
    database: Database, thread_id: str, first: str | None, limit: int
) -> list[Message]:
    """`limit` messages of the current branch from message `first` on, or from its first one; none
    when it is on another branch."""
    values = {"thread_id": thread_id, "last": first or "", "limit": limit}
    rows = await database.read(_WINDOW_FROM, values)
    messages = await _messages_of(database, rows)
    return messages if messages and first in (None, messages[0].id) else []


async def find_in_branch(database: Database, thread_id: str, text: str) -> list[str]:
    """The ids of the prompts and answers of the current branch that hold `text`."""
    values = {"thread_id": thread_id, "last": "", "pattern": like(text)}
    rows = await database.read(_found(database.dialect), values)
    return [row["id"] for row in rows]


async def load_siblings(
    database: Database, thread_id: str, message_ids: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """The messages with the same parent, by the id of each that is asked about."""
    dialect = database.dialect
    rows = await database.read(_siblings(dialect), (thread_id, dialect.list_value(message_ids)))
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row["id"]] = (*found.get(row["id"], ()), row["sibling"])
    return found


async def _messages_of(database: Database, rows: Sequence[Row]) -> list[Message]:
    living = await database.living(writers(rows))
    found: list[Message] = []
    for row in rows:
        files = await attachments_of(database, row["id"]) if row["has_attachments"] else []
        found.append(_message_of(row, files, living))
    return found


def _message_of(row: Row, files: list[Attachment], living: Collection[str]) -> Message:
    try:
        return message_of(row, files, living)
    except BEYOND_READING as error:
        raise SessionDamagedError(
            f"Message {one_line(str(row['id']), 40)} cannot be read: {one_line(str(error), 100)}.",
            hint="A newer version may have written it; the other sessions are as they were.",
        ) from error


async def attachments_of(database: Database, message_id: str) -> list[Attachment]:
    """The files that go with a message."""
    rows = await database.read(
        "SELECT * FROM attachments WHERE message_id = ? ORDER BY position", (message_id,)
    )
    return [Attachment(row["filename"], row["content"], row["mime_type"]) for row in rows]
