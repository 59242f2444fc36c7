"""From events to lines: the answer as it comes, and in words what happens beside it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, assert_never

from tyler_tui.agent.approval import Ground
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.figures import cost_text, duration_text, tokens_text
from tyler_tui.hints import in_chat
from tyler_tui.plain.spoken import SpokenMarkdown
from tyler_tui.plain.voice import Line, Tone
from tyler_tui.plain.wording import counted, in_words, sentence
from tyler_tui.remarks import (
    compacted_text,
    compacting_text,
    limit_text,
    loading_text,
    retry_text,
)
from tyler_tui.sanitize import one_line, sanitize_chunk


@dataclass(slots=True)
class _Call:
    """A tool call under way."""

    name: str
    summary: str = ""
    progress: str = ""
    is_running: bool = False


class Announcer:
    """Tells one conversation. `summarize` says what a call of a tool with given arguments does."""

    def __init__(self, name: str, summarize: Callable[[str, dict[str, Any]], str]) -> None:
        self.name = name
        """What the assistant is called."""
        self.tells_thoughts = False
        """Whether what the model thinks is said, and not only that it does."""
        self._summarize = summarize
        self._begin()

    def _begin(self) -> None:
        self._answer = SpokenMarkdown()
        self._thoughts: SpokenMarkdown | None = None
        self._calls: dict[str, _Call] = {}
        self._lines = 0
        self._has_label = False
        self._has_compacted = False
        self._is_loading = False

    def lines(self, event: ExecutionEvent) -> list[Line]:
        """What there is to say now; nothing for most events."""
        data = event.data
        match event.type:
            case EventType.LLM_THINKING_CHUNK:
                return self._thought(data["thinking_chunk"])
            case EventType.LLM_STREAM_CHUNK:
                said = self._answer.feed(sanitize_chunk(data["content_chunk"]))
                return [*self._end_thought(), *self._answered(said)]
            case EventType.LLM_RESPONSE:
                return self._end_text()
            case EventType.TOOL_SELECTED:
                name = one_line(data["tool_name"], 60)
                summary = one_line(self._summarize(data["tool_name"], data["arguments"]))
                self._calls[data["tool_call_id"]] = _Call(name, summary)
            case EventType.TOOL_EXECUTING:
                call = self._call(data)
                call.is_running = True
                what = f": {call.summary}" if call.summary else ""
                return [Line(f"Running {call.name}{what}…")]
            case EventType.TOOL_PROGRESS:
                self._call(data).progress = _progress(data)
            case EventType.TOOL_RESULT:
                self._calls.pop(data["tool_call_id"], None)
                took = duration_text(data["duration_ms"])
                return [Line(f"{one_line(data['tool_name'], 60)} done in {took}.")]
            case EventType.TOOL_ERROR:
                self._calls.pop(data["tool_call_id"], None)
                return [_failed_call(data)]
            case EventType.ITERATION_LIMIT:
                return [Line(sentence(in_words(limit_text(data, mark=""))) + ".")]
            case EventType.RETRY:
                return [Line(sentence(retry_text(data, mark="")))]
            case EventType.STALLED:
                return [Line(f"Nothing has arrived for {data['silent_s']:.0f} seconds.")]
            case EventType.LOADING:
                if not self._is_loading:
                    self._is_loading = True
                    return [Line(sentence(in_words(loading_text(data, mark=""))) + "…")]
            case EventType.COMPACTING:
                return [Line(sentence(in_words(compacting_text(data, mark=""))) + "…")]
            case EventType.COMPACTED:
                self._has_compacted = True
                return [Line(sentence(in_words(compacted_text(data, mark=""))) + ".")]
            case (
                EventType.EXECUTION_COMPLETE
                | EventType.EXECUTION_CANCELLED
                | EventType.EXECUTION_ERROR
            ):
                return self._end(event)
            case (
                EventType.ITERATION_START
                | EventType.LLM_REQUEST
                | EventType.APPROVAL_REQUESTED
                | EventType.MESSAGE_CREATED
            ):
                pass
            case _:
                assert_never(event.type)
        return []

    def under_way(self) -> str:
        """What goes on in silence; "" when it will be heard, or told of by an event."""
        for call in self._calls.values():
            if call.is_running:
                latest = f": {call.progress}" if call.progress else ""
                return f"{call.name} is still running{latest}"
        return "Still thinking" if self._thoughts is not None else ""

    def _call(self, data: dict[str, Any]) -> _Call:
        name = one_line(data["tool_name"], 60)
        return self._calls.setdefault(data["tool_call_id"], _Call(name))

    # Text

    def _thought(self, text: str) -> list[Line]:
        lines: list[Line] = []
        if self._thoughts is None:
            self._thoughts = SpokenMarkdown()
            lines.append(Line("Thinking…"))
        said = self._thoughts.feed(sanitize_chunk(text))
        return lines + self._as_notes(said)

    def _end_thought(self) -> list[Line]:
        thoughts, self._thoughts = self._thoughts, None
        return [] if thoughts is None else self._as_notes(thoughts.finish())

    def _as_notes(self, thoughts: list[Line]) -> list[Line]:
        return [Line(line.text) for line in thoughts if self.tells_thoughts and line.text]

    def _answered(self, lines: list[Line]) -> list[Line]:
        self._lines += sum(bool(line.text) for line in lines)
        if lines and not self._has_label:
            self._has_label = True
            return [Line(f"{self.name}:", Tone.LABEL), *lines]
        return lines

    def _end_text(self) -> list[Line]:
        """The end of what the model says in one go."""
        answer, self._answer = self._answer, SpokenMarkdown()
        return [*self._end_thought(), *self._answered(answer.finish())]

    # The end

    def _end(self, event: ExecutionEvent) -> list[Line]:
        lines, count = self._end_text(), counted(self._lines, "line")
        has_text, has_compacted = bool(self._lines), self._has_compacted
        self._begin()
        data = event.data
        if event.type is EventType.EXECUTION_ERROR:
            if has_text:
                lines.append(Line(f"The answer ends here, after {count}; that is kept."))
            return [*lines, *_failure(data)]
        if event.type is EventType.EXECUTION_CANCELLED:
            kept_too = f" after {count}; that is kept" if has_text else ""
            return [*lines, Line(f"Stopped{kept_too}.")]
        if has_compacted and not has_text:  # that was all there was to do
            return lines
        figures = [count if has_text else "no text", duration_text(data["duration_ms"])]
        if data["total_tokens"]:
            figures.append(f"{tokens_text(data['total_tokens'])} tokens")
        if data["cost_usd"]:
            is_estimate = bool(data["usage"].get("estimated"))
            figures.append(in_words(cost_text(data["cost_usd"], estimated=is_estimate)))
        return [*lines, Line(f"Answer finished: {', '.join(figures)}.")]


def _failure(data: dict[str, Any]) -> list[Line]:
    """For the data of EXECUTION_ERROR: what went wrong, and what to do."""
    message = f"{data['title']}. {data['message']}"
    if data["retry_after_s"]:
        message += f" The provider asks to wait {duration_text(data['retry_after_s'] * 1000)}."
    return error_lines(message, data["hint"])


def error_lines(message: str, hint: str) -> list[Line]:
    """What went wrong, and what to do."""
    lines = [Line(f"Error: {message}", Tone.ERROR)]
    return [*lines, Line(f"What to do: {in_chat(hint)}")] if hint else lines


def _failed_call(data: dict[str, Any]) -> Line:
    name, error = one_line(data["tool_name"], 60), one_line(data["error"], 300)
    if not data.get("denied"):
        return Line(f"{name} failed: {error}")
    is_answer = data.get("decision", {}).get("ground") == Ground.ANSWER
    return Line(f"{name} was denied." if is_answer else f"{name} did not run. {error}")


def _progress(data: dict[str, Any]) -> str:
    """What a running tool reported last."""
    latest = one_line(str(data["message"] or "").rstrip().rpartition("\n")[2])
    if data["progress"] is not None and data["total"]:
        share = min(1.0, data["progress"] / data["total"])
        return f"{share * 100:.0f} percent {latest}".rstrip()
    return latest
