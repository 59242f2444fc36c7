"""That what was said long ago takes a fraction of its room, and says what it said."""

import copy
import gc
import sys
import tracemalloc
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tyler_tui import Message, ToolCall
from tyler_tui.packing import KEPT_PLAIN, Aging
from tyler_tui.tui.tool_runs import RunState, ToolRun

LONG = "A sentence with a 🎉 in it.\n" * 300
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.text(max_size=900), st.dictionaries(st.text(), json_values, max_size=4))
def test_what_is_packed_is_what_it_was(text: str, arguments: dict[str, object]) -> None:
    long = f"{text * 3}\ud800"
    call = ToolCall("c1", "files-write", {**arguments, "content": long})
    message = Message("assistant", long, tool_calls=[call], reasoning_content=long[::-1])
    form = message.to_dict()
    message.pack()
    assert message.to_dict() == form
    assert call == ToolCall("c1", "files-write", {**arguments, "content": long})
    assert replace(message, name="x").content == long
    assert copy.copy(message).reasoning_content == long[::-1]
    message.content += "more"
    assert message.content == f"{long}more"


def test_only_what_is_long_is_packed_and_packed_again_it_stays() -> None:
    message = Message("user", "short", reasoning_content=LONG)
    for _ in range(2):
        message.pack()
        assert not Message.content.is_packed(message)
        assert Message.reasoning_content.is_packed(message)
        assert message.reasoning_content == LONG


def test_defaults_are_not_shared() -> None:
    first, second = ToolCall("c1", "a"), ToolCall("c2", "b")
    first.arguments["path"] = "x"
    assert second.arguments == {}
    assert Message("user").content == ""


def test_a_packed_message_and_run_take_a_fraction_of_their_text() -> None:
    def made(number: int) -> tuple[Message, ToolRun]:
        text = f"{number} {LONG}"
        calls = [ToolCall("c", "files-write", {"content": text})]
        arguments = {"content": f"{text}."}
        return (
            Message("assistant", text[1:], tool_calls=calls, reasoning_content=text[::-1]),
            ToolRun("c", "files-write", arguments, RunState.DONE, text[2:], text[3:]),
        )

    tracemalloc.start()
    try:
        kept = [made(number) for number in range(20)]
        gc.collect()
        plain, _ = tracemalloc.get_traced_memory()
        for message, run in kept:
            message.pack()
            run.pack()
        packed, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert plain > 20 * 6 * sys.getsizeof(LONG)
    assert packed < plain / 15


def test_all_but_the_last_few_are_told_of_once() -> None:
    messages = [Message("user", id=str(number)) for number in range(KEPT_PLAIN + 3)]
    aging = Aging(messages)
    assert [message.id for message in aging.old()] == ["0", "1", "2"]
    assert [*aging.old()] == []
    aging.add(Message("user"))
    assert [message.id for message in aging.old()] == ["3"]


def test_what_has_no_text_stays_as_it_is() -> None:
    arguments = {"content": LONG, "set": {1, 2}}
    call = ToolCall("c", "files-write", arguments)
    call.pack()
    assert call.arguments is arguments
