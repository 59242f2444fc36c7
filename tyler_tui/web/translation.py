"""Events of a turn as messages to a client."""

import json
from collections.abc import Iterable
from typing import Any

from tyler_tui.conversation import Queued
from tyler_tui.errors import (
    StoreError,
    ThreadBusyError,
    ThreadNotFoundError,
    TylerError,
    UsageError,
)
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.sanitize import one_line
from tyler_tui.web import protocol as said

_TOLD_OTHERWISE = (
    EventType.ITERATION_START,
    EventType.LLM_REQUEST,
    EventType.LLM_RESPONSE,
    EventType.MESSAGE_CREATED,
)
_CODES: tuple[tuple[type[TylerError], str], ...] = (
    (ThreadBusyError, "busy"),
    (ThreadNotFoundError, "not_found"),
    (StoreError, "store"),
    (UsageError, "usage"),
)


def translate(event: ExecutionEvent, *, approval_timeout_s: float) -> said.ServerMessage | None:
    """What a client hears of an event; None for those that it learns of otherwise."""
    data = event.data
    match event.type:
        case EventType.LLM_STREAM_CHUNK:
            piece = data["content_chunk"]
            return said.Content(piece, {"content_chunk": piece})
        case EventType.LLM_THINKING_CHUNK:
            return said.Thinking(data["thinking_chunk"])
        case EventType.EXECUTION_COMPLETE:
            return said.Complete(
                data["duration_ms"],
                data["total_tokens"],
                data["usage"],
                data["cost_usd"],
                data["tools_used"],
            )
        case EventType.EXECUTION_CANCELLED:
            return said.Cancelled(data["duration_ms"])
        case EventType.EXECUTION_ERROR:
            return _failure(data)
        case type if type in _TOLD_OTHERWISE:
            return None
        case _:
            return _about_a_tool(event, approval_timeout_s)


def _about_a_tool(event: ExecutionEvent, approval_timeout_s: float) -> said.ServerMessage:
    data = event.data
    id, name = data.get("tool_call_id", ""), data.get("tool_name", "")
    match event.type:
        case EventType.TOOL_SELECTED:
            arguments = data["arguments"]
            return said.ToolSelected(id, name, _in_short(arguments), arguments)
        case EventType.APPROVAL_REQUESTED:
            return said.Approval(
                id,
                name,
                data["arguments"],
                data["summary"],
                data["preview"],
                data["scope"],
                data["session"],
                data["always"],
                approval_timeout_s,
                data.get("asks_for"),
            )
        case EventType.TOOL_EXECUTING:
            return said.ToolStarted(id, name)
        case EventType.TOOL_PROGRESS:
            return said.ToolProgress(id, name, data["message"], data["progress"], data["total"])
        case EventType.TOOL_RESULT:
            return said.ToolResult(id, name, data["result"], data["duration_ms"])
        case EventType.TOOL_ERROR:
            denied = bool(data.get("denied"))
            return said.ToolResult(
                id, name, data["error"], data["duration_ms"], failed=not denied, denied=denied
            )
        case type:
            return said.Notice(type.value, event.to_dict()["data"])


def waiting(queue: Iterable[Queued], length: int | None = None) -> list[said.Waiting]:
    """The queue, as a client is told of it: of each message so many characters, or all."""
    return [said.Waiting(queued.id, queued.text[:length]) for queued in queue]


def refusal(error: TylerError) -> said.Error:
    """Why something that a client asked for cannot be done."""
    codes = (code for kind, code in _CODES if isinstance(error, kind))
    return said.Error(
        next(codes, "failed"), error.message, error.hint, retryable=error.exit_code == 75
    )


def _failure(data: dict[str, Any]) -> said.Error:
    known = {kind.__name__: code for kind, code in _CODES}
    return said.Error(
        code=data["kind"] or known.get(data["error_type"], "failed"),
        content=data["message"],
        hint=data["hint"],
        retryable=data["retryable"],
        retry_after_s=data["retry_after_s"],
        ends_answer=True,
    )


def _in_short(arguments: Any) -> str:
    return one_line(json.dumps(arguments, ensure_ascii=False), 100)
