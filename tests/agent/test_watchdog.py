"""Silence of the model: noticed, told, and ended; a slow reader is no silent model."""

import asyncio
import threading
import time
from dataclasses import replace

import pytest

from tests.agent.scripted import (
    QUICK,
    Pause,
    Script,
    ScriptedProvider,
    agent_with,
    check,
    collect,
    of,
    one,
    says,
    text_of,
    thread_with,
    words,
)
from tyler_tui import EventType, ExecutionEvent, MessageStatus, Timeouts
from tyler_tui.agent import watchdog
from tyler_tui.agent.watchdog import Watchdog


async def test_a_model_that_never_begins_times_out() -> None:
    thread = thread_with()
    provider = ScriptedProvider([Pause()])
    events = await collect(agent_with(provider, timeouts=QUICK).go(thread))
    data = one(events, EventType.EXECUTION_ERROR)
    assert data["kind"] == "timeout"
    assert data["retryable"]
    assert data["duration_ms"] >= 500
    assert provider.closed == 1


async def test_a_time_out_before_the_first_byte_is_tried_again() -> None:
    provider = ScriptedProvider([Pause()], says("There."))
    agent = agent_with(provider, timeouts=QUICK, retries=1)
    stream = agent.go(thread_with())
    async for event in stream:
        if event.type is EventType.RETRY:
            stream.cancel()
    assert "Nothing arrived for 0.5 s" in one(stream.events, EventType.RETRY)["reason"]


async def test_a_model_that_falls_silent_times_out_and_its_text_is_kept() -> None:
    thread = thread_with()
    provider = ScriptedProvider([*words("Half"), Pause()])
    events = await collect(agent_with(provider, timeouts=QUICK).go(thread))
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "timeout"
    assert "0.4 s" in one(events, EventType.EXECUTION_ERROR)["message"]
    assert thread.messages[-1].content == "Half"
    assert thread.messages[-1].status is MessageStatus.TRUNCATED


async def test_the_idle_limit_counts_though_the_limit_for_the_first_token_is_longer() -> None:
    timeouts = replace(QUICK, first_token_s=60, stalled_notice_s=60)
    provider = ScriptedProvider([*words("Half"), Pause()])
    async with asyncio.timeout(60):
        events = await collect(agent_with(provider, timeouts=timeouts).go(thread_with()))
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "timeout"


async def test_an_answer_that_never_ends_is_ended_though_it_never_falls_silent() -> None:
    thread = thread_with()
    timeouts = Timeouts(answer_s=0.1)

    async def breath() -> None:
        await asyncio.sleep(0.005)

    step: Script = [*words("on "), breath]
    for_ever = [*step] * 1000
    events = await collect(agent_with(ScriptedProvider(for_ever), timeouts=timeouts).go(thread))
    error = one(events, EventType.EXECUTION_ERROR)
    assert error["kind"] == "truncated"
    assert "0.1 s" in error["message"]
    assert thread.messages[-1].content == text_of(events)
    assert thread.messages[-1].status is MessageStatus.TRUNCATED


async def test_the_time_of_the_reader_does_not_count_as_the_answers() -> None:
    agent = agent_with(ScriptedProvider(says("a", "b", "c")), timeouts=Timeouts(answer_s=0.6))

    async def slow_listener(event: ExecutionEvent) -> None:
        await asyncio.sleep(0.2)

    assert (await agent.run(thread_with(), slow_listener)).content == "abc"


async def test_silence_is_told_and_told_again_ever_more_seldom() -> None:
    thread = thread_with()
    pause = Pause()
    timeouts = Timeouts(first_token_s=60, idle_s=60, stalled_notice_s=0.02)
    stream = agent_with(ScriptedProvider([pause, *says("Yes")]), timeouts=timeouts).go(thread)
    silences = []
    async for event in stream:
        if event.type is EventType.STALLED:
            silences.append(event.data["silent_s"])
            if len(silences) == 3:
                pause.go_on.set()
    assert silences[0] >= 0.02
    assert silences[1] >= 0.04
    assert silences[2] >= 0.08
    assert thread.messages[-1].content == "Yes"


async def test_a_slow_reader_is_no_silent_model() -> None:
    timeouts = Timeouts(first_token_s=0.3, idle_s=0.3, stalled_notice_s=0.3)
    agent = agent_with(ScriptedProvider(says("a", "b", "c")), timeouts=timeouts)
    heard = []

    async def slow_listener(event: ExecutionEvent) -> None:
        heard.append(event)
        await asyncio.sleep(0.35)  # longer than every limit

    result = await agent.run(thread_with(), slow_listener)
    assert result.success
    assert result.content == "abc"
    assert not of(heard, EventType.STALLED)


async def test_a_note_of_silence_never_comes_behind_the_end() -> None:
    hearing = Pause()
    heard = []

    async def slow_listener(event: ExecutionEvent) -> None:
        if event.type is EventType.STALLED:
            await hearing()
        heard.append(event)

    timeouts = Timeouts(stalled_notice_s=0.02)
    agent = agent_with(ScriptedProvider([Pause()]), timeouts=timeouts)
    running = asyncio.create_task(agent.run(thread_with(), slow_listener))
    await hearing.reached.wait()
    running.cancel()
    await asyncio.wait([running])
    hearing.go_on.set()
    await asyncio.sleep(0.01)
    check(heard)


async def test_a_cancel_counts_though_the_time_was_up_already() -> None:
    async def wait() -> None:
        with Watchdog(QUICK, lambda silent: None):
            try:
                await asyncio.Event().wait()
            finally:
                task.cancel()

    task = asyncio.create_task(wait())
    await asyncio.wait([task])
    assert task.cancelled()


async def test_time_in_which_the_whole_program_stood_still_is_no_silence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(watchdog, "STANDSTILL_S", 0.1)
    loop, arrived = asyncio.get_running_loop(), asyncio.Event()

    def stand_still() -> None:
        # What a model sends meanwhile is there when the loop goes on, but nobody has read it.
        threading.Timer(0.2, loop.call_soon_threadsafe, [arrived.set]).start()
        time.sleep(0.6)

    with Watchdog(QUICK, lambda silent: None):
        loop.call_soon(stand_still)
        await arrived.wait()


@pytest.mark.parametrize(
    "name", ["connect_s", "first_token_s", "idle_s", "stalled_notice_s", "answer_s"]
)
def test_a_time_out_must_be_more_than_nothing(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        Timeouts(**{name: 0})
