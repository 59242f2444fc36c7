"""Ways to write any reply."""

import json
from collections.abc import Mapping
from typing import Any

from tests.provider_server import Call, Finish, Raw, Reply, Step, Text, UsageChunk
from tyler_tui.messages import Usage

WORDS = "Grüße, 日本 🎉 and\n\nthe rest."
USAGE = Usage(11, 7, 18)
DONE = Raw(b"data: [DONE]\n\n")

OUTLINE = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "local-model"}


def event(form: Any) -> Raw:
    """An event of the stream with any JSON."""
    return Raw(f"data: {json.dumps(form)}\n\n".encode())


def chunk(finish_reason: Any = None, *, index: Any = 0, **delta: Any) -> Raw:
    """A chunk with any delta."""
    return event(chunk_form(finish_reason, index=index, **delta))


def chunk_form(finish_reason: Any = None, *, index: Any = 0, **delta: Any) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": finish_reason}
    return OUTLINE | {"choices": [choice]}


def whole(text: str = WORDS, **options: Any) -> Reply:
    """An answer with usage, written in the way that `options` say."""
    return Reply([Text(text, size=5), Finish(), UsageChunk(11, 7)], **options)


def written(*steps: Step, text: str = WORDS, **options: Any) -> Reply:
    """`steps`, and behind them an answer with usage."""
    return Reply([*steps, Text(text, size=5), Finish(), UsageChunk(11, 7)], **options)


def stream(text: str = WORDS, usage: Mapping[str, Any] | None = None) -> bytes:
    """The bytes of a whole stream."""
    pieces = [text[at : at + 5] for at in range(0, len(text), 5)]
    forms: list[dict[str, Any]] = [
        chunk_form(role="assistant", content=""),
        *(chunk_form(content=piece) for piece in pieces),
        chunk_form("stop"),
        OUTLINE
        | {
            "choices": [],
            "usage": usage or {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
        },
    ]
    return b"".join(event_bytes(form) for form in forms) + DONE.data


def event_bytes(form: Any) -> bytes:
    return f"data: {json.dumps(form, ensure_ascii=False)}\n\n".encode()


def calling(*fragments: Call | Raw, finish: str = "tool_calls") -> Reply:
    """An answer that calls tools."""
    return Reply([*fragments, Finish(finish), UsageChunk(11, 7)])


def head(status: str = "200 OK", *lines: str) -> bytes:
    """A status line and headers."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode()
