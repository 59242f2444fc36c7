"""A stream that always ends with one last word: after a failure, after too long, after nothing."""

import asyncio
from contextlib import suppress

import pytest

from tests.agent.readers.sources import Source, complete, forever, shown, text
from tests.agent.scripted import (
    Pause,
    ScriptedProvider,
    agent_with,
    calls,
    collect,
    says,
    thread_with,
    words,
)
from tyler_tui import (
    Decision,
    EventType,
    ExecutionEvent,
    MessageStatus,
    ProviderError,
    ThreadStore,
    Verdict,
    guarded,
)
from tyler_tui.agent.approval import ApprovalRequest
from tyler_tui.agent.readers import pump
from tyler_tui.agent.tools import tool


async def test_a_stream_that_ends_well_passes_as_it_is() -> None:
    sent = [text("a"), text("b"), complete()]
    assert [event async for event in guarded(Source(*sent), total_s=60, idle_s=60)] == sent


async def test_what_is_raised_becomes_the_last_event() -> None:
    error = ProviderError("Gone.", kind="network", hint="Look.", retryable=True)
    source = Source(text("a"), error)
    events = [event async for event in guarded(source)]
    assert shown(events) == ["a", "EXECUTION_ERROR"]
    data = events[-1].data
    assert (data["message"], data["hint"], data["kind"]) == ("Gone.", "Look.", "network")
    assert data["retryable"] is True


async def test_an_error_that_nobody_foresaw_is_told_by_its_kind() -> None:
    *_, last = [event async for event in guarded(Source(ZeroDivisionError("one / none")))]
    assert last.data["message"] == "ZeroDivisionError: one / none"


async def test_a_turn_that_cannot_start_ends_with_an_event() -> None:
    async with await ThreadStore.create(":memory:") as store:
        agent = agent_with(ScriptedProvider(), thread_store=store)
        events = [event async for event in guarded(agent.go("unknown"))]
    (last,) = events
    assert last.type is EventType.EXECUTION_ERROR
    assert last.data["error_type"] == "ThreadNotFoundError"


async def test_a_busy_thread_ends_with_an_event_and_the_first_run_goes_on() -> None:
    pause = Pause()
    thread, agent = thread_with(), agent_with(ScriptedProvider([pause, *says("Hi")]))
    first = asyncio.ensure_future(collect(agent.go(thread)))
    await pause.reached.wait()
    (last,) = [event async for event in guarded(agent.go(thread))]
    assert last.data["error_type"] == "ThreadBusyError"
    pause.go_on.set()
    assert shown(await first)[-1] == "EXECUTION_COMPLETE"


async def test_silence_ends_the_turn_and_keeps_what_there_is() -> None:
    thread = thread_with()
    provider = ScriptedProvider([*words("So far"), forever])
    events = await collect(guarded(agent_with(provider).go(thread), idle_s=0.3))
    last = events[-1]
    assert last.type is EventType.EXECUTION_ERROR
    assert last.data["error_type"] == "TurnTimeoutError"
    assert last.data["message"] == "Nothing happened for 0.3 s."
    assert last.data["retryable"] is True
    assert provider.closed == 1  # before the event said so
    message = thread.messages[-1]
    assert (message.content, message.status) == ("So far", MessageStatus.CANCELLED)


async def test_a_turn_that_takes_too_long_ends_though_it_is_never_silent() -> None:
    async def a_moment() -> None:
        await asyncio.sleep(0.001)

    endless = [piece for _ in range(100_000) for piece in (text("x"), a_moment)]
    source = Source(*endless)
    *_, last = [event async for event in guarded(source, total_s=0.05, idle_s=60)]
    assert last.data["message"] == "The turn took longer than 0.05 s."
    assert source.closed.is_set()


async def test_time_that_the_reader_takes_does_not_count() -> None:
    source = Source(text("a"), text("b"), complete())
    events = []
    async for event in guarded(source, total_s=0.3, idle_s=0.2):
        await asyncio.sleep(0.25)
        events.append(event)
    assert shown(events) == ["a", "b", "EXECUTION_COMPLETE"]


async def test_while_someone_is_asked_silence_is_allowed() -> None:
    async def approve(request: ApprovalRequest) -> Decision:
        await asyncio.sleep(0.5)
        return Decision(Verdict.ALLOW_ONCE)

    @tool(risk="write")
    def write() -> str:
        """Write."""
        return "written"

    provider = ScriptedProvider(calls(("write", "{}")), says("Done."))
    stream = agent_with(provider, tools=[write], approve=approve).go(thread_with())
    events = await collect(guarded(stream, idle_s=0.25))
    assert events[-1].type is EventType.EXECUTION_COMPLETE


async def test_a_source_that_ends_without_a_last_word_is_given_one() -> None:
    events = [event async for event in guarded(Source(text("a")))]
    assert shown(events) == ["a", "EXECUTION_ERROR"]


async def test_behind_the_last_word_nothing_comes_but_the_source_may_finish() -> None:
    finished = []

    async def finish() -> None:
        finished.append(True)

    source = Source(complete(), text("late"), finish, RuntimeError("late"))
    assert shown([event async for event in guarded(source)]) == ["EXECUTION_COMPLETE"]
    assert finished


async def test_a_source_that_was_cancelled_elsewhere_ends_as_cancelled() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    events = [event async for event in guarded(Source(text("a"), cancelled))]
    assert shown(events) == ["a", "EXECUTION_CANCELLED"]


async def test_cancelling_the_reader_cancels_and_is_no_failure() -> None:
    source = Source(text("a"), forever)
    seen: list[ExecutionEvent] = []

    async def read() -> None:
        async for event in guarded(source):
            seen.append(event)
            asyncio.get_running_loop().call_soon(reading.cancel)

    reading = asyncio.create_task(read())
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert shown(seen) == ["a"]
    assert source.closed.is_set()


async def test_a_source_that_will_not_stop_does_not_keep_the_last_word(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pump, "CLOSE_S", 0.05)
    let_go = asyncio.Event()

    async def stubborn() -> None:
        while not let_go.is_set():
            with suppress(asyncio.CancelledError):
                await let_go.wait()

    source = Source(text("a"), stubborn)
    async with asyncio.timeout(60):
        events = [event async for event in guarded(source, idle_s=0.05)]
    assert shown(events) == ["a", "EXECUTION_ERROR"]
    let_go.set()
    await source.closed.wait()


@pytest.mark.parametrize("limit", ["total_s", "idle_s"])
def test_a_limit_that_cannot_be_is_refused(limit: str) -> None:
    with pytest.raises(ValueError, match=limit):
        guarded(Source(), **{limit: 0.0})
