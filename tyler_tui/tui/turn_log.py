"""What a turn has told so far: with it, a screen that was elsewhere shows all of it."""

from typing import Any

from msgspec import Struct

from tyler_tui.events import EventType, ExecutionEvent

_TEXT_KEYS = {
    EventType.LLM_STREAM_CHUNK: "content_chunk",
    EventType.LLM_THINKING_CHUNK: "thinking_chunk",
}


class _Text(Struct):
    """Chunks that came one behind the other: their first event, and the text of all."""

    first: ExecutionEvent
    pieces: list[str]


class TurnLog:
    """The events of one turn, in few entries however long the answer.

    Once a turn is complete its messages say everything, and the log is empty. One that was stopped
    or failed stays until the next begins: no message tells of an error.
    """

    def __init__(self) -> None:
        self.start: int | None = None
        """Where in the thread's branch the turn's first message stands or will stand; what stands
        before it is not in the log. None when no turn has begun."""
        self._entries: list[ExecutionEvent | _Text] = []
        self._progress: dict[str, int] = {}

    @property
    def is_open(self) -> bool:
        """Whether a turn has begun that has not ended."""
        last = self._entries[-1] if self._entries else None
        ended = isinstance(last, ExecutionEvent) and last.type.is_terminal
        return self.start is not None and not ended

    def begin(self, start: int) -> None:
        """Start a new log."""
        self.clear()
        self.start = start

    def add(self, event: ExecutionEvent) -> None:
        key = _TEXT_KEYS.get(event.type)
        if key is not None:
            self._add_text(event, event.data[key])
        elif event.type is EventType.TOOL_PROGRESS:
            self._add_progress(event)
        elif event.type is EventType.EXECUTION_COMPLETE:
            self.clear()
        else:
            self._entries.append(event)

    def clear(self) -> None:
        """Forget the turn: the thread tells of it."""
        self.start = None
        self._entries.clear()
        self._progress.clear()

    def events(self) -> list[ExecutionEvent]:
        """All events, oldest first, with the text of consecutive chunks in one."""
        return [entry if isinstance(entry, ExecutionEvent) else _joined(entry)
                for entry in self._entries]  # fmt: skip

    def _add_text(self, event: ExecutionEvent, text: str) -> None:
        last = self._entries[-1] if self._entries else None
        if isinstance(last, _Text) and last.first.type is event.type:
            last.pieces.append(text)
        else:
            self._entries.append(_Text(event, [text]))

    def _add_progress(self, event: ExecutionEvent) -> None:
        """Only the last report of a call counts."""
        at = self._progress.setdefault(event.data["tool_call_id"], len(self._entries))
        if at == len(self._entries):
            self._entries.append(event)
        else:
            self._entries[at] = event


def _joined(text: _Text) -> ExecutionEvent:
    first = text.first
    data: dict[str, Any] = {**first.data, _TEXT_KEYS[first.type]: "".join(text.pieces)}
    return ExecutionEvent(first.type, first.timestamp, data, first.attributes)
