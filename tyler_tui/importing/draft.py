"""A thread in the making, from the records of another program."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from tyler_tui.importing.found import DamagedError, Found
from tyler_tui.messages import Attachment, Message, Thread, ToolCall, Usage
from tyler_tui.messages.thread import title_of
from tyler_tui.messages.values import Role

_NAMESPACE = uuid.UUID("6f2b6a0c-5a53-4c3f-9c51-2d0a4d6f3b1e")
_FIRST, _LAST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
IMPORTED = "imported"
"""The attribute of a thread that says where it comes from."""


def stable_id(*parts: object) -> str:
    """The same id for the same parts, each time: what makes a second import add nothing."""
    return uuid.uuid5(_NAMESPACE, "\x1f".join(map(str, parts))).hex


class Draft:
    """Collects the messages of one conversation. `source` is the kind of file, `key` what the
    conversation is known by there."""

    def __init__(self, source: str, key: str, title: str = "") -> None:
        self.id = stable_id(source, key)
        self.title = title
        self.remarks: list[str] = []
        self._source = source
        self._key = key
        self._messages: dict[str, Message] = {}

    def id_of(self, key: object) -> str:
        """The id of the message that the source knows by `key`."""
        return stable_id(self.id, key)

    def add(
        self,
        role: str,
        content: str,
        *,
        key: object,
        parent: str | None,
        when: datetime | None = None,
        calls: Sequence[ToolCall] = (),
        answers: str | None = None,
        name: str | None = None,
        reasoning: str = "",
        attachments: Sequence[Attachment] = (),
        metrics: dict[str, Any] | None = None,
        usage: Usage | None = None,
    ) -> str:
        """Add a message behind `parent`, which is an id of this thread, and return its id.
        `answers` is the id of the call that a tool's message is the result of. Without a time it
        gets that of its parent. Raises DamagedError for what no thread can hold."""
        before = self._messages.get(parent or "")
        spent = {"spent_elsewhere": usage.to_dict()} if usage and usage.total_tokens else {}
        try:
            message = Message(
                cast(Role, role),  # Message checks it
                content,
                id=self.id_of(key),
                parent_id=parent,
                tool_calls=list(calls) or None,
                tool_call_id=answers,
                name=name,
                reasoning_content=reasoning,
                attachments=list(attachments),
                timestamp=when or (before.timestamp if before else datetime.now(UTC)),
                # Not as its usage: the money was spent elsewhere, at a price that is not known.
                metrics={key: value for key, value in (metrics or {}).items() if value} | spent,
            )
        except ValueError as error:
            raise DamagedError(f"a message cannot be read: {error}") from error
        if message.id in self._messages:
            raise DamagedError(f"two messages have the id {key}")
        self._messages[message.id] = message
        return message.id

    def found(
        self,
        *,
        created: datetime | None = None,
        updated: datetime | None = None,
        head: str | None = None,
    ) -> Found:
        """The conversation. Raises DamagedError when there is nothing in it."""
        # In the order of time, for the newest answer is the one that is shown; parents first.
        moments: dict[str, datetime] = {}
        for message in self._messages.values():
            before = moments.get(message.parent_id or "", message.timestamp)
            moments[message.id] = max(before, message.timestamp)
        messages = sorted(self._messages.values(), key=lambda message: moments[message.id])
        spoken = [message for message in messages if message.role != "system"]
        if not spoken:
            raise DamagedError("there is no message in it")
        times = [message.timestamp for message in spoken]
        opening = next((message.content for message in spoken if message.role == "user"), "")
        origin: dict[str, Any] = {"from": self._source, "id": self._key}
        models = [model for message in messages if (model := message.metrics.get("model"))]
        if models:
            origin["model"] = models[-1]
        thread = Thread(
            id=self.id,
            title=" ".join(self.title.split())[:200] or title_of(opening),
            attributes={IMPORTED: origin},
            created_at=created or min(times),
            updated_at=updated or max(times),
            messages=messages,
            head_id=head,
        )
        return Found(thread, tuple(dict.fromkeys(self.remarks)))


def moment(value: object) -> datetime | None:
    """A time of another program: seconds since 1970, or ISO 8601, in UTC where it does not say;
    None for what is none, or none that a conversation can have."""
    try:
        match value:
            case bool():
                return None
            case int() | float():
                when = datetime.fromtimestamp(value, UTC)
            case str():
                when = datetime.fromisoformat(value.strip())
                when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
            case _:
                return None
    except (ValueError, OverflowError, OSError):
        return None
    return when if _FIRST <= when <= _LAST else None


def text(value: object) -> str:
    """`value` where it is text, else ""."""
    return value if isinstance(value, str) else ""


def table(value: object) -> dict[str, Any]:
    """`value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def count(value: object) -> int:
    """`value` where it is a number that something can be counted with, else 0."""
    return value if isinstance(value, int) and 0 <= value < 2**50 else 0
