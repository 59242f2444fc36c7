"""What an answer came to: a status, its text, and an exit code."""

from typing import Any

from tyler_tui.errors import LimitReachedError, TylerError
from tyler_tui.events import EventType, ExecutionEvent

CANCELLED = 130


class Outcome:
    """Grows while the events of the answer are heard."""

    def __init__(self) -> None:
        self.rounds = 0
        """How many rounds of tool calls there were when their limit was reached; else 0."""
        self._answer = ""
        self._parts: list[str] = []
        self._end: ExecutionEvent | None = None

    def hear(self, event: ExecutionEvent) -> None:
        match event.type:
            case EventType.LLM_REQUEST:
                self._answer = self.content
                self._parts.clear()
            case EventType.LLM_STREAM_CHUNK:
                self._parts.append(event.data["content_chunk"])
            case EventType.ITERATION_LIMIT:
                self.rounds = event.data["iterations_used"]
            case type if type.is_terminal:
                self._end = event
            case _:
                pass

    @property
    def content(self) -> str:
        """The text of the last answer that has any."""
        return "".join(self._parts) or self._answer

    @property
    def data(self) -> dict[str, Any]:
        """The data of the event that ended it, in JSON form."""
        form: dict[str, Any] = self._end.to_dict()["data"] if self._end is not None else {}
        return form

    @property
    def error(self) -> dict[str, Any] | None:
        """The data of EXECUTION_ERROR, where that is how it ended."""
        if self._end is None:
            failure = ExecutionEvent.failure(TylerError("The answer ended without a word."))
            return failure.data
        return self.data if self._end.type is EventType.EXECUTION_ERROR else None

    @property
    def status(self) -> str:
        """complete, limit, cancelled or error."""
        if (error := self.error) is not None:
            return "limit" if error["exit_code"] == LimitReachedError.exit_code else "error"
        if self._end is not None and self._end.type is EventType.EXECUTION_CANCELLED:
            return "cancelled"
        return "limit" if self.rounds else "complete"

    @property
    def exit_code(self) -> int:
        """What the program exits with."""
        if (error := self.error) is not None:
            return int(error["exit_code"])
        return {"limit": LimitReachedError.exit_code, "cancelled": CANCELLED}.get(self.status, 0)
