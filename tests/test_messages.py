"""Messages, threads and their branches; what a model is sent of them."""

import json
import re
from dataclasses import fields
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tyler_tui import Attachment, Message, MessageStatus, Thread, ToolCall, Usage
from tyler_tui.messages import INTERRUPTED_RESULT, for_model, parse_arguments

texts = st.sampled_from(["", " \n", "some words", "\ud800", "漢字\x1b[2J"])
ids = st.sampled_from(["a", "b", "c", "d"])
calls = st.lists(
    st.builds(ToolCall, ids, st.sampled_from(["read", "rm -rf /", "", "x" * 99])), max_size=3
)
messages = st.one_of(
    st.builds(Message, st.just("user"), texts),
    st.builds(Message, st.just("system"), texts),
    st.builds(
        Message,
        st.just("assistant"),
        texts,
        tool_calls=st.none() | calls,
        status=st.sampled_from(MessageStatus),
    ),
    st.builds(Message, st.just("tool"), texts, tool_call_id=ids),
)


@st.composite
def orderly_logs(draw: st.DrawFn) -> list[Message]:
    """Messages as turns leave them behind: prompts, answers, calls with their results."""
    log: list[Message] = []
    number = 0
    for _ in range(draw(st.integers(1, 4))):
        log.append(Message("user", draw(st.sampled_from(["hello", "go on"]))))
        for _ in range(draw(st.integers(0, 3))):
            made = [ToolCall(f"c{number + n}", "read") for n in range(draw(st.integers(0, 3)))]
            number += len(made)
            status = draw(st.sampled_from(MessageStatus))
            log.append(Message("assistant", draw(texts), tool_calls=made or None, status=status))
            log += [Message("tool", "ok", tool_call_id=call.id) for call in made]
    return log


def accepts(request: list[Message]) -> None:
    """What the strictest provider demands of a request."""
    seen: set[str] = set()
    open_calls: list[str] = []
    previous = "tool"
    for message in request:
        if message.role == "tool":
            assert message.tool_call_id == open_calls.pop(0)
            previous = "tool"
            continue
        assert not open_calls
        assert message.role in ("user", "assistant")
        assert message.role != previous
        open_calls = [call.id for call in message.tool_calls or ()]
        assert len(set(open_calls)) == len(open_calls)
        assert not seen & set(open_calls)
        seen |= set(open_calls)
        for call in message.tool_calls or ():
            assert re.fullmatch(r"[A-Za-z0-9_-]{1,64}", call.name)
        if message.role == "assistant":
            assert message.content.strip() or message.tool_calls
        previous = message.role
    assert not open_calls
    assert not request or request[0].role == "user"


@given(log=orderly_logs(), data=st.data())
def test_a_thread_cut_anywhere_makes_a_request_that_a_provider_accepts(
    log: list[Message], data: st.DataObject
) -> None:
    cut = log[: data.draw(st.integers(0, len(log)))]
    request = for_model([*cut, Message("user", "and now?")])
    accepts(request)
    assert request[-1].role == "user"
    kept = {m.tool_call_id for m in cut if m.role == "tool"}
    for message in request:
        if message.role == "tool":
            assert (message.content == "ok") is (message.tool_call_id in kept)


@given(st.lists(messages, max_size=10))
def test_whatever_is_in_a_thread_makes_a_request_that_a_provider_accepts(
    log: list[Message],
) -> None:
    before = [message.to_dict() for message in log]
    accepts(for_model(log))
    assert [message.to_dict() for message in log] == before


@given(st.lists(messages, max_size=10))
def test_no_word_of_the_user_or_the_model_is_lost_on_the_way(log: list[Message]) -> None:
    sent = "\n".join(message.content for message in for_model(log))
    for message in log:
        if message.role in ("user", "assistant"):
            assert message.content.strip() in sent


def test_prompts_that_follow_each_other_are_sent_as_one() -> None:
    image = Attachment("a.png", b"png", "image/png")
    log = [Message("user", "one", attachments=[image]), Message("user", "two")]
    (sent,) = for_model(log)
    assert sent.content == "one\n\ntwo"
    assert sent.attachments == [image]


def test_a_call_without_a_result_is_said_to_have_been_interrupted() -> None:
    log = [Message("user", "hi"), Message("assistant", tool_calls=[ToolCall("a", "read")])]
    sent = for_model(log)
    assert [message.role for message in sent] == ["user", "assistant", "tool"]
    assert (sent[-1].content, sent[-1].tool_call_id) == (INTERRUPTED_RESULT, "a")


def test_of_two_results_of_one_call_the_first_is_sent_alone() -> None:
    call = ToolCall("c", "act")
    log = [
        Message("user", "go"),
        Message("assistant", "", tool_calls=[call]),
        Message("tool", "it ran", tool_call_id="c"),
        Message("tool", "it ran again", tool_call_id="c"),
    ]
    assert [m.content for m in for_model(log) if m.role == "tool"] == ["it ran"]


