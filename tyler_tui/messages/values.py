"""Message and what it is made of."""

import base64
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

from tyler_tui.packing import Packable, packable_object, packable_text
from tyler_tui.sanitize import storable
from tyler_tui.usage import Usage

Role = Literal["system", "user", "assistant", "tool"]
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


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


@dataclass(frozen=True)
class ToolCall:
    """A model's wish to run a tool.

    `arguments` is always an object. When the model sent something else, it is empty and `problem`
    says what was wrong: such a call is answered with an error and never runs.
    """

    id: str
    name: str
    arguments: Packable[dict[str, Any]] = packable_object()
    problem: str = ""

    def pack(self) -> None:
        """Let long arguments take less memory; who reads them finds them as they are."""
        ToolCall.arguments.pack(self)

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
        value = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        return {}, f"The arguments are not valid JSON: {error}"
    if not isinstance(value, dict):
        return {}, f"The arguments must be a JSON object, not {type(value).__name__}"
    if _ESCAPED_SURROGATE.search(text):
        value = json.loads(storable(json.dumps(value, ensure_ascii=False)))
    return value, ""


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


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


@dataclass(eq=False)
class Message:
    """One message of a thread.

    `metrics` holds what is known of how it was made: model, cost_usd, latency_ms,
    first_token_ms; for a tool's result also duration_ms, `failed` or `denied`, and `decision`: why
    it ran, or did not (see `Decision.to_dict`).
    """

    role: Role
    content: Packable[str] = packable_text()
    name: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    attachments: list[Attachment] = field(default_factory=list)
    id: str = field(default_factory=new_id)
    parent_id: str | None = None
    status: MessageStatus = MessageStatus.COMPLETE
    timestamp: datetime = field(default_factory=lambda: datetime.now(UTC))
    reasoning_content: Packable[str] = packable_text()
    usage: Usage | None = None
    metrics: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.role not in ("system", "user", "assistant", "tool"):
            raise ValueError(f"role must be system, user, assistant or tool, not {self.role!r}")
        if self.role == "tool" and not self.tool_call_id:
            raise ValueError("a tool message needs the tool_call_id that it answers")

    def pack(self) -> None:
        """Let long texts take less memory; who reads them finds them as they are."""
        Message.content.pack(self)
        Message.reasoning_content.pack(self)
        for call in self.tool_calls or ():
            call.pack()

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
