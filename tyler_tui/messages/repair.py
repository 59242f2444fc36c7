"""What a provider accepts, from whatever a cancel, a crash or an error left behind."""

import re
from collections.abc import Sequence
from dataclasses import replace

from tyler_tui.messages.values import Message, ToolCall

INTERRUPTED_RESULT = (
    "Interrupted: this call was stopped before its result was known. It may or may not have run."
)
OPENING = "(The conversation begins with the assistant's words.)"

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")
_LONGEST_NAME = 64


def for_model(messages: Sequence[Message]) -> list[Message]:
    """What to send to a model: `messages` repaired so that any provider accepts them.

    Every tool call has exactly one result, directly behind the message that asked (a synthetic
    `INTERRUPTED_RESULT` where none was kept), no result stands without its call, calls have names
    that a tool may have, no assistant turn is empty, the first turn is the user's, and neighbours
    of the same role are joined, so that user and assistant alternate. The messages given are not
    changed; the system prompt is not among the results.
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
        calls = _first_of_each_id(message, answered)
        if message.role == "assistant" and not calls and not message.content.strip():
            continue
        if message.role == "assistant" and not repaired:
            repaired.append(Message("user", OPENING))
        previous = repaired[-1] if repaired else None
        if previous is not None and previous.role == message.role:
            repaired[-1] = _joined(previous, message, calls)
        else:
            repaired.append(
                replace(message, tool_calls=calls) if calls else _without_calls(message)
            )
        repaired += [_result(call, results.get(call.id)) for call in calls]
    return repaired


def _first_of_each_id(message: Message, answered: set[str]) -> list[ToolCall]:
    """The calls of `message` whose ids are new; they join `answered`."""
    calls: list[ToolCall] = []
    for call in message.tool_calls or ():
        if call.id not in answered:
            answered.add(call.id)
            calls.append(replace(call, name=_name(call)))
    return calls


def _name(call: ToolCall) -> str:
    return _NOT_IN_NAMES.sub("_", call.name)[:_LONGEST_NAME] or "unnamed"


def _joined(first: Message, second: Message, calls: list[ToolCall]) -> Message:
    parts = [part for part in (first.content, second.content) if part.strip()]
    return replace(
        second,
        content="\n\n".join(parts),
        attachments=[*first.attachments, *second.attachments],
        tool_calls=calls or None,
    )


def _without_calls(message: Message) -> Message:
    """`message` itself where there is nothing to leave out: a copy unpacks its text, and a request
    is kept as long as its answer takes."""
    return message if message.tool_calls is None else replace(message, tool_calls=None)


def _result(call: ToolCall, kept: Message | None) -> Message:
    if kept is not None:
        return kept if kept.name == call.name else replace(kept, name=call.name)
    return Message(role="tool", content=INTERRUPTED_RESULT, name=call.name, tool_call_id=call.id)
