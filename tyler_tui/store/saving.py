"""Writing a thread and messages of it inside a transaction: inserts, checkpoints, totals. The
search index follows by triggers."""

import json
from collections.abc import Collection, Sequence

from tyler_tui.errors import StoreError
from tyler_tui.messages import ASIDES, Message, MessageStatus, Thread, Usage
from tyler_tui.sanitize import one_line, storable
from tyler_tui.store.columns import attributes_of, now_text
from tyler_tui.store.database import Database, Row, Transaction
from tyler_tui.store.names import set_name
from tyler_tui.store.rows import (
    BEYOND_READING,
    MESSAGE_COLUMNS,
    MessageRow,
    attributes_for_thread,
    message_row,
    thread_row,
    writers,
)

Figures = dict[str, int | float]
"""Numbers by the names of totals."""

_INSERT_THREAD = """
INSERT INTO threads (id, created_at, updated_at, owner)
VALUES (:id, :created_at, :updated_at, :owner)
ON CONFLICT (id) DO NOTHING
"""
_TOTALS = (
    "message_count", "prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens",
    "reasoning_tokens", "estimated", "cost_usd", "unpriced",
)  # fmt: skip
# A title, once there is one, is changed by `set_title` alone. The head is a message that is stored:
# `:head_id`, or else the last new one. The last change goes back for nobody who knows of an older
# one; but one that is yet to come was told by a clock that was wrong.
_UPDATE_THREAD = f"""
UPDATE threads SET
    title = CASE WHEN title_source = 'auto' AND title = '' THEN :title ELSE title END,
    model = coalesce(:model, model), attributes = :attributes,
    updated_at = CASE WHEN updated_at BETWEEN :updated_at AND :now THEN updated_at
        ELSE :updated_at END,
    head_id = coalesce(
        (SELECT id FROM messages WHERE id = :head_id AND thread_id = :id), :last_new_id, head_id),
    {", ".join(f"{total} = {total} + :{total}" for total in _TOTALS)}
WHERE id = :id
"""
_INSERT = f"""
INSERT INTO messages ({", ".join(MESSAGE_COLUMNS)}, seq) VALUES (
    {", ".join(":" + column for column in MESSAGE_COLUMNS)},
    (SELECT coalesce(max(seq), 0) + 1 FROM messages WHERE thread_id = :thread_id))
"""
_UPDATE = f"""
UPDATE messages SET {
    ", ".join(f"{column} = :{column}" for column in MESSAGE_COLUMNS if column != "id")
}
WHERE id = :id
"""
_PASSED = """
WITH RECURSIVE branch(id, parent_id) AS (
    SELECT id, parent_id FROM messages WHERE id = ?
    UNION
    SELECT m.id, m.parent_id FROM branch JOIN messages m ON m.id = branch.parent_id
)
SELECT 1 FROM branch WHERE id = ?
"""
# Nobody owns a message that is over.
_GROW = """
UPDATE messages SET content = ?, reasoning = ? WHERE id = ? AND owner = ?
"""
_SAVE_ATTACHMENT = """
INSERT INTO attachments (message_id, position, filename, mime_type, content) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (message_id, position) DO UPDATE SET
    filename = excluded.filename, mime_type = excluded.mime_type, content = excluded.content
WHERE (attachments.filename, attachments.mime_type, attachments.content)
    <> (excluded.filename, excluded.mime_type, excluded.content)
"""


async def save_grown(database: Database, message: Message) -> bool:
    """Write what a message has grown to while it streams. False when that is not all there is to
    write: it is not stored yet, it is over, or another process has taken it up."""
    if message.status is not MessageStatus.STREAMING or message.tool_calls:
        return False
    grown = storable(message.content), storable(message.reasoning_content)
    return await database.update(_GROW, (*grown, message.id, database.mark)) == 1


async def save_one(
    transaction: Transaction, thread: Thread, message: Message, *, is_claimed: bool
) -> None:
    """Save `message`, behind those messages before it in the thread that are not stored yet.
    `is_claimed` says whether the thread, when it is new, belongs to this process for now."""
    branch = [message]
    parent = thread.get_message(message.parent_id or "")
    while parent is not None and not await _is_stored(transaction, parent.id):
        branch.append(parent)
        parent = thread.get_message(parent.parent_id or "")
    owner = transaction.mark if is_claimed else None
    await _save(transaction, thread, branch[::-1], take_up=True, owner=owner)


async def save_all(transaction: Transaction, thread: Thread, *, is_claimed: bool = False) -> None:
    """Save the thread and all of its messages; `is_claimed` as in `save_one`."""
    owner = transaction.mark if is_claimed else None
    await _save(transaction, thread, thread.all_messages, take_up=False, owner=owner)


async def save_details(transaction: Transaction, thread: Thread) -> None:
    """Save what the thread itself has, once it is stored."""
    growth = _growth(await _new_asides(transaction, thread))
    values = {**thread_row(thread, transaction.seal), **growth, "last_new_id": None}
    values["head_id"] = None  # it stays: others may have gone on since
    await transaction.execute(_UPDATE_THREAD, {**values, "now": now_text()})


