"""Sources of events for the readers."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from tyler_tui import EventType, ExecutionEvent

Piece = ExecutionEvent | Exception | Callable[[], Awaitable[None]]


def text(piece: str) -> ExecutionEvent:
    return ExecutionEvent.now(EventType.LLM_STREAM_CHUNK, content_chunk=piece)


def thought(piece: str, kind: str = "reasoning") -> ExecutionEvent:
    return ExecutionEvent.now(
        EventType.LLM_THINKING_CHUNK, thinking_chunk=piece, thinking_type=kind
    )


def selected(name: str = "act") -> ExecutionEvent:
    return ExecutionEvent.now(
        EventType.TOOL_SELECTED, tool_name=name, arguments={}, tool_call_id="c"
    )


def complete() -> ExecutionEvent:
    return ExecutionEvent.now(EventType.EXECUTION_COMPLETE, duration_ms=1.0, total_tokens=0)


class Source:
    """Gives `pieces` one after the other: events, exceptions to raise, calls to await.

    Iterated once. `closed` is set when that iteration has ended, however it ended.
    """

    def __init__(self, *pieces: Piece) -> None:
        self._pieces = pieces
        self.given = 0
        self.closed = asyncio.Event()

    async def __aiter__(self) -> AsyncGenerator[ExecutionEvent, None]:
        try:
            for piece in self._pieces:
                if isinstance(piece, Exception):
                    raise piece
                if isinstance(piece, ExecutionEvent):
                    self.given += 1
                    yield piece
                else:
                    await piece()
        finally:
            self.closed.set()


async def forever() -> None:
    """Wait for what never comes."""
    await asyncio.Event().wait()


def shown(events: list[ExecutionEvent]) -> list[str]:
    """Events in short: text as it is, thinking in parentheses, the rest by name."""
    return [
        event.data["content_chunk"]
        if event.type is EventType.LLM_STREAM_CHUNK
        else f"({event.data['thinking_chunk']})"
        if event.type is EventType.LLM_THINKING_CHUNK
        else event.type.name
        for event in events
    ]
