"""Messages and threads as rows, and back."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from tyler_tui.messages import ASIDES, Attachment, Message, MessageStatus, Thread, ToolCall, Usage
from tyler_tui.sanitize import storable
from tyler_tui.store.columns import moment, time_text
from tyler_tui.store.database import Row
from tyler_tui.store.seal import Seal

BEYOND_READING = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
"""What comes of a row that another program, a newer one say, has written in another way."""
MESSAGE_COLUMNS = (
    "id", "thread_id", "parent_id", "role", "content", "reasoning", "name", "tool_call_id",
    "tool_calls", "status", "owner", "timestamp", "usage", "metrics", "has_attachments",
)  # fmt: skip

MessageRow = dict[str, Any]
"""The values of MESSAGE_COLUMNS by name."""


def attributes_for_thread(attributes: dict[str, Any]) -> dict[str, Any]:
    """The attributes that were stored, with the asides among them that a thread can read."""
    if ASIDES not in attributes:
        return attributes
    asides = attributes[ASIDES] if isinstance(attributes[ASIDES], list) else []
    readable = [one for one in asides if isinstance(one, dict) and "role" in one]
    return {**attributes, ASIDES: readable}


def message_row(message: Message, thread_id: str, mark: str) -> MessageRow:
    """The row of a message; `mark` says who writes it while it streams."""
    calls = [call.to_dict() for call in message.tool_calls or ()]
    streaming = message.status is MessageStatus.STREAMING
    return _storable_row(
        {
            "id": message.id,
            "thread_id": thread_id,
            "parent_id": message.parent_id,
            "role": message.role,
            "content": message.content,
            "reasoning": message.reasoning_content,
            "name": message.name,
            "tool_call_id": message.tool_call_id,
            "tool_calls": _json(calls) if calls else None,
            "status": message.status.value,
            "owner": mark if streaming else None,
            "timestamp": time_text(message.timestamp),
            "usage": _json(message.usage.to_dict()) if message.usage is not None else None,
            "metrics": _json(message.metrics),
            "has_attachments": int(bool(message.attachments)),
        }
    )


def message_of(row: Row, attachments: list[Attachment], living: Collection[str]) -> Message:
    """A message from its row. One that is not written any more, for the mark of its process is not
    among the `living`, was interrupted. Raises BEYOND_READING for a row that makes no sense."""
    status = MessageStatus(row["status"])
    if status is MessageStatus.STREAMING and row["owner"] not in living:
        status = MessageStatus.INTERRUPTED
    calls = json.loads(row["tool_calls"]) if row["tool_calls"] else None
    return Message(
        role=row["role"],
        content=row["content"],
        name=row["name"],
        tool_calls=[ToolCall.from_dict(call) for call in calls] if calls else None,
        tool_call_id=row["tool_call_id"],
        attachments=attachments,
        id=row["id"],
        parent_id=row["parent_id"],
        status=status,
        timestamp=moment(row["timestamp"]),
        reasoning_content=row["reasoning"],
        usage=Usage.from_dict(json.loads(row["usage"])) if row["usage"] else None,
        metrics=dict(json.loads(row["metrics"])),
    )


def writers(rows: Iterable[Row]) -> set[str]:
    """The marks of those who write a message, or did until they were killed."""
    streaming = MessageStatus.STREAMING
    return {row["owner"] for row in rows if row["status"] == streaming and row["owner"]}


def thread_row(thread: Thread, seal: Seal | None) -> dict[str, Any]:
    attributes = thread.attributes
    if seal is not None:
        attributes = seal.sealed(thread.id, attributes)
    return _storable_row(
        {
            "id": thread.id,
            "title": thread.title,
            "head_id": thread.head_id,
            "model": thread.attributes.get("model"),
            "attributes": _json(attributes),
            "created_at": time_text(thread.created_at),
            "updated_at": time_text(thread.updated_at),
        }
    )


def _storable_row(row: dict[str, Any]) -> dict[str, Any]:
    return {
        column: storable(value) if isinstance(value, str) else value
        for column, value in row.items()
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
