"""Our own JSON, as `export --format json` writes it: all of a session, with the ids it has.

What is believed of a file is what the structs here say; all else is kept as it is, and read by
nobody. The server that a session was answered by is not believed: what is sent there, a key for
one, would go to whoever wrote the file.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec

from tyler_tui.export import FORMAT, VERSION
from tyler_tui.importing.documents import Documents
from tyler_tui.importing.draft import table, text
from tyler_tui.importing.found import Damaged, DamagedError, Found
from tyler_tui.loopback import leads_here
from tyler_tui.messages import MessageStatus, Thread
from tyler_tui.sanitize import one_line

KIND = "tyler-chat"

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
_Count = Annotated[int, msgspec.Meta(ge=-(2**53), le=2**53)]
_Figure = Annotated[float, msgspec.Meta(ge=0, le=1e12)]
"""A price below 0 would be money for the budget."""
_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class _Usage(msgspec.Struct):
    prompt_tokens: _Count = 0
    completion_tokens: _Count = 0
    total_tokens: _Count = 0
    cached_tokens: _Count = 0
    reasoning_tokens: _Count = 0
    estimated: bool = False


class _Decision(msgspec.Struct):
    verdict: str
    ground: str


class _Metrics(msgspec.Struct):
    cost_usd: _Figure | None = None
    latency_ms: _Figure | None = None
    first_token_ms: _Figure | None = None
    duration_ms: _Figure | None = None
    decision: _Decision | None = None


class _Attachment(msgspec.Struct):
    filename: str
    content: str
    mime_type: str = ""


class _Message(msgspec.Struct):
    id: _Id
    role: str
    timestamp: _Time
    content: str = ""
    parent_id: _Id | None = None
    status: MessageStatus = MessageStatus.COMPLETE
    name: str | None = None
    tool_call_id: str | None = None
    tool_calls: list[dict[str, Any]] = []
    attachments: list[_Attachment] = []
    reasoning_content: str = ""
    usage: _Usage | None = None
    metrics: _Metrics = msgspec.field(default_factory=_Metrics)


class _Attributes(msgspec.Struct):
    model: str | None = None
    api_base: str | None = None
    agent: str | None = None
    temperature: float | None = None
    reasoning: str | dict[str, Any] | None = None
    system_prompt: str | None = None
    asides: list[_Message] = []


class _Thread(msgspec.Struct):
    id: _Id
    created_at: _Time
    updated_at: _Time
    name: str | None = None
    title: str = ""
    attributes: _Attributes = msgspec.field(default_factory=_Attributes)
    head_id: _Id | None = None
    messages: list[_Message] = []


def recognised(item: dict[str, Any]) -> bool:
    return item.get("format") == FORMAT


def conversations(documents: Documents) -> Iterator[Found | Damaged]:
    return documents.conversations(_session, lambda item: _name(table(item.get("thread"))))


def _session(item: dict[str, Any]) -> Found:
    version = item.get("version")
    if version != VERSION:
        raise DamagedError(f"it is of version {version!r}; this program reads {VERSION}")
    form = item.get("thread")
    listed = check_form(form)
    thread = Thread.from_dict(table(form))
    check_thread(thread, listed)
    return Found(thread, tuple(leave_server(thread)))


def leave_server(thread: Thread) -> list[str]:
    """Forget the server elsewhere that a thread names; remarks that say so."""
    base = text(thread.attributes.get("api_base"))
    if not base or leads_here(base):
        return []
    del thread.attributes["api_base"]
    return [f"the address of its model, {one_line(base, 100)}, is not used"]


def check_form(form: object) -> int:
    """How many messages a thread has in its JSON form. Raises DamagedError for a wrong one."""
    try:
        return len(msgspec.convert(form, _Thread).messages)
    except msgspec.ValidationError as error:
        raise DamagedError(f"its form is wrong: {one_line(str(error), 120)}") from error


def check_thread(thread: Thread, listed: int) -> None:
    """Raise DamagedError for what the store, or a walk along a branch, could not bear."""
    messages = thread.all_messages
    if listed != len(messages):
        raise DamagedError("two messages have the same id")
    seen: set[str] = set()
    ids = {message.id for message in messages}
    for id in (thread.id, *ids):
        if not id.isprintable():
            raise DamagedError("an id has letters that no id has")
    for message in messages:
        if message.parent_id in ids and message.parent_id not in seen:
            raise DamagedError(f"message {message.id[:40]} stands before its parent")
        seen.add(message.id)
        message.timestamp.astimezone(UTC)  # or OverflowError
        if message.status is MessageStatus.STREAMING:  # whoever wrote it does so no longer
            message.status = MessageStatus.INTERRUPTED
    if thread.head_id is not None and thread.head_id not in ids:
        raise DamagedError("its last message is missing")


def _name(thread: dict[str, Any]) -> object:
    return thread.get("name") or thread.get("title")