async def _save(
    transaction: Transaction,
    thread: Thread,
    messages: Sequence[Message],
    *,
    take_up: bool,
    owner: str | None,
) -> None:
    values = thread_row(thread, transaction.seal)
    is_new = await transaction.execute(_INSERT_THREAD, {**values, "owner": owner})
    await transaction.hold(thread.id)
    if is_new and thread.name:
        await set_name(transaction, thread.id, thread.name)
    rows = [message_row(message, thread.id, transaction.mark) for message in messages]
    stored = await _stored(transaction, rows)
    others = await transaction.living(writers(stored.values()) - {transaction.mark})
    new = [row for row in rows if row["id"] not in stored]
    changed = [
        row
        for row in rows
        if (old := stored.get(row["id"])) is not None
        and _differs(old, row)
        and _may_write(old, row, take_up, transaction.mark, others)
    ]
    if new:
        await _mark_interrupted(transaction, thread.id)
        await transaction.execute_many(_INSERT, new)
    if changed:
        await transaction.execute_many(_UPDATE, changed)
    with_files = {id for id, old in stored.items() if old["has_attachments"]}
    for message in messages:
        if message.attachments or message.id in with_files:
            await _save_attachments(transaction, message)
    added = [_figures_of_message(row) for row in (*new, *changed)]
    removed = [_figures_of_message(stored[row["id"]]) for row in changed]
    growth = _growth(added + await _new_asides(transaction, thread), removed)
    last_new_id = new[-1]["id"] if new else None
    if not new and thread.head_id and await _is_passed(transaction, thread.id, thread.head_id):
        values["head_id"] = None
    values |= {**growth, "last_new_id": last_new_id, "now": now_text()}
    await transaction.execute(_UPDATE_THREAD, values)


async def _is_passed(transaction: Transaction, thread_id: str, head_id: str) -> bool:
    """Whether the stored branch goes on behind the head of a thread: somebody else has added to it,
    and it is not to be cut off there again."""
    rows = await transaction.rows("SELECT head_id FROM threads WHERE id = ?", (thread_id,))
    stored = rows[0]["head_id"] if rows else None
    if stored in (None, head_id):
        return False
    return bool(await transaction.rows(_PASSED, (stored, head_id)))


async def _new_asides(transaction: Transaction, thread: Thread) -> list[Figures]:
    """What those of the thread's asides add that the totals do not hold yet: asides only ever
    become more."""
    if not (asides := thread.asides):
        return []
    rows = await transaction.rows("SELECT attributes FROM threads WHERE id = ?", (thread.id,))
    stored = attributes_for_thread(attributes_of(rows[0]["attributes"])) if rows else {}
    counted = len(stored.get(ASIDES, ()))
    return [_figures(message_row(aside, thread.id, transaction.mark)) for aside in asides[counted:]]


async def _is_stored(transaction: Transaction, id: str) -> bool:
    return bool(await transaction.rows("SELECT 1 FROM messages WHERE id = ?", (id,)))


async def _stored(transaction: Transaction, rows: Sequence[MessageRow]) -> dict[str, Row]:
    """What is stored of `rows`, by id."""
    dialect = transaction.dialect
    found = await transaction.rows(
        f"SELECT {', '.join(MESSAGE_COLUMNS)} FROM messages WHERE id IN {dialect.listed}",
        (dialect.list_value([row["id"] for row in rows]),),
    )
    stored = {row["id"]: row for row in found}
    for row in rows:
        if row["id"] in stored and stored[row["id"]]["thread_id"] != row["thread_id"]:
            raise StoreError(
                f"Message {one_line(row['id'], 40)} belongs to another session.",
                hint="To copy a message, make a new one: an id stands for one message.",
            )
    return stored


def _differs(old: Row, row: MessageRow) -> bool:
    return any(old[column] != row[column] for column in MESSAGE_COLUMNS)


def _may_write(
    old: Row, row: MessageRow, take_up: bool, mark: str, others: Collection[str]
) -> bool:
    """Whether `row` may replace what is stored: not while one of `others` writes it, nor may a
    copy that was made then put a finished message back; only its writer takes one up again."""
    streaming = MessageStatus.STREAMING
    if old["owner"] == mark:
        return True
    if old["status"] == streaming and old["owner"] in others:
        return False
    return take_up or row["status"] != streaming


async def _mark_interrupted(transaction: Transaction, thread_id: str) -> None:
    """Write down what readers see already: messages whose process is gone were interrupted."""
    rows = await transaction.rows(
        "SELECT number, status, owner FROM messages WHERE thread_id = ? AND status = 'streaming'",
        (thread_id,),
    )
    living = await transaction.living(writers(rows))
    gone = [(row["number"],) for row in rows if row["owner"] not in living]
    if gone:
        await transaction.execute_many(
            "UPDATE messages SET status = 'interrupted', owner = NULL WHERE number = ?", gone
        )


async def _save_attachments(transaction: Transaction, message: Message) -> None:
    await transaction.execute(
        "DELETE FROM attachments WHERE message_id = ? AND position >= ?",
        (message.id, len(message.attachments)),
    )
    await transaction.execute_many(
        _SAVE_ATTACHMENT,
        [
            (message.id, position, storable(item.filename), storable(item.mime_type), item.content)
            for position, item in enumerate(message.attachments)
        ],
    )


def _growth(added: Sequence[Figures], removed: Sequence[Figures] = ()) -> Figures:
    """By how much each total grows."""
    return {
        total: sum(figures.get(total, 0) for figures in added)
        - sum(figures.get(total, 0) for figures in removed)
        for total in _TOTALS
    }


def _figures_of_message(row: MessageRow | Row) -> Figures:
    return {"message_count": 1, **_figures(row)}


def _figures(row: MessageRow | Row) -> Figures:
    """What an answer adds to the totals; nothing when what is stored of it cannot be read."""
    if not row["usage"]:
        return {}
    try:
        usage = Usage.from_dict(json.loads(row["usage"]))
        cost = json.loads(row["metrics"]).get("cost_usd")
    except BEYOND_READING:
        return {}
    priced = isinstance(cost, int | float)
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "cached_tokens": usage.cached_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "estimated": int(usage.estimated),
        "cost_usd": cost if priced else 0,
        "unpriced": int(not priced),
    }
