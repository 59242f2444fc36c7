"""What happens during a run, as values.

One stream of `ExecutionEvent` feeds every reader: the TUI, the printer, a socket, a test. `data`
holds Python values (`data["message"]` is a `Message`); `to_dict` gives the JSON form.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from tyler_tui.errors import WORTH_RETRYING, ProviderError, TylerError
from tyler_tui.sanitize import one_line


class EventType(Enum):
    """What an event tells. The keys of `data` stand behind each.

    Order of a run: ITERATION_START, LLM_REQUEST, chunks, LLM_RESPONSE, MESSAGE_CREATED (the
    assistant's), then for each call TOOL_SELECTED, [APPROVAL_REQUESTED], TOOL_EXECUTING,
    TOOL_PROGRESS*, TOOL_RESULT or TOOL_ERROR as they happen, MESSAGE_CREATED for each result in
    the order of the calls, and the next ITERATION_START. Exactly one of EXECUTION_COMPLETE,
    EXECUTION_CANCELLED and EXECUTION_ERROR ends the stream, and it is last.
    """

    ITERATION_START = "iteration_start"
    """iteration_number (from 0), max_iterations"""
    LLM_REQUEST = "llm_request"
    """message_count, model, temperature"""
    LLM_STREAM_CHUNK = "llm_stream_chunk"
    """content_chunk"""
    LLM_THINKING_CHUNK = "llm_thinking_chunk"
    """thinking_chunk, thinking_type"""
    LLM_RESPONSE = "llm_response"
    """content, tool_calls, tokens {prompt_tokens, completion_tokens, total_tokens, ...},
    latency_ms, finish_reason"""
    TOOL_SELECTED = "tool_selected"
    """tool_name, arguments (dict), tool_call_id"""
    APPROVAL_REQUESTED = "approval_requested"
    """tool_name, tool_call_id, arguments, summary, preview (exactly what will happen, or ""),
    scope (what an answer for the session covers, or "" for the tool), session (the same in words,
    or "" where it would cover this call alone), always (what an answer of "always" keeps, in words,
    or "" where it cannot be kept), repeats (how often this very call was made, or 0), number (from
    1) and count (which of so many questions of this answer); `changed` is True when it was allowed
    before, but would now do something else"""
    TOOL_EXECUTING = "tool_executing"
    """tool_name, tool_call_id; `decision` (see `Decision.to_dict`) when it was decided about"""
    TOOL_PROGRESS = "tool_progress"
    """tool_name, tool_call_id, progress, total, message (a line, or the latest lines of output)"""
    TOOL_RESULT = "tool_result"
    """tool_name, tool_call_id, result (str), duration_ms"""
    TOOL_ERROR = "tool_error"
    """tool_name, tool_call_id, error, duration_ms; `denied` is True when the user or a rule said
    no, and `decision` tells which"""
    MESSAGE_CREATED = "message_created"
    """message (Message)"""
    ITERATION_LIMIT = "iteration_limit"
    """iterations_used"""
    RETRY = "retry"
    """attempt (from 1), wait_s, reason; `model` when another model answers from here on, attempt
    then counts those"""
    STALLED = "stalled"
    """silent_s"""
    LOADING = "loading"
    """model, share (of the model that is in memory, 0 to 1; its first word comes after it)"""
    COMPACTING = "compacting"
    """messages (how many are being summarised), tokens_before, automatic (not asked for)"""
    COMPACTED = "compacted"
    """messages (how many are no longer sent as they are), tokens_before, tokens_after"""
    EXECUTION_CANCELLED = "execution_cancelled"
    """duration_ms, reason"""
    EXECUTION_ERROR = "execution_error"
    """error_type, message, retryable, retry_after_s, hint, kind (of `ProviderError.KINDS`, or ""),
    title, exit_code (what a program that only answers this exits with), duration_ms"""
    EXECUTION_COMPLETE = "execution_complete"
    """duration_ms, total_tokens, usage, cost_usd (None when the price is unknown), tools_used"""

    @property
    def is_terminal(self) -> bool:
        """Whether the stream ends with this event."""
        return self in _TERMINAL


_TERMINAL = frozenset(
    {
        EventType.EXECUTION_COMPLETE,
        EventType.EXECUTION_CANCELLED,
        EventType.EXECUTION_ERROR,
    }
)


@dataclass(frozen=True, slots=True)
class ExecutionEvent:
    """One thing that happened. `timestamp` is timezone-aware UTC. `attributes` are about the event
    itself: `by_hand` is there, and True, in those of a call that the user made."""

    type: EventType
    timestamp: datetime
    data: dict[str, Any] = field(default_factory=dict)
    attributes: dict[str, Any] | None = None

    @property
    def is_by_hand(self) -> bool:
        """Whether it belongs to a call that the user made, of which the thread knows nothing."""
        return bool(self.attributes and self.attributes.get("by_hand"))

    @classmethod
    def now(cls, type: EventType, **data: Any) -> "ExecutionEvent":
        """An event that happens now, with `data` as its data."""
        return cls(type=type, timestamp=datetime.now(UTC), data=data)

    @classmethod
    def cancelled(cls, *, duration_ms: float = 0.0) -> "ExecutionEvent":
        """EXECUTION_CANCELLED."""
        return cls.now(EventType.EXECUTION_CANCELLED, duration_ms=duration_ms, reason="cancelled")

    @classmethod
    def failure(cls, error: Exception, *, duration_ms: float = 0.0) -> "ExecutionEvent":
        """EXECUTION_ERROR for `error`."""
        name = type(error).__name__
        known = error if isinstance(error, TylerError) else None
        provider = error if isinstance(error, ProviderError) else None
        exit_code = (known or TylerError).exit_code
        return cls.now(
            EventType.EXECUTION_ERROR,
            error_type=name,
            message=known.message if known else one_line(f"{name}: {error}", 300),
            retryable=exit_code == WORTH_RETRYING,
            retry_after_s=provider.retry_after_s if provider else None,
            hint=known.hint if known else "",
            kind=provider.kind if provider else "",
            title=provider.heading if provider else (known or TylerError).title,
            exit_code=exit_code,
            duration_ms=duration_ms,
        )

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: values that know `to_dict` are replaced by it, the time is ISO 8601."""
        form: dict[str, Any] = {
            "type": self.type.value,
            "timestamp": self.timestamp.isoformat(),
            "data": {key: _plain(value) for key, value in self.data.items()},
        }
        if self.attributes:
            form["attributes"] = {key: _plain(value) for key, value in self.attributes.items()}
        return form


def _plain(value: Any) -> Any:
    to_dict = getattr(value, "to_dict", None)
    if to_dict is not None:
        return to_dict()
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