def test_a_thread_that_begins_with_the_assistant_is_given_an_opening() -> None:
    sent = for_model([Message("assistant", "Welcome!"), Message("user", "hi")])
    assert [message.role for message in sent] == ["user", "assistant", "user"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
arguments = st.dictionaries(st.text(max_size=4), json_values, max_size=2)
whole_messages = st.builds(
    Message,
    st.sampled_from(["system", "user", "assistant"]),
    st.text(),
    name=st.none() | st.text(max_size=5),
    tool_calls=st.none()
    | st.lists(st.builds(ToolCall, ids, st.text(max_size=5), arguments), min_size=1, max_size=2),
    attachments=st.lists(st.builds(Attachment, st.text(max_size=5), st.binary()), max_size=2),
    status=st.sampled_from(MessageStatus),
    reasoning_content=st.text(max_size=5),
    usage=st.none()
    | st.builds(Usage, *[st.integers(0, 9)] * 5, st.booleans()).filter(lambda u: u != Usage()),
    metrics=st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)


@given(whole_messages)
def test_a_message_survives_its_json_form(message: Message) -> None:
    again = Message.from_dict(json.loads(json.dumps(message.to_dict())))
    for part in fields(Message):
        assert getattr(again, part.name) == getattr(message, part.name), part.name


def test_a_thread_survives_its_json_form_with_all_branches() -> None:
    thread = Thread(title="t", name="n", attributes={"a": 1})
    thread.add_message(Message("user", "one"))
    thread.add_message(Message("assistant", "two"))
    thread.add_root(Message("user", "another"))
    again = Thread.from_dict(json.loads(json.dumps(thread.to_dict())))
    assert again.to_dict() == thread.to_dict()
    assert [m.content for m in again.messages] == ["another"]


def test_a_message_must_have_a_role_that_exists() -> None:
    with pytest.raises(ValueError, match="role"):
        Message("robot")  # type: ignore[arg-type]


def test_a_result_must_name_its_call() -> None:
    with pytest.raises(ValueError, match="tool_call_id"):
        Message("tool", "ok")


@pytest.mark.parametrize("raw", ["{", "nonsense", '{"a": Infinity}', "[1]", '"a"', "null", "3"])
def test_arguments_that_are_no_object_are_empty_with_the_reason(raw: str) -> None:
    parsed, problem = parse_arguments(raw)
    assert parsed == {}
    assert problem


def test_arguments_may_come_as_an_object() -> None:
    assert parse_arguments({"a": 1}) == ({"a": 1}, "")
    assert parse_arguments(None) == ({}, "")


def test_usage_adds_up_and_stays_marked_as_estimated() -> None:
    total = Usage(1, 2, 3, 1, 1) + Usage(10, 20, 30, estimated=True)
    assert total == Usage(11, 22, 33, 1, 1, estimated=True)


def branched() -> tuple[Thread, dict[str, Message]]:
    """one -> two -> three, and four beside two with five below it."""
    thread = Thread()
    made: dict[str, Message] = {}
    for text, parent in [
        ("one", None),
        ("two", "one"),
        ("three", "two"),
        ("four", "one"),
        ("five", "four"),
    ]:
        made[text] = Message("user", text, parent_id=made[parent].id if parent else None)
        thread.add_message(made[text])
    return thread, made


def test_a_sibling_starts_a_branch_and_becomes_the_current_one() -> None:
    thread, made = branched()
    assert [m.content for m in thread.messages] == ["one", "four", "five"]
    assert [m.content for m in thread.siblings(made["two"].id)] == ["two", "four"]
    assert len(thread.all_messages) == 5


def test_switching_shows_the_branch_up_to_its_newest_message() -> None:
    thread, made = branched()
    thread.switch_to(made["two"].id)
    assert [m.content for m in thread.messages] == ["one", "two", "three"]
    thread.switch_to(made["one"].id)
    assert [m.content for m in thread.messages] == ["one", "four", "five"]


def test_a_message_behind_the_switch_joins_the_branch_that_is_shown() -> None:
    thread, made = branched()
    thread.switch_to(made["two"].id)
    thread.add_message(Message("user", "six"))
    assert [m.content for m in thread.messages] == ["one", "two", "three", "six"]


def test_a_message_is_added_once_and_behind_a_parent_that_is_there() -> None:
    thread, made = branched()
    with pytest.raises(ValueError, match="already"):
        thread.add_message(made["two"])
    with pytest.raises(ValueError, match="parent"):
        thread.add_message(Message("user", parent_id="nobody"))


def test_a_parent_that_is_missing_ends_the_branch_and_not_the_program() -> None:
    orphan = Message("assistant", "alone", parent_id="never stored")
    assert Thread(messages=[orphan]).messages == [orphan]


def test_totals_are_of_all_branches_and_an_unknown_price_makes_the_cost_unknown() -> None:
    thread = Thread()
    for cost in (0.5, 0.25):
        thread.add_root(Message("assistant", "x", usage=Usage(1, 1, 2), metrics={"cost_usd": cost}))
    assert thread.usage == Usage(2, 2, 4)
    assert thread.cost_usd == 0.75
    thread.add_message(Message("assistant", "x", usage=Usage(1, 1, 2)))
    assert thread.cost_usd is None


def test_times_are_aware_and_a_new_message_moves_the_thread_on() -> None:
    thread = Thread(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    thread.add_message(Message("user", "hi"))
    assert thread.updated_at > thread.created_at
    assert thread.messages[0].timestamp.utcoffset() is not None
