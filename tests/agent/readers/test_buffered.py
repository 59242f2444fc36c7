"""Text in fewer pieces: when it is joined, when it comes out, and that nothing is lost."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.agent.readers.sources import Source, complete, forever, selected, shown, text, thought
from tests.agent.scripted import (
    Pause,
    ScriptedProvider,
    agent_with,
    calls,
    collect,
    ending,
    says,
    thread_with,
    words,
)
from tyler_tui import EventType, ExecutionEvent, buffered

DAYS = 86_400.0


async def joined(source: Source, **limits: float | None) -> list[str]:
    chosen = {"seconds": None} | limits
    return shown([event async for event in buffered(source, **chosen)])  # type: ignore[arg-type]


async def test_text_comes_out_when_so_many_pieces_are_there() -> None:
    source = Source(*map(text, "abcde"), complete())
    assert await joined(source, chunks=2) == ["ab", "cd", "e", "EXECUTION_COMPLETE"]


async def test_text_comes_out_when_so_many_characters_are_there() -> None:
    source = Source(*map(text, ["a", "bc", "defgh", "i"]), complete())
    assert await joined(source, characters=3) == ["abc", "defgh", "i", "EXECUTION_COMPLETE"]


async def test_whichever_limit_is_reached_first_counts() -> None:
    source = Source(*map(text, ["a", "b", "cccc", "d", "e", "f"]), complete())
    assert await joined(source, chunks=3, characters=4, seconds=DAYS) == [
        "abcccc",
        "def",
        "EXECUTION_COMPLETE",
    ]


async def test_text_comes_out_after_its_time_though_the_model_says_no_more() -> None:
    source = Source(text("a"), text("b"), forever)
    async with buffered(source, chunks=100, seconds=0.01) as events:
        iterator = aiter(events)
        async with asyncio.timeout(60):
            assert shown([await anext(iterator)]) == ["ab"]


async def test_a_model_that_never_pauses_does_not_put_off_the_time() -> None:
    source = Source(*(text("x") for _ in range(20_000)), complete())
    pieces = await joined(source, seconds=0.001)
    assert len(pieces) > 3
    assert "".join(pieces[:-1]) == "x" * 20_000


async def test_without_limits_text_is_held_until_something_else_happens() -> None:
    source = Source(text("a"), text("b"), selected(), text("c"), text("d"), complete())
    assert await joined(source) == ["ab", "TOOL_SELECTED", "cd", "EXECUTION_COMPLETE"]


async def test_thinking_is_joined_too_and_never_with_the_answer_or_another_kind() -> None:
    source = Source(
        thought("a"), thought("b"), text("c"), thought("d"), thought("e", "thinking"), complete()
    )
    assert await joined(source, chunks=9) == ["(ab)", "c", "(d)", "(e)", "EXECUTION_COMPLETE"]


async def test_what_is_held_comes_out_when_the_source_ends_without_a_word() -> None:
    assert await joined(Source(text("a"), text("b")), chunks=9) == ["ab"]


async def test_what_is_held_comes_out_before_an_error_is_raised() -> None:
    events = aiter(buffered(Source(text("a"), text("b"), OSError("gone")), chunks=9))
    assert shown([await anext(events)]) == ["ab"]
    with pytest.raises(OSError, match="gone"):
        await anext(events)


async def test_a_joined_event_keeps_what_else_its_pieces_say() -> None:
    (event,) = [
        event
        async for event in buffered(Source(thought("a", "thinking"), thought("b", "thinking")))
    ]
    assert event.data == {"thinking_chunk": "ab", "thinking_type": "thinking"}


async def test_at_most_one_event_is_read_ahead_of_a_slow_reader() -> None:
    source = Source(*(selected() for _ in range(100)))
    async with buffered(source) as events:
        iterator = aiter(events)  # held on to, or it would stop
        await anext(iterator)
        for _ in range(50):
            await asyncio.sleep(0)
        assert source.given <= 3


async def test_the_events_of_an_agent_stay_well_formed() -> None:

    def act() -> str:
        """Act."""
        return "acted"

    provider = ScriptedProvider(calls(("act", "{}"), text="Let me act."), says(*"It is done."))
    stream = agent_with(provider, tools=[act]).go(thread_with())
    events = await collect(buffered(stream, chunks=4))
    assert [piece for piece in shown(events) if piece not in EventType.__members__] == [
        "Let me act.", "It i", "s do", "ne.",
    ]  # fmt: skip


async def test_a_slow_model_is_shown_in_time_through_an_agent() -> None:
    pause = Pause()
    provider = ScriptedProvider([*words("slo"), pause, *words("w"), *ending()])
    async with buffered(agent_with(provider).go(thread_with()), seconds=0.01) as events:
        async with asyncio.timeout(60):
            async for event in events:
                if event.type is EventType.LLM_STREAM_CHUNK:
                    break
        assert not pause.go_on.is_set()
        assert event.data["content_chunk"] == "slo"


@pytest.mark.parametrize("limit", ["chunks", "characters", "seconds"])
def test_a_limit_that_cannot_be_is_refused_by_its_name(limit: str) -> None:
    with pytest.raises(ValueError, match=limit):
        buffered(Source(), **{limit: 0})


@given(
    st.lists(
        st.one_of(
            st.text(max_size=5).map(text), st.text(max_size=5).map(thought), st.builds(selected)
        )
    ),
    st.one_of(st.none(), st.integers(1, 5)),
    st.one_of(st.none(), st.integers(1, 8)),
)
def test_nothing_is_lost_doubled_or_moved(
    events: list[ExecutionEvent], chunks: int | None, characters: int | None
) -> None:
    def as_one(events: list[ExecutionEvent]) -> str:
        return "".join(shown(events)).replace(")(", "")

    async def read() -> list[ExecutionEvent]:
        reader = buffered(Source(*events), chunks=chunks, characters=characters, seconds=None)
        return [event async for event in reader]

    assert as_one(asyncio.run(read())) == as_one(events)
