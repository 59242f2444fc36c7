"""Chunks of a chat-completions stream, as plain JSON or as LiteLLM gives them, as Deltas.

Everything in a chunk is foreign: any field may be missing, null or of another type, and text may
hold lone surrogates, which can be neither stored nor sent on.
"""

import asyncio
from typing import Any

from tyler_tui.messages import Usage
from tyler_tui.providers import CallDelta, Delta, event_stream
from tyler_tui.sanitize import storable

MAX_COUNT = 2**53
"""No count of tokens is larger, and no database need hold one."""
_THINKING_FIELDS = (
    ("reasoning_content", "reasoning"),
    ("reasoning", "reasoning"),
    ("thinking", "thinking"),
    ("extended_thinking", "extended_thinking"),
)


class MendedStream:
    """The stream under LiteLLM's, with what LiteLLM gets wrong put right.

    It drops refusals, and text that comes in parts, from the second chunk on; it takes the [DONE]
    at the end of a stream for a finish reason, even where the server gave none; and it waits for
    the server to close the connection, though all has been said.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._has_choices = False
        self._has_finished = False
        self._is_done = False

    def __aiter__(self) -> "MendedStream":
        aiter(self._stream)
        return self

    async def __anext__(self) -> Any:
        if self._is_done:
            raise StopAsyncIteration
        try:
            async with asyncio.timeout(event_stream.LAST_WORD_S if self._has_finished else None):
                chunk = await anext(self._stream)
        except TimeoutError:
            if self._has_finished:
                raise StopAsyncIteration from None
            raise
        if isinstance(chunk, dict):
            # Chunks with choices say themselves when they are finished: this is the [DONE].
            self._is_done = self._has_choices and bool(chunk.get("is_finished"))
            return chunk | {"is_finished": False, "finish_reason": ""} if self._is_done else chunk
        for choice in _items(chunk, "choices"):
            self._has_choices = True
            if getattr(choice, "finish_reason", None) and not getattr(choice, "index", None):
                self._has_finished = True
            delta: Any = getattr(choice, "delta", None)
            content = getattr(delta, "content", None)
            if isinstance(content, list):
                delta.content = _text(content)
            elif not content and (refusal := getattr(delta, "refusal", None)):
                delta.content, delta.refusal = _text(refusal), None
        return chunk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def deltas(chunk: Any) -> list[Delta]:
    """What a chunk says; the finish reason is asked for at the end, for LiteLLM makes it up."""
    found: list[Delta] = []
    for choice in _items(chunk, "choices"):
        delta: Any = _field(choice, "delta")
        if delta is None or _field(choice, "index"):
            continue
        thinking, kind = _thinking(delta)
        text = _text(_field(delta, "content")) or _text(_field(delta, "refusal"))
        calls = tuple(_call(call) for call in _items(delta, "tool_calls"))
        if text or thinking or calls:
            found.append(Delta(text=text, thinking=thinking, thinking_type=kind, calls=calls))
    return found


def ending(response: Any) -> Delta:
    """The finish reason and usage that the server itself sent: LiteLLM keeps both."""
    usage = None
    for chunk in _field(response, "chunks") or ():
        sent = _field(chunk, "usage")
        if sent is not None:
            usage = usage_of(sent)
    reason = _field(response, "received_finish_reason")
    return Delta(usage=usage, finish_reason=str(reason) if reason else "")


def forget_read(response: Any) -> None:
    """Drop the chunks that LiteLLM keeps of all it has read, to look through them at the end: with
    them a long answer takes memory, and the garbage collector time. It compares the last two, and
    usage may stand in any."""
    chunks = _field(response, "chunks")
    if isinstance(chunks, list):
        chunks[:-2] = [chunk for chunk in chunks[:-2] if _field(chunk, "usage") is not None]


def ending_of(chunk: Any, so_far: Delta) -> Delta:
    """The usage and the finish reason, as far as they are known behind `chunk`."""
    usage, reason = so_far.usage, so_far.finish_reason
    if (sent := _field(chunk, "usage")) is not None:
        usage = usage_of(sent)
    for choice in _items(chunk, "choices"):
        said = _field(choice, "finish_reason")
        if said and not _field(choice, "index"):
            reason = str(said)
    if usage is so_far.usage and reason == so_far.finish_reason:
        return so_far
    return Delta(usage=usage, finish_reason=reason)


def _field(value: Any, name: str) -> Any:
    """A field of an object of a client library, or of plain JSON; None where there is none."""
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)


def _items(value: Any, name: str) -> list[Any]:
    """The items of a field that should be a list, and may be anything."""
    items = _field(value, name)
    return items if isinstance(items, list) else []


def integer(value: Any) -> int | None:
    """A count from foreign data: never negative, None when it is no number or an absurd one."""
    try:
        number = max(0, int(value))
    except (TypeError, ValueError, OverflowError):
        return None
    return number if number <= MAX_COUNT else None


def _text(content: Any) -> str:
    if isinstance(content, str):
        return storable(content)
    if isinstance(content, list):
        texts = (part.get("text") for part in content if isinstance(part, dict))
        return storable("".join(text for text in texts if isinstance(text, str)))
    return ""


def _thinking(delta: Any) -> tuple[str, str]:
    for field, kind in _THINKING_FIELDS:
        value = _field(delta, field)
        if value and isinstance(value, str):
            return storable(value), kind
    return "", "reasoning"


def _call(call: Any) -> CallDelta:
    function = _field(call, "function")
    index = _field(call, "index")
    arguments = _field(function, "arguments")
    return CallDelta(
        index=index if isinstance(index, int) else None,
        id=storable(str(_field(call, "id") or "")),
        name=storable(str(_field(function, "name") or "")),
        arguments=storable(arguments) if isinstance(arguments, str) else "",
    )


def usage_of(sent: Any) -> Usage:
    """Usage as a server sent it."""
    prompt = integer(_field(sent, "prompt_tokens")) or 0
    completion = integer(_field(sent, "completion_tokens")) or 0
    inputs = _field(sent, "prompt_tokens_details")
    outputs = _field(sent, "completion_tokens_details")
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=integer(_field(sent, "total_tokens")) or prompt + completion,
        cached_tokens=integer(_field(inputs, "cached_tokens")) or 0,
        reasoning_tokens=integer(_field(outputs, "reasoning_tokens")) or 0,
    )
