"""How an answer ends, and what becomes of its text; trying again."""

import asyncio

import pytest

from tests.agent.scripted import (
    USAGE,
    Script,
    ScriptedProvider,
    agent_with,
    collect,
    names,
    of,
    one,
    says,
    text_of,
    thread_with,
    words,
)
from tyler_tui import EventType, MessageStatus, ProviderError
from tyler_tui.providers import CallDelta, Delta


async def test_an_answer_that_reached_its_length_is_kept_as_truncated_and_is_no_error() -> None:
    thread = thread_with()
    events = await collect(
        agent_with(ScriptedProvider(says("Once upon", reason="length"))).go(thread)
    )
    assert thread.messages[-1].status is MessageStatus.TRUNCATED
    assert one(events, EventType.LLM_RESPONSE)["finish_reason"] == "length"
    assert events[-1].type is EventType.EXECUTION_COMPLETE


async def test_an_answer_that_reached_its_length_before_a_word_is_an_error() -> None:
    thread = thread_with()
    script = [Delta(thinking="Hmmm"), Delta(finish_reason="length")]
    events = await collect(agent_with(ScriptedProvider(script)).go(thread))
    data = one(events, EventType.EXECUTION_ERROR)
    assert data["kind"] == "truncated"
    assert "limit" in data["hint"]
    assert thread.messages[-1].reasoning_content == "Hmmm"


async def test_the_content_filter_ends_the_turn_and_the_text_is_kept() -> None:
    thread = thread_with()
    events = await collect(
        agent_with(ScriptedProvider(says("Well", reason="content_filter"))).go(thread)
    )
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "content_filter"
    assert thread.messages[-1].content == "Well"
    assert thread.messages[-1].status is MessageStatus.ERROR


async def test_an_answer_without_a_finish_reason_broke_off() -> None:
    thread = thread_with()
    events = await collect(agent_with(ScriptedProvider(words("Half an ans"))).go(thread))
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "truncated"
    assert not of(events, EventType.LLM_RESPONSE)
    assert text_of(events) == thread.messages[-1].content == "Half an ans"
    assert thread.messages[-1].status is MessageStatus.TRUNCATED


async def test_a_connection_lost_in_mid_answer_truncates_it() -> None:
    thread = thread_with()
    script: Script = [*words("Half"), ProviderError("Gone.", kind="network", retryable=True)]
    events = await collect(agent_with(ScriptedProvider(script)).go(thread))
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "network"
    assert one(events, EventType.MESSAGE_CREATED)["message"] is thread.messages[-1]
    assert thread.messages[-1].status is MessageStatus.TRUNCATED


@pytest.mark.parametrize("pieces", [(), (" ", "\n")])
async def test_an_answer_without_a_word_is_an_error(pieces: tuple[str, ...]) -> None:
    events = await collect(agent_with(ScriptedProvider(says(*pieces))).go(thread_with()))
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "empty"


async def test_nothing_joins_the_thread_when_nothing_arrived() -> None:
    thread = thread_with()
    await collect(agent_with(ScriptedProvider([Delta(finish_reason="stop")])).go(thread))
    assert len(thread.messages) == 1


async def test_calls_of_an_answer_that_broke_off_are_not_kept_and_not_run() -> None:
    ran = []
    thread = thread_with()

    def act() -> str:
        """Act."""
        ran.append(True)
        return "acted"

    script = [*words("Let me"), Delta(calls=(CallDelta(0, "a", "act", "{}"),))]
    await collect(agent_with(ScriptedProvider(script), tools=[act]).go(thread))
    assert not ran
    assert thread.messages[-1].content == "Let me"
    assert thread.messages[-1].tool_calls is None


async def test_a_finish_reason_of_the_providers_own_is_passed_on() -> None:
    events = await collect(agent_with(ScriptedProvider(says("Hi", reason="odd"))).go(thread_with()))
    assert one(events, EventType.LLM_RESPONSE)["finish_reason"] == "odd"
    assert events[-1].type is EventType.EXECUTION_COMPLETE


async def test_usage_of_several_calls_adds_up_with_its_parts() -> None:
    def act() -> str:
        """Act."""
        return "acted"

    first = [
        Delta(calls=(CallDelta(0, "a", "act", "{}"),), usage=USAGE, finish_reason="tool_calls")
    ]
    provider = ScriptedProvider(first, says("Done."), price=0.01)
    result = await agent_with(provider, tools=[act]).go(thread_with())
    assert result.usage == USAGE + USAGE
    assert result.cost_usd == pytest.approx(0.3)
    assert result.thread.usage == result.usage
    assert result.thread.cost_usd == result.cost_usd


