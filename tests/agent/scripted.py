"""A provider that answers by a script, and what tests of the core say about events."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tyler_tui import (
    Agent,
    EventStream,
    EventType,
    ExecutionCancelledError,
    ExecutionEvent,
    Message,
    Thread,
    Timeouts,
)
from tyler_tui.messages import Usage
from tyler_tui.providers import CallDelta, Delta, ModelInfo, Request

USAGE = Usage(10, 5, 15)

KEYS: dict[EventType, list[str]] = {
    EventType.ITERATION_START: ["iteration_number", "max_iterations"],
    EventType.LLM_REQUEST: ["message_count", "model", "temperature"],
    EventType.LLM_STREAM_CHUNK: ["content_chunk"],
    EventType.LLM_THINKING_CHUNK: ["thinking_chunk", "thinking_type"],
    EventType.LLM_RESPONSE: ["content", "tool_calls", "tokens", "latency_ms", "finish_reason"],
    EventType.TOOL_SELECTED: ["tool_name", "arguments", "tool_call_id"],
    EventType.APPROVAL_REQUESTED: [
        "tool_name", "tool_call_id", "arguments", "summary", "preview", "scope",
        "session", "always", "repeats", "number", "count",
    ],
    EventType.TOOL_EXECUTING: ["tool_name", "tool_call_id"],
    EventType.TOOL_PROGRESS: ["tool_name", "tool_call_id", "progress", "total", "message"],
    EventType.TOOL_RESULT: ["tool_name", "tool_call_id", "result", "duration_ms"],
    EventType.TOOL_ERROR: ["tool_name", "tool_call_id", "error", "duration_ms"],
    EventType.MESSAGE_CREATED: ["message"],
    EventType.ITERATION_LIMIT: ["iterations_used"],
    EventType.RETRY: ["attempt", "wait_s", "reason"],
    EventType.STALLED: ["silent_s"],
    EventType.LOADING: ["model", "share"],
    EventType.COMPACTING: ["messages", "tokens_before", "automatic"],
    EventType.COMPACTED: ["messages", "tokens_before", "tokens_after"],
    EventType.EXECUTION_CANCELLED: ["duration_ms", "reason"],
    EventType.EXECUTION_ERROR: [
        "error_type", "message", "retryable", "retry_after_s", "hint", "kind", "title",
        "exit_code", "duration_ms",
    ],
    EventType.EXECUTION_COMPLETE: [
        "duration_ms", "total_tokens", "usage", "cost_usd", "tools_used",
    ],
}  # fmt: skip
OPTIONAL = {
    EventType.APPROVAL_REQUESTED: {"asks_for", "changed"},
    EventType.TOOL_EXECUTING: {"decision"},
    EventType.TOOL_ERROR: {"denied", "decision"},
    EventType.RETRY: {"model"},
}


@dataclass
class Pause:
    """A place in a script: `reached` is set there, and the stream goes on after `go_on`."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> None:
        self.reached.set()
        await self.go_on.wait()


Step = Delta | Exception | Callable[[], Any]
Script = Sequence[Step]


class ScriptedProvider:
    """Answers each request with the next script; a callable step is called, and awaited when it
    is a coroutine function. `price` is US dollars per token, None when unknown; `window` the
    context in tokens, a letter each."""

    def __init__(self, *scripts: Script, price: float | None = None, window: int = 100) -> None:
        self.requests: list[Request] = []
        self.closed = 0
        self.counted = 0
        self._scripts = list(scripts)
        self._price = price
        self._window = window

    async def stream(self, request: Request) -> AsyncGenerator[Delta, None]:
        self.requests.append(request)
        script = self._scripts.pop(0)
        try:
            for step in script:
                if isinstance(step, Delta):
                    yield step
                elif isinstance(step, Exception):
                    raise step
                elif (waiting := step()) is not None:
                    await waiting
        finally:
            self.closed += 1

    async def prepare(self) -> None:
        """There is nothing to prepare."""

    def info(self, model: str, api_base: str | None = None) -> ModelInfo:
        return ModelInfo(model, context_window=self._window)

    def cost(self, model: str, usage: Usage, api_base: str | None = None) -> float | None:
        return None if self._price is None else self._price * usage.total_tokens

    def count_tokens(self, model: str, text: str) -> int:
        return len(text)

    async def count_usage(self, request: Request, answer: Message) -> Usage:
        self.counted += 1
        return Usage(100, len(answer.content), 100 + len(answer.content), estimated=True)


def words(*pieces: str) -> list[Delta]:
    return [Delta(text=piece) for piece in pieces]


def ending(reason: str = "stop") -> list[Delta]:
    return [Delta(usage=USAGE, finish_reason=reason)]


def says(*pieces: str, reason: str = "stop") -> Script:
    """A whole answer."""
    return [*words(*pieces), *ending(reason)]


def calls(*wanted: tuple[str, str] | tuple[str, str, str], text: str = "") -> Script:
    """An answer that calls tools: (name, arguments as JSON) or (name, arguments, id)."""
    fragments = [
        Delta(
            calls=(CallDelta(n, call[2] if len(call) == 3 else f"c{n}", call[0], call[1]),),
        )
        for n, call in enumerate(wanted)
    ]
    return [*words(*[text] if text else []), *fragments, *ending("tool_calls")]


def agent_with(provider: ScriptedProvider, **settings: Any) -> Agent:
    """An agent that asks `provider`, and tries nothing twice unless told to."""
    chosen: dict[str, Any] = {"model_name": "scripted", "retries": 0, **settings}
    return Agent(provider=provider, **chosen)


def thread_with(text: str = "hello", id: str | None = None) -> Thread:
    thread = Thread(id=id)
    thread.add_message(Message("user", text))
    return thread


async def collect(stream: AsyncIterable[ExecutionEvent]) -> list[ExecutionEvent]:
    """All events of a stream, which must be well-formed."""
    events = [event async for event in stream]
    check(events)
    return events


async def read_to_end(stream: EventStream) -> None:
    """Wait until a stream that was stopped is over."""
    with suppress(ExecutionCancelledError):
        async with asyncio.timeout(60):
            await stream


def check(events: Sequence[ExecutionEvent]) -> None:
    """What holds of the events of every turn."""
    assert [event.type.is_terminal for event in events] == [False] * (len(events) - 1) + [True]
    for event in events:
        keys = [key for key in event.data if key not in OPTIONAL.get(event.type, ())]
        assert keys == KEYS[event.type], event.type
        assert event.timestamp.utcoffset() is not None
        assert json.loads(json.dumps(event.to_dict()))["type"] == event.type.value
    announced = [event.data["message"].id for event in of(events, EventType.MESSAGE_CREATED)]
    assert len(set(announced)) == len(announced)


def of(events: Sequence[ExecutionEvent], type: EventType) -> list[ExecutionEvent]:
    return [event for event in events if event.type is type]


def one(events: Sequence[ExecutionEvent], type: EventType) -> dict[str, Any]:
    """The data of the only event of that type."""
    (event,) = of(events, type)
    return event.data


def names(events: Sequence[ExecutionEvent]) -> list[str]:
    return [event.type.name for event in events]


def text_of(events: Sequence[ExecutionEvent]) -> str:
    return "".join(e.data["content_chunk"] for e in of(events, EventType.LLM_STREAM_CHUNK))


def roles(thread: Thread) -> list[str]:
    return [message.role for message in thread.messages]


QUICK = Timeouts(connect_s=60, first_token_s=0.5, idle_s=0.4, stalled_notice_s=0.1)
