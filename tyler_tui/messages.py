"""The values of a conversation: Message, ToolCall, Attachment, Usage and Thread.

Messages are the truth: the screen and the request to the model are both derived from them. A
thread is a tree (each message names its parent), of which `messages` shows the current branch;
editing adds a sibling, nothing is overwritten. `for_model` derives what a provider accepts from
whatever a cancel, a crash or an error left behind.
"""

import base64
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

Role = Literal["system", "user", "assistant", "tool"]

INTERRUPTED_RESULT = (
    "Interrupted: this call was stopped before its result was known. It may or may not have run."
)


def new_id() -> str:
    """A new random id, as 32 hexadecimal digits."""
    return uuid.uuid4().hex


class MessageStatus(StrEnum):
    """How far a message got."""

    COMPLETE = "complete"
    STREAMING = "streaming"
    """Text is still arriving."""
    CANCELLED = "cancelled"
    """Stopped by the user; what had arrived is kept."""
    INTERRUPTED = "interrupted"
    """The process ended in mid-answer."""
    TRUNCATED = "truncated"
    """The provider stopped early: the connection broke off, or the length limit was reached."""
    ERROR = "error"
    """Ended by an error; what had arrived is kept."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one model call, or of several added up with `+`.

    `cached_tokens` are part of `prompt_tokens`, `reasoning_tokens` part of `completion_tokens`.
    `estimated` is True when the provider did not say and the figures were counted here.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.total_tokens + other.total_tokens,
            self.cached_tokens + other.cached_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.estimated or other.estimated,
        )

    def to_dict(self) -> dict[str, Any]:
        form: dict[str, Any] = {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "total_tokens": self.total_tokens,
        }
        if self.cached_tokens:
            form["cached_tokens"] = self.cached_tokens
        if self.reasoning_tokens:
            form["reasoning_tokens"] = self.reasoning_tokens
        if self.estimated:
            form["estimated"] = True
        return form

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> "Usage":
        return cls(
            prompt_tokens=int(form.get("prompt_tokens", 0)),
            completion_tokens=int(form.get("completion_tokens", 0)),
            total_tokens=int(form.get("total_tokens", 0)),
            cached_tokens=int(form.get("cached_tokens", 0)),
            reasoning_tokens=int(form.get("reasoning_tokens", 0)),
            estimated=bool(form.get("estimated", False)),
        )


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to run a tool.

    `arguments` is always an object. When the model sent something else, it is empty and `problem`
    says what was wrong: such a call is answered with an error and never runs.
    """

    id: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    problem: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The chat-completions form; `problem` is added where there is one."""
        form: dict[str, Any] = {
            "id": self.id,
            "type": "function",
            "function": {
                "name": self.name,
                "arguments": json.dumps(self.arguments, ensure_ascii=False),
            },
        }
        if self.problem:
            form["problem"] = self.problem
        return form

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> "ToolCall":
        function = form.get("function") or {}
        raw = function.get("arguments", {})
        arguments, problem = parse_arguments(raw)
        return cls(
            id=str(form.get("id") or new_id()),
            name=str(function.get("name", "")),
            arguments=arguments,
            problem=str(form.get("problem") or problem),
        )


def parse_arguments(raw: Any) -> tuple[dict[str, Any], str]:
    """Arguments as a model sent them (JSON text or an object) -> (object, what was wrong or "").

    Nothing at all means no arguments.
    """
    if isinstance(raw, Mapping):
        return dict(raw), ""
    text = str(raw or "").strip()
    if not text:
        return {}, ""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        return {}, f"The arguments are not valid JSON: {error}"
    if not isinstance(value, dict):
        return {}, f"The arguments must be a JSON object, not {type(value).__name__}"
    return value, ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. `content` is the raw bytes."""

    filename: str
    content: bytes
    mime_type: str = "application/octet-stream"

    @property
    def is_image(self) -> bool:
        return self.mime_type.startswith("image/")

    def to_dict(self) -> dict[str, Any]:
        """JSON form; `content` is base64."""
        return {
            "filename": self.filename,
            "mime_type": self.mime_type,
            "content": base64.b64encode(self.content).decode("ascii"),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> "Attachment":
        return cls(
            filename=str(form["filename"]),
            content=base64.b64decode(form.get("content", "")),
            mime_type=str(form.get("mime_type", "application/octet-stream")),
        )


@dataclass(slots=True, eq=False)
class Message:
    """One message of a thread.

    `metrics` holds what is known of how it was made: model, cost_usd, latency_ms,
    first_token_ms; for a tool's result also duration_ms and `failed` or `denied`.
    """

    role: Role
    content: str = ""
    name: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    attachments: list[Attachment] = field(default_factory=list)
    id: str = field(default_factory=new_id)
    parent_id: str | None = None
    status: MessageStatus = MessageStatus.COMPLETE
    timestamp: datetime = field(default_factory=lambda: datetime.now(UTC))
    reasoning_content: str = ""
    usage: Usage | None = None
    metrics: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.role not in ("system", "user", "assistant", "tool"):
            raise ValueError(f"role must be system, user, assistant or tool, not {self.role!r}")
        if self.role == "tool" and not self.tool_call_id:
            raise ValueError("a tool message needs the tool_call_id that it answers")

    def to_dict(self) -> dict[str, Any]:
        """JSON form, lossless through `from_dict`."""
        form: dict[str, Any] = {
            "id": self.id,
            "parent_id": self.parent_id,
            "role": self.role,
            "content": self.content,
            "status": self.status.value,
            "timestamp": self.timestamp.isoformat(),
        }
        if self.name is not None:
            form["name"] = self.name
        if self.tool_calls:
            form["tool_calls"] = [call.to_dict() for call in self.tool_calls]
        if self.tool_call_id is not None:
            form["tool_call_id"] = self.tool_call_id
        if self.attachments:
            form["attachments"] = [attachment.to_dict() for attachment in self.attachments]
        if self.reasoning_content:
            form["reasoning_content"] = self.reasoning_content
        if self.usage is not None:
            form["usage"] = self.usage.to_dict()
        if self.metrics:
            form["metrics"] = dict(self.metrics)
        return form

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> "Message":
        usage = form.get("usage")
        timestamp = form.get("timestamp")
        calls = form.get("tool_calls")
        return cls(
            role=form["role"],
            content=str(form.get("content") or ""),
            name=form.get("name"),
            tool_calls=[ToolCall.from_dict(call) for call in calls] if calls else None,
            tool_call_id=form.get("tool_call_id"),
            attachments=[Attachment.from_dict(item) for item in form.get("attachments", [])],
            id=str(form.get("id") or new_id()),
            parent_id=form.get("parent_id"),
            status=MessageStatus(form.get("status", "complete")),
            timestamp=datetime.fromisoformat(timestamp) if timestamp else datetime.now(UTC),
            reasoning_content=str(form.get("reasoning_content") or ""),
            usage=Usage.from_dict(usage) if usage else None,
            metrics=dict(form.get("metrics") or {}),
        )


class Thread:
    """A conversation: a tree of messages and the branch of it that is current.

    `name` is what a user called it (unique in a store), `title` what it is about. Times are
    timezone-aware UTC.
    """

    def __init__(
        self,
        id: str | None = None,
        title: str = "",
        *,
        name: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        created_at: datetime | None = None,
        updated_at: datetime | None = None,
        messages: Iterable[Message] = (),
        head_id: str | None = None,
    ) -> None:
        """Make a thread, or rebuild one: `messages` are all of its messages, parents before
        children, each with its `parent_id`; `head_id` is the last message of the current branch
        (by default the last one given)."""
        now = datetime.now(UTC)
        self.id = id or new_id()
        self.title = title
        self.name = name
        self.attributes: dict[str, Any] = dict(attributes or {})
        self.created_at = created_at or now
        self.updated_at = updated_at or self.created_at
        self._all: dict[str, Message] = {message.id: message for message in messages}
        self._head_id = head_id if head_id is not None else next(reversed(self._all), None)
        self._branch: list[Message] | None = None

    def __repr__(self) -> str:
        return f"Thread(id={self.id!r}, title={self.title!r}, messages={len(self._all)})"

    @property
    def head_id(self) -> str | None:
        """Id of the last message of the current branch."""
        return self._head_id

    @property
    def messages(self) -> list[Message]:
        """The current branch, oldest first. A new list at each call."""
        return list(self._current_branch())

    @property
    def all_messages(self) -> list[Message]:
        """Every message of every branch, in the order in which they were added."""
        return list(self._all.values())

    def add_message(self, message: Message) -> None:
        """Add `message` at the end of the current branch.

        A message that carries a `parent_id` goes behind that parent and becomes the head: so a
        sibling starts a new branch. Raises ValueError for an unknown parent or a used id.
        """
        if message.id in self._all:
            raise ValueError(f"message {message.id} is in the thread already")
        if message.parent_id is None:
            message.parent_id = self._head_id
        elif message.parent_id not in self._all:
            raise ValueError(f"parent {message.parent_id} is not in the thread")
        self._insert(message)

    def add_root(self, message: Message) -> None:
        """Add `message` as another first message: the start of a branch of its own."""
        if message.id in self._all:
            raise ValueError(f"message {message.id} is in the thread already")
        message.parent_id = None
        self._insert(message)

    def _insert(self, message: Message) -> None:
        extends = message.parent_id == self._head_id
        self._all[message.id] = message
        self._head_id = message.id
        self.updated_at = datetime.now(UTC)
        if extends and self._branch is not None:
            self._branch.append(message)
        else:
            self._branch = None

    def get_message(self, id: str) -> Message | None:
        return self._all.get(id)

    def siblings(self, id: str) -> list[Message]:
        """The messages with the same parent as message `id`, itself among them, oldest first."""
        parent_id = self._all[id].parent_id
        return [message for message in self._all.values() if message.parent_id == parent_id]

    def switch_to(self, id: str) -> None:
        """Make the branch through message `id` current, up to its newest descendant."""
        head = self._all[id]
        for message in self._all.values():
            if message.parent_id == head.id:
                head = message
        self._head_id = head.id
        self._branch = None

    @property
    def usage(self) -> Usage:
        """Tokens of all branches together: what was really spent."""
        return sum((m.usage for m in self._all.values() if m.usage is not None), Usage())

    @property
    def cost_usd(self) -> float | None:
        """What all branches cost in US dollars; None when the price of any answer is unknown."""
        total = 0.0
        for message in self._all.values():
            if message.role == "assistant" and message.usage is not None:
                cost = message.metrics.get("cost_usd")
                if cost is None:
                    return None
                total += cost
        return total

    def _current_branch(self) -> list[Message]:
        if self._branch is None:
            branch: list[Message] = []
            id = self._head_id
            while id is not None:
                message = self._all[id]
                branch.append(message)
                id = message.parent_id
            branch.reverse()
            self._branch = branch
        return self._branch

    def to_dict(self) -> dict[str, Any]:
        """JSON form with all messages, lossless through `from_dict`."""
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title,
            "attributes": dict(self.attributes),
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "head_id": self._head_id,
            "messages": [message.to_dict() for message in self._all.values()],
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, Any]) -> "Thread":
        return cls(
            id=form["id"],
            title=form.get("title", ""),
            name=form.get("name"),
            attributes=form.get("attributes"),
            created_at=datetime.fromisoformat(form["created_at"]),
            updated_at=datetime.fromisoformat(form["updated_at"]),
            messages=[Message.from_dict(item) for item in form.get("messages", [])],
            head_id=form.get("head_id"),
        )


