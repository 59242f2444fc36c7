"""A turn put together from its events."""

import pytest

from tests.agent.readers.sources import Source, complete, selected, text, thought
from tests.agent.scripted import (
    ScriptedProvider,
    agent_with,
    calls,
    ending,
    thread_with,
    words,
)
from tyler_tui import Collected, EventType, ProviderError, buffered, collected, guarded
from tyler_tui.messages import Usage
from tyler_tui.providers import Delta


def act(what: str) -> str:
    """Act."""
    if what == "fail":
        raise ValueError("I cannot")
    return f"did {what}"


def script() -> ScriptedProvider:
    return ScriptedProvider(
        [
            Delta(thinking="First "),
            Delta(thinking="this."),
            *calls(("act", '{"what": "a"}', "x"), ("act", '{"what": "fail"}', "y"), text="Wait."),
        ],
        [Delta(thinking="Then that."), *words("All ", "done."), *ending()],
    )


async def test_it_holds_what_awaiting_the_agent_would_have_given() -> None:
    awaited = await agent_with(script(), tools=[act]).go(thread_with())
    result = await collected(agent_with(script(), tools=[act]).go(thread_with()))
    assert result.content == awaited.content == "All done."
    assert result.usage == awaited.usage == Usage(20, 10, 30)
    assert result.outcome is awaited.outcome is EventType.EXECUTION_COMPLETE
    assert result.success
    assert result.duration_ms
    assert [m.content for m in result.messages] == [m.content for m in awaited.new_messages]
    assert result.thinking == "First this.\n\nThen that."


async def test_calls_are_found_by_their_ids_with_what_came_of_them() -> None:
    result = await collected(agent_with(script(), tools=[act]).go(thread_with()))
    assert list(result.tool_calls) == ["x", "y"]
    good, bad = result.tool_calls["x"], result.tool_calls["y"]
    assert (good.name, good.arguments, good.result, good.error) == (
        "act", {"what": "a"}, "did a", None,
    )  # fmt: skip
    assert bad.result is None
    assert bad.error is not None
    assert "I cannot" in bad.error
    assert good.duration_ms is not None


async def test_it_reads_any_events_kept_ones_and_other_readers() -> None:
    stream = agent_with(script(), tools=[act]).go(thread_with())
    live = await collected(buffered(stream, chunks=100))
    kept = await collected(stream.events)
    assert (kept.content, kept.thinking, kept.usage) == (live.content, live.thinking, live.usage)
    assert kept.tool_calls == live.tool_calls


async def test_a_turn_that_failed_is_told_not_raised() -> None:
    provider = ScriptedProvider([*words("So far"), ProviderError("Gone.")])
    result = await collected(agent_with(provider).go(thread_with()))
    assert (result.content, result.error) == ("So far", "Gone.")
    assert result.outcome is EventType.EXECUTION_ERROR
    assert not result.success


async def test_what_the_source_raises_is_raised_unless_it_is_guarded() -> None:
    with pytest.raises(OSError, match="gone"):
        await collected(Source(text("a"), OSError("gone")))
    result = await collected(guarded(Source(text("a"), OSError("gone"))))
    assert (result.content, result.error) == ("a", "OSError: gone")


def test_a_turn_that_is_under_way_can_be_looked_at() -> None:
    result = Collected()
    for event in (thought("hm"), text("So "), text("far"), selected()):
        result.add(event)
    assert (result.content, result.thinking, result.outcome) == ("So far", "hm", None)
    assert result.tool_calls["c"].result is None
    result.add(complete())
    assert result.success


async def test_the_last_answer_counts_even_if_a_model_call_after_it_said_nothing() -> None:
    provider = ScriptedProvider(
        calls(("act", '{"what": "a"}'), text="Here."), [*ending("stop")]
    )  # the second call ends without a word, which is an error
    result = await collected(agent_with(provider, tools=[act]).go(thread_with()))
    assert result.content == "Here."
    assert not result.success


async def test_a_stream_can_be_read_from_its_middle() -> None:
    stream = agent_with(script(), tools=[act]).go(thread_with())
    await collected(stream)
    ends = [event for event in stream.events if event.type is not EventType.TOOL_SELECTED]
    result = await collected(ends)
    assert result.tool_calls["x"].result == "did a"
    assert result.content == "All done."


async def test_nothing_gives_nothing() -> None:
    result = await collected([])
    assert (result.content, result.tool_calls, result.outcome) == ("", {}, None)
