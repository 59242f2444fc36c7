"""How a turn is getting on: what the status line counts, whether or not it is on the screen."""

import time

from msgspec import Struct, field

from tyler_tui.events import EventType, ExecutionEvent


class TurnProgress(Struct):
    """Times are of `time.monotonic`."""

    began: float = 0.0
    first_text_at: float | None = None
    characters: int = 0
    """Of the model's last call, like `first_text_at`."""
    tools: int = 0
    running: dict[str, tuple[str, float]] = field(default_factory=dict)
    """The name of each tool that runs and when it began, by the id of its call."""

    def begin(self) -> None:
        """Start counting anew."""
        self.began = time.monotonic()
        self.first_text_at = None
        self.characters = self.tools = 0
        self.running.clear()

    def add(self, event: ExecutionEvent) -> None:
        match event.type:
            case EventType.LLM_STREAM_CHUNK:
                self._count(event.data["content_chunk"])
            case EventType.LLM_THINKING_CHUNK:
                self._count(event.data["thinking_chunk"])
            case EventType.LLM_REQUEST:  # the rate is that of one answer, without what tools took
                self.first_text_at, self.characters = None, 0
            case EventType.TOOL_SELECTED:
                self.tools += 1
            case EventType.TOOL_EXECUTING:
                data = event.data
                self.running[data["tool_call_id"]] = data["tool_name"], time.monotonic()
            case EventType.TOOL_RESULT | EventType.TOOL_ERROR:
                self.running.pop(event.data["tool_call_id"], None)
            case EventType.ITERATION_START if event.data.get("iteration_number") == 0:
                self.begin()
            case _:
                pass

    def _count(self, text: str) -> None:
        if self.first_text_at is None:
            self.first_text_at = time.monotonic()
        self.characters += len(text)
