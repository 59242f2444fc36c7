"""Events as values, and the public names of the package."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

import tyler_tui
from tyler_tui import EventType, ExecutionEvent, Message, ProviderError, ToolCall
from tyler_tui.errors import StoreUnavailableError, TylerError


def test_exactly_three_events_end_a_stream() -> None:
    assert {type for type in EventType if type.is_terminal} == {
        EventType.EXECUTION_COMPLETE,
        EventType.EXECUTION_CANCELLED,
        EventType.EXECUTION_ERROR,
    }


def test_the_value_of_a_type_is_its_name_in_small_letters() -> None:
    assert all(type.value == type.name.lower() for type in EventType)


def test_an_event_can_be_made_with_the_arguments_of_the_guide() -> None:
    event = ExecutionEvent(
        type=EventType.EXECUTION_ERROR,
        timestamp=datetime(2025, 1, 2),
        data={"message": "Stream timed out"},
    )
    assert event.to_dict() == {
        "type": "execution_error",
        "timestamp": "2025-01-02T00:00:00",
        "data": {"message": "Stream timed out"},
    }


def test_the_json_form_reaches_into_messages_lists_and_attributes() -> None:
    message = Message("assistant", "hi", tool_calls=[ToolCall("a", "read", {"n": [1]})])
    event = ExecutionEvent(
        EventType.MESSAGE_CREATED,
        datetime.now(UTC),
        {"message": message, "more": [message]},
        {"by": message},
    )
    form = json.loads(json.dumps(event.to_dict()))
    assert form["data"]["message"] == form["data"]["more"][0] == message.to_dict()
    assert form["attributes"]["by"]["id"] == message.id


def test_a_failure_says_what_kind_it_is_and_whether_to_try_again() -> None:
    error = ProviderError("Busy.", kind="overloaded", retryable=True, retry_after_s=3)
    data = ExecutionEvent.failure(error).data
    assert (data["kind"], data["retryable"], data["retry_after_s"]) == ("overloaded", True, 3)
    assert ExecutionEvent.failure(StoreUnavailableError("Locked.")).data["retryable"]
    assert not ExecutionEvent.failure(TylerError("No.")).data["retryable"]


def test_every_public_name_can_be_imported() -> None:
    for name in tyler_tui.__all__:
        assert getattr(tyler_tui, name).__name__ == name
    assert set(tyler_tui.__all__) <= set(dir(tyler_tui))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Agnet"):
        tyler_tui.Agnet  # noqa: B018


def test_the_guides_import_line_works_in_a_fresh_interpreter() -> None:
    code = "from tyler_tui import Agent, Thread, Message, ThreadStore, ExecutionEvent, EventType"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
