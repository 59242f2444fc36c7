"""The formats in which the server streams an answer: chat completions and the Responses API."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """What goes out, as chunks of HTTP/1.1: at once, a piece for each token, at the end."""

    start: bytes
    pieces: list[bytes]
    end: bytes


def completions(tokens: Sequence[str]) -> Answer:
    """See https://platform.openai.com/docs/api-reference/chat-streaming."""

    def event(delta: dict[str, str], finish: str | None = None) -> bytes:
        return data(choices=[{"index": 0, "delta": delta, "finish_reason": finish}])

    def data(**fields: Any) -> bytes:
        form = {"object": "chat.completion.chunk", "created": 1_700_000_000, "model": "bench"}
        return _event({"id": "chatcmpl-bench", **form, **fields})

    usage = {"prompt_tokens": 10, "completion_tokens": len(tokens)}
    usage["total_tokens"] = sum(usage.values())
    return Answer(
        event({"role": "assistant", "content": ""}),
        [event({"content": token}) for token in tokens],
        event({}, "stop")
        + data(choices=[], usage=usage)
        + _chunk(b"data: [DONE]\n\n")
        + _chunk(b""),
    )


def responses(tokens: Sequence[str]) -> Answer:
    """See https://platform.openai.com/docs/api-reference/responses-streaming."""
    item: dict[str, Any] = {"type": "message", "id": "msg", "role": "assistant"}
    text = {"type": "output_text", "text": "".join(tokens), "annotations": []}
    usage = {"input_tokens": 10, "output_tokens": len(tokens), "total_tokens": 10 + len(tokens)}

    def event(type: str, **fields: Any) -> bytes:
        return _event({"type": type, "output_index": 0, **fields}, type)

    return Answer(
        event("response.created", response={"id": "resp"})
        + event("response.output_item.added", item={**item, "content": []}),
        [
            event("response.output_text.delta", item_id="msg", content_index=0, delta=token)
            for token in tokens
        ],
        event("response.output_item.done", item={**item, "content": [text]})
        + event("response.completed", response={"id": "resp", "usage": usage})
        + _chunk(b""),
    )


def _event(form: dict[str, Any], type: str = "") -> bytes:
    name = f"event: {type}\n" if type else ""
    return _chunk(f"{name}data: {json.dumps(form, ensure_ascii=False)}\n\n".encode())


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)