def overloaded(retry_after_s: float | None = 0.0) -> ProviderError:
    return ProviderError("Busy.", kind="overloaded", retryable=True, retry_after_s=retry_after_s)


async def test_a_failure_before_the_first_byte_is_tried_again_and_told() -> None:
    thread = thread_with()
    provider = ScriptedProvider([overloaded()], [overloaded()], says("There."))
    events = await collect(agent_with(provider, retries=2).go(thread))
    assert [event.data for event in of(events, EventType.RETRY)] == [
        {"attempt": 1, "wait_s": 0.0, "reason": "Busy."},
        {"attempt": 2, "wait_s": 0.0, "reason": "Busy."},
    ]
    assert thread.messages[-1].content == "There."
    assert len(of(events, EventType.LLM_REQUEST)) == 1
    assert provider.closed == 3


@pytest.mark.parametrize("cut", [[], [Delta(usage=USAGE)]])
async def test_a_stream_that_closes_before_its_first_word_is_tried_again(cut: Script) -> None:
    provider = ScriptedProvider(cut, says("Now."))
    events = await collect(agent_with(provider, retries=1).go(thread_with()))
    assert "closed the stream" in one(events, EventType.RETRY)["reason"]
    assert one(events, EventType.LLM_RESPONSE)["content"] == "Now."


@pytest.mark.parametrize("retries", [0, 1, 2, 3])
async def test_retries_end(retries: int) -> None:
    provider = ScriptedProvider(*[[overloaded()] for _ in range(retries + 2)])
    events = await collect(agent_with(provider, retries=retries).go(thread_with()))
    assert names(events)[2:] == ["RETRY"] * retries + ["EXECUTION_ERROR"]
    assert len(provider.requests) == retries + 1


async def test_what_is_no_use_to_try_again_is_not_tried_again() -> None:
    provider = ScriptedProvider([ProviderError("Who?", kind="authentication")])
    events = await collect(agent_with(provider, retries=2).go(thread_with()))
    assert not of(events, EventType.RETRY)


@pytest.mark.parametrize(
    "first",
    [
        Delta(text="H"),
        Delta(thinking="H"),
        Delta(calls=(CallDelta(0, "a", "b"),)),
    ],
)
async def test_nothing_is_tried_again_once_something_arrived(first: Delta) -> None:
    provider = ScriptedProvider([first, overloaded()])
    events = await collect(agent_with(provider, retries=2).go(thread_with()))
    assert not of(events, EventType.RETRY)
    assert len(provider.requests) == 1


async def test_an_answer_that_is_too_long_has_its_stream_closed_before_it_is_told() -> None:
    provider = ScriptedProvider([*words("so far", " and on"), *says("for ever")])
    closed = []
    async for event in agent_with(provider, max_characters=8).go(thread_with()):
        if event.type is EventType.MESSAGE_CREATED:
            closed.append(provider.closed)
    assert closed == [1]


async def test_usage_of_an_attempt_that_failed_is_forgotten() -> None:
    thread = thread_with()
    failed: Script = [Delta(usage=USAGE, finish_reason="stop"), overloaded()]
    provider = ScriptedProvider(failed, words("Half"))
    events = await collect(agent_with(provider, retries=1).go(thread))
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "truncated"
    assert thread.messages[-1].usage is not None
    assert thread.messages[-1].usage.estimated


async def test_waits_grow_when_the_provider_names_none() -> None:
    provider = ScriptedProvider([overloaded(None)], [overloaded(None)], says("There."))
    began = asyncio.get_running_loop().time()
    events = await collect(agent_with(provider, retries=2).go(thread_with()))
    first, second = (event.data["wait_s"] for event in of(events, EventType.RETRY))
    assert 0.4 <= first <= 0.6
    assert 0.8 <= second <= 1.2
    assert asyncio.get_running_loop().time() - began >= first + second


async def test_a_wait_that_the_provider_names_is_kept() -> None:
    provider = ScriptedProvider([overloaded(0.1)], says("There."))
    began = asyncio.get_running_loop().time()
    events = await collect(agent_with(provider, retries=1).go(thread_with()))
    assert one(events, EventType.RETRY)["wait_s"] == 0.1
    assert asyncio.get_running_loop().time() - began >= 0.1


async def test_a_wait_too_long_to_sit_out_is_reported_instead() -> None:
    provider = ScriptedProvider([overloaded(3600)])
    events = await collect(agent_with(provider, retries=2).go(thread_with()))
    assert not of(events, EventType.RETRY)
    assert one(events, EventType.EXECUTION_ERROR)["retry_after_s"] == 3600
