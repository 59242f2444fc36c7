from datetime import UTC, datetime

from tyler_tui import EventType, ExecutionEvent
from tyler_tui.tui.turn_log import TurnLog


def _event(type: EventType, **data: object) -> ExecutionEvent:
    return ExecutionEvent(type, datetime.now(UTC), data)


def _text(text: str) -> ExecutionEvent:
    return _event(EventType.LLM_STREAM_CHUNK, content_chunk=text)


def _thinking(text: str) -> ExecutionEvent:
    return _event(EventType.LLM_THINKING_CHUNK, thinking_chunk=text, thinking_type="thinking")


def _progress(id: str, done: int) -> ExecutionEvent:
    return _event(EventType.TOOL_PROGRESS, tool_call_id=id, progress=done, total=9, message="")


def _log(*events: ExecutionEvent) -> TurnLog:
    log = TurnLog()
    for event in events:
        log.add(event)
    return log


def test_text_that_came_in_a_row_is_one_event_and_nothing_changes_places() -> None:
    log = _log(
        _thinking("a "), _thinking("b"), _text("one "), _text("two "), _text("three"),
        _event(EventType.LLM_RESPONSE), _text("four"),
    )  # fmt: skip
    events = log.events()
    assert [event.type for event in events] == [
        EventType.LLM_THINKING_CHUNK,
        EventType.LLM_STREAM_CHUNK,
        EventType.LLM_RESPONSE,
        EventType.LLM_STREAM_CHUNK,
    ]
    assert events[0].data == {"thinking_chunk": "a b", "thinking_type": "thinking"}
    assert events[1].data == {"content_chunk": "one two three"}
    log.add(_text(" five"))
    assert log.events()[-1].data == {"content_chunk": "four five"}
    assert events[1].data == {"content_chunk": "one two three"}


def test_only_the_last_report_of_each_tool_is_kept() -> None:
    log = _log(_progress("a", 1), _progress("b", 1), _progress("a", 2), _progress("b", 7))
    assert [(e.data["tool_call_id"], e.data["progress"]) for e in log.events()] == [
        ("a", 2),
        ("b", 7),
    ]


def test_a_turn_that_failed_is_kept_until_the_next_begins_and_a_whole_one_is_not() -> None:
    log = TurnLog()
    log.begin(4)
    log.add(_text("half"))
    assert log.is_open
    log.add(_event(EventType.EXECUTION_ERROR, message="it broke"))
    assert not log.is_open
    assert log.start == 4
    assert len(log.events()) == 2
    log.begin(6)
    assert log.events() == []
    log.add(_text("whole"))
    log.add(_event(EventType.EXECUTION_COMPLETE))
    assert log.start is None
    assert log.events() == []
