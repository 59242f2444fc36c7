"""Messages with anything in them, for property tests, and how to compare them."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from tyler_tui.messages import Attachment, Message, MessageStatus, Role, ToolCall, Usage
from tyler_tui.sanitize import storable

HOSTILE = [
    "",
    "plain",
    "a\x00b",
    "\x00",
    "\x1b]52;c;AAAA\x07\x1b[2J",
    "👩‍👩‍👧‍👦 🏳️‍🌈 日本語 العربية",
    "line\r\nends\rand\u2028more\n",
    "\udc80 alone \ud83d",
    "'; DROP TABLE messages; --",
    "é and e\u0301",
    "\ufeffbom",
]

ROLES: list[Role] = ["system", "user", "assistant", "tool"]

texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec=None), max_size=60))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(texts, json_values, max_size=3)
usages = st.builds(
    Usage,
    prompt_tokens=st.integers(0, 10**9),
    completion_tokens=st.integers(0, 10**9),
    total_tokens=st.integers(0, 10**9),
    cached_tokens=st.integers(0, 10**6),
    reasoning_tokens=st.integers(0, 10**6),
    estimated=st.booleans(),
)
calls = st.builds(ToolCall, id=texts.filter(bool), name=texts, arguments=objects, problem=texts)
files = st.builds(
    Attachment, filename=texts, content=st.binary(max_size=200), mime_type=texts.filter(bool)
)
times = st.datetimes(
    min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
)


@st.composite
def drawn_messages(draw: st.DrawFn) -> Message:
    role = draw(st.sampled_from(ROLES))
    return Message(
        role=role,
        content=draw(texts),
        name=draw(st.none() | texts),
        tool_calls=draw(st.none() | st.lists(calls, min_size=1, max_size=3)),
        tool_call_id=draw(texts.filter(bool)) if role == "tool" else None,
        attachments=draw(st.lists(files, max_size=2)),
        status=draw(st.sampled_from([s for s in MessageStatus if s != MessageStatus.STREAMING])),
        timestamp=draw(times),
        reasoning_content=draw(texts),
        usage=draw(st.none() | usages),
        metrics=draw(objects),
    )


def cleaned(value: Any) -> Any:
    """`value` as it may be stored: lone surrogates replaced, all the rest the same."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    return value


def facts(message: Message) -> dict[str, Any]:
    """Every field of `message`, fit for a comparison."""
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role,
        "content": storable(message.content),
        "name": cleaned(message.name),
        "tool_calls": [
            (storable(c.id), storable(c.name), cleaned(c.arguments), storable(c.problem))
            for c in message.tool_calls or []
        ],
        "tool_call_id": cleaned(message.tool_call_id),
        "attachments": [
            (storable(a.filename), a.content, storable(a.mime_type)) for a in message.attachments
        ],
        "status": message.status,
        "timestamp": message.timestamp,
        "reasoning_content": storable(message.reasoning_content),
        "usage": message.usage,
        "metrics": cleaned(message.metrics),
    }
