"""Writing messages inside a transaction: inserts, checkpoints, totals, the search index."""

import json
import sqlite3
from typing import Any

import aiosqlite

from tyler_tui.messages import Message, MessageStatus, Thread, Usage
from tyler_tui.store.owner import is_alive
from tyler_tui.store.rows import MESSAGE_COLUMNS, message_row, thread_values

_CHANGING = (
    "parent_id", "content", "reasoning", "name", "tool_call_id", "tool_calls", "status", "owner",
    "timestamp", "usage", "metrics",
)  # fmt: skip
_INSERT = f"""
INSERT INTO messages ({MESSAGE_COLUMNS}, seq) VALUES (
    {", ".join(":" + column for column in MESSAGE_COLUMNS.split(", "))},
    (SELECT coalesce(max(seq), 0) + 1 FROM messages WHERE thread_id = :thread_id))
"""
_UPDATE = (
    f"UPDATE messages SET {', '.join(f'{column} = :{column}' for column in _CHANGING)} "
    "WHERE id = :id"
)
_SAVE_THREAD = """
INSERT INTO threads (id, title, head_id, model, attributes, created_at, updated_at)
VALUES (:id, :title, :head_id, :model, :attributes, :created_at, :updated_at)
ON CONFLICT (id) DO UPDATE SET
    title = CASE WHEN title_source = 'auto' AND title = '' THEN excluded.title ELSE title END,
    head_id = excluded.head_id, model = coalesce(excluded.model, model),
    attributes = excluded.attributes, updated_at = max(updated_at, excluded.updated_at)
"""
_ADD_UP = """
UPDATE threads SET
    message_count = message_count + ?, prompt_tokens = prompt_tokens + ?,
    completion_tokens = completion_tokens + ?, total_tokens = total_tokens + ?,
    estimated = max(estimated, ?), cost_usd = cost_usd + ?, unpriced = unpriced + ?
WHERE id = ?
"""


async def save_thread_row(connection: aiosqlite.Connection, thread: Thread) -> None:
    """Insert or update the thread itself. A title, once there is one, is changed by `set_title`
    alone."""
    await connection.execute(_SAVE_THREAD, thread_values(thread))


async def save_message_row(
    connection: aiosqlite.Connection, thread_id: str, message: Message
) -> None:
    """Insert or update one message by its id."""
    row = message_row(message, thread_id)
    old = await _one(
        connection,
        "SELECT number, status, content, usage, metrics, indexed FROM messages WHERE id = ?",
        message.id,
    )
    if old is None:
        await _mark_interrupted(connection, thread_id)
        cursor = await connection.execute(_INSERT, row)
        number = cursor.lastrowid
        await _save_attachments(connection, message)
    else:
        number = old["number"]
        if old["indexed"] and old["content"] != row["content"]:
            await _unindex(connection, number, old["content"])
        await connection.execute(_UPDATE, row)
    if message.status is MessageStatus.STREAMING:
        if old is None:
            await connection.execute(_ADD_UP, (1, 0, 0, 0, 0, 0.0, 0, thread_id))
        return  # neither the index nor the totals follow each checkpoint
    await _add_up(connection, thread_id, message, old)
    if old is None or not old["indexed"] or old["content"] != row["content"]:
        await _index(connection, number, row["content"])


async def _add_up(
    connection: aiosqlite.Connection, thread_id: str, message: Message, old: sqlite3.Row | None
) -> None:
    before = _figures(old["usage"], old["metrics"]) if old is not None else (0, 0, 0, 0.0, 0)
    usage = json.dumps(message.usage.to_dict()) if message.usage is not None else None
    after = _figures(usage, json.dumps(message.metrics, default=str))
    change = [new - was for new, was in zip(after, before, strict=True)]
    if old is not None and not any(change):
        return
    estimated = int(message.usage is not None and message.usage.estimated)
    prompt, completion, total, cost, unpriced = change
    values = (int(old is None), prompt, completion, total, estimated, cost, unpriced, thread_id)
    await connection.execute(_ADD_UP, values)


def _figures(usage_text: str | None, metrics_text: str) -> tuple[int, int, int, float, int]:
    """prompt, completion and total tokens, cost, and 1 when the cost is unknown."""
    if not usage_text:
        return 0, 0, 0, 0.0, 0
    usage = Usage.from_dict(json.loads(usage_text))
    cost = json.loads(metrics_text).get("cost_usd")
    priced = isinstance(cost, int | float)
    return (
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.total_tokens,
        float(cost) if priced else 0.0,
        int(not priced),
    )


async def _mark_interrupted(connection: aiosqlite.Connection, thread_id: str) -> None:
    """Write down what readers see already: messages whose process is gone were interrupted."""
    rows = await connection.execute_fetchall(
        "SELECT number, owner, content FROM messages WHERE thread_id = ? AND status = 'streaming'",
        (thread_id,),
    )
    for row in rows:
        if not is_alive(row["owner"]):
            await connection.execute(
                "UPDATE messages SET status = 'interrupted', owner = NULL WHERE number = ?",
                (row["number"],),
            )
            await _index(connection, row["number"], row["content"])


async def _save_attachments(connection: aiosqlite.Connection, message: Message) -> None:
    await connection.executemany(
        "INSERT INTO attachments VALUES (?, ?, ?, ?, ?)",
        [
            (message.id, position, item.filename, item.mime_type, item.content)
            for position, item in enumerate(message.attachments)
        ],
    )


async def _index(connection: aiosqlite.Connection, number: Any, content: str) -> None:
    await connection.execute(
        "INSERT INTO messages_text (rowid, content) VALUES (?, ?)", (number, content)
    )
    await connection.execute("UPDATE messages SET indexed = 1 WHERE number = ?", (number,))


async def _unindex(connection: aiosqlite.Connection, number: Any, content: str) -> None:
    await connection.execute(
        "INSERT INTO messages_text (messages_text, rowid, content) VALUES ('delete', ?, ?)",
        (number, content),
    )


async def _one(connection: aiosqlite.Connection, sql: str, *values: Any) -> sqlite3.Row | None:
    rows = list(await connection.execute_fetchall(sql, values))
    return rows[0] if rows else None
