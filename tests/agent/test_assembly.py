"""Tool calls from fragments, however a provider cuts, mixes and labels them."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tyler_tui.agent.assembly import CallAssembler
from tyler_tui.messages import ToolCall
from tyler_tui.providers import CallDelta

values = st.none() | st.integers() | st.text(max_size=8) | st.just({"nested": ['"}{', {}]})
arguments_of_a_call = st.dictionaries(st.text(max_size=6), values, max_size=3)
RELAXED = settings(max_examples=40)
wanted_calls = st.lists(
    st.tuples(st.sampled_from(["read", "files-read", "write"]), arguments_of_a_call),
    min_size=1,
    max_size=4,
)


def assembled(fragments: list[CallDelta]) -> list[ToolCall]:
    assembler = CallAssembler()
    for fragment in fragments:
        assembler.add(fragment)
    return assembler.calls()


@st.composite
def cut(draw: st.DrawFn, text: str) -> list[str]:
    """`text` in pieces."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


@st.composite
def interleaved(draw: st.DrawFn, labels: str) -> tuple[list[tuple[str, Any]], list[CallDelta]]:
    """Calls, and their fragments in an order that a stream could have: those of one call in
    theirs, mixed with those of the others."""
    calls = draw(wanted_calls)
    queues = []
    for number, (name, arguments) in enumerate(calls):
        id = f"id{number}"
        index = None if labels == "ids alone" else 0 if labels == "index 0" else number
        first = CallDelta(index, id, name, "")
        rest = [
            CallDelta(index, "" if labels == "indexes" else id, "", piece)
            for piece in draw(cut(json.dumps(arguments, ensure_ascii=draw(st.booleans()))))
        ]
        queues.append([first, *rest])
    order = draw(st.permutations([n for n, queue in enumerate(queues) for _ in queue]))
    return calls, [queues[number].pop(0) for number in order]


@pytest.mark.parametrize("labels", ["indexes", "ids and indexes", "ids alone", "index 0"])
@RELAXED
@given(data=st.data())
def test_any_mixture_of_fragments_gives_the_calls(labels: str, data: st.DataObject) -> None:
    wanted, fragments = data.draw(interleaved(labels))
    calls = sorted(assembled(fragments), key=lambda call: call.id)
    assert [(call.name, call.arguments) for call in calls] == wanted
    assert not any(call.problem for call in calls)


@RELAXED
@given(wanted_calls)
def test_calls_without_any_label_follow_each_other(wanted: list[tuple[str, Any]]) -> None:
    fragments = []
    for name, arguments in wanted:
        text = json.dumps(arguments)
        fragments += [
            CallDelta(name=name),
            CallDelta(arguments=text[:2]),
            CallDelta(arguments=text[2:]),
        ]
    calls = assembled(fragments)
    assert [(call.name, call.arguments) for call in calls] == wanted
    assert len({call.id for call in calls}) == len(calls)


@RELAXED
@given(st.lists(st.builds(
    CallDelta,
    st.none() | st.integers(-1, 2),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["", "x", "y z", "\x1b[2J"]),
    st.text('{}[]":,ab1 ', max_size=6),
), max_size=8))  # fmt: skip
def test_whatever_comes_gives_calls_with_objects_and_ids_of_their_own(
    fragments: list[CallDelta],
) -> None:
    calls = assembled(fragments)
    assert len({call.id for call in calls}) == len(calls)
    assert all(call.id and isinstance(call.arguments, dict) for call in calls)
    assert all(not call.arguments for call in calls if call.problem)


def test_a_name_may_come_in_pieces_or_in_every_fragment() -> None:
    split = [CallDelta(0, "a", "files-"), CallDelta(0, "a", "read", "{}")]
    repeated = [CallDelta(0, "a", "files-read", "{"), CallDelta(0, "a", "files-read", "}")]
    assert [call.name for call in assembled(split) + assembled(repeated)] == ["files-read"] * 2


def test_a_new_id_on_a_used_index_is_a_new_call() -> None:
    fragments = [CallDelta(0, "a", "read", '{"n": 1}'), CallDelta(0, "b", "read", '{"n": 2}')]
    assert [(c.id, c.arguments) for c in assembled(fragments)] == [("a", {"n": 1}), ("b", {"n": 2})]


def test_an_id_may_come_late() -> None:
    (call,) = assembled([CallDelta(0, "", "read", "{"), CallDelta(0, "a", "", "}")])
    assert (call.id, call.name, call.arguments) == ("a", "read", {})


def test_objects_that_were_glued_together_are_calls_of_their_own() -> None:
    calls = assembled([CallDelta(0, "a", "read", '{"n": 1} {"n": 2}')])
    assert [call.arguments for call in calls] == [{"n": 1}, {"n": 2}]
    assert calls[0].id == "a" != calls[1].id


@pytest.mark.parametrize("rest", ["{", "x", "[]", "1"])
def test_an_object_with_something_else_behind_it_is_no_call(rest: str) -> None:
    (call,) = assembled([CallDelta(0, "a", "read", '{"n": 1}' + rest)])
    assert call.problem
    assert call.arguments == {}


@pytest.mark.parametrize("text", ["", "  ", "{}"])
def test_no_arguments_are_an_empty_object(text: str) -> None:
    (call,) = assembled([CallDelta(0, "a", "read", text)])
    assert (call.arguments, call.problem) == ({}, "")


def test_arguments_too_deep_to_read_are_a_problem_and_no_crash() -> None:
    (call,) = assembled([CallDelta(0, "a", "read", '{"a":' * 100_000)])
    assert "not valid JSON" in call.problem


def test_ids_that_the_thread_has_already_are_made_anew() -> None:
    assembler = CallAssembler()
    assembler.add(CallDelta(0, "a", "read", "{}"))
    assert assembler.calls({"a"})[0].id not in ("", "a")