def for_model(messages: Sequence[Message]) -> list[Message]:
    """What to send to a model: `messages` repaired so that any provider accepts them.

    Every tool call has exactly one result, directly behind the message that asked (a synthetic
    `INTERRUPTED_RESULT` where none was kept), no result stands without its call, no assistant
    turn is empty, and neighbours of the same role are joined, so that user and assistant
    alternate. The messages given are not changed; the system prompt is not among the results.
    """
    results: dict[str, Message] = {}
    for message in messages:
        if message.role == "tool" and message.tool_call_id is not None:
            results.setdefault(message.tool_call_id, message)
    repaired: list[Message] = []
    answered: set[str] = set()
    for message in messages:
        if message.role in ("system", "tool"):
            continue
        calls = [call for call in message.tool_calls or [] if call.id not in answered]
        if message.role == "assistant" and not calls and not message.content.strip():
            continue
        previous = repaired[-1] if repaired else None
        if previous is not None and previous.role == message.role and not previous.tool_calls:
            repaired[-1] = _joined(previous, message, calls)
        else:
            repaired.append(replace(message, tool_calls=calls or None))
        for call in calls:
            if call.id in answered:
                continue
            answered.add(call.id)
            repaired.append(results.get(call.id) or _interrupted(call))
    return repaired


def _joined(first: Message, second: Message, calls: list[ToolCall]) -> Message:
    parts = [part for part in (first.content, second.content) if part.strip()]
    return replace(
        second,
        content="\n\n".join(parts),
        attachments=[*first.attachments, *second.attachments],
        tool_calls=calls or None,
    )


def _interrupted(call: ToolCall) -> Message:
    return Message(
        role="tool", content=INTERRUPTED_RESULT, name=call.name or None, tool_call_id=call.id
    )
