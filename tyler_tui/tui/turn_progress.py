"""How a turn is getting on: what the status line counts, whether or not it is on the screen."""

import time
from dataclasses import dataclass

from tyler_tui.events import EventType, ExecutionEvent


@dataclass(slots=True)
class TurnProgress:
    """Times are of `time.monotonic`."""

    began: float = 0.0
    first_text_at: float | None = None
    characters: int = 0
    tools: int = 0

    def begin(self) -> None:
        """Start counting anew."""
        self.began = time.monotonic()
        self.first_text_at = None
        self.characters = self.tools = 0

    def add(self, event: ExecutionEvent) -> None:
        match event.type:
            case EventType.LLM_STREAM_CHUNK:
                self._count(event.data["content_chunk"])
            case EventType.LLM_THINKING_CHUNK:
                self._count(event.data["thinking_chunk"])
            case EventType.TOOL_SELECTED:
                self.tools += 1
            case EventType.ITERATION_START if event.data.get("iteration_number") == 0:
                self.begin()
            case _:
                pass

    def _count(self, text: str) -> None:
        if self.first_text_at is None:
            self.first_text_at = time.monotonic()
        self.characters += len(text)
