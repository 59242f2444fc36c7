"""What a turn came to, put together from its events."""

from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tyler_tui.agent.readers.base import close
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, Usage


@dataclass(slots=True)
class CollectedCall:
    """A tool call and what came of it: `result`, or `error`, or neither while it was running."""

    id: str
    name: str
    arguments: dict[str, Any] = field(default_factory=dict)
    result: str | None = None
    error: str | None = None
    denied: bool = False
    duration_ms: float | None = None


@dataclass(slots=True)
class Collected:
    """A turn so far.

    `tool_calls` are by their ids, in the order in which they were asked for; `messages` are those
    that joined the thread. `outcome` is the type of the event that ended the turn, None if none
    came; `error` is what EXECUTION_ERROR said.
    """

    tool_calls: dict[str, CollectedCall] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    duration_ms: float | None = None
    outcome: EventType | None = None
    error: str = ""
    _answers: list[list[str]] = field(default_factory=lambda: [[]], repr=False)
    _thoughts: list[list[str]] = field(default_factory=lambda: [[]], repr=False)

    @property
    def content(self) -> str:
        """The last answer, as in AgentResult."""
        return next((text for text in map("".join, reversed(self._answers)) if text), "")

    @property
    def thinking(self) -> str:
        """All that was thought, with a blank line between model calls."""
        return "\n\n".join(text for text in map("".join, self._thoughts) if text)

    @property
    def success(self) -> bool:
        return self.outcome is EventType.EXECUTION_COMPLETE

    def add(self, event: ExecutionEvent) -> None:
        """Count `event` in."""
        data = event.data
        match event.type:
            case EventType.LLM_REQUEST:
                self._answers.append([])
                self._thoughts.append([])
            case EventType.LLM_STREAM_CHUNK:
                self._answers[-1].append(data["content_chunk"])
            case EventType.LLM_THINKING_CHUNK:
                self._thoughts[-1].append(data["thinking_chunk"])
            case EventType.TOOL_SELECTED:
                self._call(data).arguments = data["arguments"]
            case EventType.TOOL_RESULT:
                call = self._call(data)
                call.result, call.duration_ms = data["result"], data["duration_ms"]
            case EventType.TOOL_ERROR:
                call = self._call(data)
                call.error, call.duration_ms = data["error"], data["duration_ms"]
                call.denied = data.get("denied", False)
            case EventType.MESSAGE_CREATED:
                message = data["message"]
                self.messages.append(message)
                if message.usage is not None:
                    self.usage = self.usage + message.usage
            case _:
                if event.type.is_terminal:
                    self.outcome = event.type
                    self.duration_ms = data.get("duration_ms")
                    self.error = data.get("message", "")

    def _call(self, data: dict[str, Any]) -> CollectedCall:
        """The call that an event is about; of a stream that is read from its middle, a new one."""
        call = CollectedCall(data["tool_call_id"], data["tool_name"])
        return self.tool_calls.setdefault(call.id, call)


async def collected(events: AsyncIterable[ExecutionEvent] | Iterable[ExecutionEvent]) -> Collected:
    """Read `events` to their end and return what they come to: a stream's, or any that were kept.

    Unlike `await agent.go(thread)` it raises nothing for a turn that failed or was stopped;
    `outcome` tells. What the source raises is raised; `guarded` makes an event of it.
    """
    result = Collected()
    if isinstance(events, Iterable):
        for event in events:
            result.add(event)
        return result
    walk = aiter(events)
    try:
        async for event in walk:
            result.add(event)
    finally:
        await close(walk, events)
    return result
