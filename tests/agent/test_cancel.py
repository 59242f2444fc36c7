"""Stopping: at every moment, in every way, the model is left at once and the text is kept."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.agent.scripted import (
    Pause,
    ScriptedProvider,
    agent_with,
    calls,
    check,
    one,
    read_to_end,
    roles,
    says,
    thread_with,
    words,
)
from tyler_tui import (
    Decision,
    EventStream,
    EventType,
    ExecutionEvent,
    MessageStatus,
    ProviderError,
)
from tyler_tui.agent.approval import ApprovalRequest
from tyler_tui.agent.stream import QUEUE_SIZE
from tyler_tui.agent.tools import tool
from tyler_tui.messages import INTERRUPTED_RESULT, for_model

Stop = Callable[[EventStream, Pause], Awaitable[None]]


async def by_break(stream: EventStream, pause: Pause) -> None:
    async for _ in stream:
        if pause.reached.is_set():
            break


async def by_aclose(stream: EventStream, pause: Pause) -> None:
    reading = asyncio.create_task(read(stream))
    await pause.reached.wait()
    await stream.aclose()
    await reading


async def by_leaving_the_with_block(stream: EventStream, pause: Pause) -> None:
    async with stream:
        reading = asyncio.create_task(read(stream))
        await pause.reached.wait()
    await reading


async def by_stream_cancel(stream: EventStream, pause: Pause) -> None:
    reading = asyncio.create_task(read(stream))
    await pause.reached.wait()
    stream.cancel()
    stream.cancel()  # a second press must not cost what the first one keeps
    await reading


async def by_task_cancel(stream: EventStream, pause: Pause) -> None:
    reading = asyncio.create_task(read(stream))
    await pause.reached.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


async def by_cancelling_who_awaits(stream: EventStream, pause: Pause) -> None:
    async def wait() -> None:
        await stream

    waiting = asyncio.create_task(wait())
    await pause.reached.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def by_cancelling_who_pulls(stream: EventStream, pause: Pause) -> None:
    async def pull() -> None:
        while True:
            await anext(stream)

    pulling = asyncio.create_task(pull())
    await pause.reached.wait()
    pulling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await pulling
    assert stream.events[-1].type is EventType.EXECUTION_CANCELLED, "it is over by then"


async def read(stream: EventStream) -> None:
    async for _ in stream:
        pass


async def ended(stream: EventStream) -> list[ExecutionEvent]:
    """All events, once the turn is over."""
    await read_to_end(stream)
    check(stream.events)
    assert one(stream.events, EventType.EXECUTION_CANCELLED)["reason"] == "cancelled"
    return stream.events


WAYS = [
    by_aclose,
    by_leaving_the_with_block,
    by_stream_cancel,
    by_task_cancel,
    by_cancelling_who_awaits,
    by_cancelling_who_pulls,
]


@pytest.mark.parametrize("stop", WAYS)
async def test_stopped_while_connecting_nothing_is_kept(stop: Stop) -> None:
    pause = Pause()
    thread = thread_with()
    provider = ScriptedProvider([pause])
    stream = agent_with(provider).go(thread)
    await stop(stream, pause)
    await ended(stream)
    assert roles(thread) == ["user"]
    assert provider.closed == 1


@pytest.mark.parametrize("stop", WAYS)
async def test_stopped_while_streaming_the_text_is_kept_and_marked(stop: Stop) -> None:
    pause = Pause()
    thread = thread_with()
    provider = ScriptedProvider([*words("Half an ", "ans"), pause])
    stream = agent_with(provider).go(thread)
    await stop(stream, pause)
    events = await ended(stream)
    message = thread.messages[-1]
    assert (message.content, message.status) == ("Half an ans", MessageStatus.CANCELLED)
    assert one(events, EventType.MESSAGE_CREATED)["message"] is message
    assert one(events, EventType.EXECUTION_CANCELLED)["duration_ms"] > 0, "the turn itself says so"
    assert message.usage is not None
    assert message.usage.estimated
    assert provider.closed == 1


async def test_a_break_stops_the_turn_though_the_stream_has_a_name() -> None:
    thread = thread_with()
    provider = ScriptedProvider([*words("Half"), Pause()])
    stream = agent_with(provider).go(thread)
    async for event in stream:
        if event.type is EventType.LLM_STREAM_CHUNK:
            break
    await ended(stream)
    assert thread.messages[-1].status is MessageStatus.CANCELLED
    assert provider.closed == 1


async def test_an_exception_in_the_loop_stops_the_turn() -> None:
    thread = thread_with()
    stream = agent_with(ScriptedProvider([*words("Half"), Pause()])).go(thread)

    async def stumble() -> None:
        async for event in stream:
            if event.type is EventType.LLM_STREAM_CHUNK:
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stumble()
    await ended(stream)
    assert thread.messages[-1].content == "Half"


@pytest.mark.parametrize("stop", WAYS)
async def test_stopped_while_a_tool_runs_the_tool_is_cancelled(stop: Stop) -> None:
    pause = Pause()
    stopped = []

    async def wait() -> str:
        """Wait."""
        try:
            await pause()
        finally:
            stopped.append(True)
        return "waited"

    async def quick() -> str:
        """Do not wait."""
        return "quick"

    thread = thread_with()
    provider = ScriptedProvider(calls(("wait", "{}", "w"), ("quick", "{}", "q")), says("Later."))
    stream = agent_with(provider, tools=[wait, quick]).go(thread)
    await stop(stream, pause)
    await ended(stream)
    assert stopped == [True]
    assert [m.content for m in thread.messages if m.role == "tool"] == ["quick"]
    assert [m.content for m in for_model(thread.messages) if m.role == "tool"] == [
        INTERRUPTED_RESULT,
        "quick",
    ]


@pytest.mark.parametrize("stop", WAYS)
async def test_stopped_while_someone_is_asked_the_call_does_not_run(stop: Stop) -> None:
    pause = Pause()
    ran = []

    async def approve(request: ApprovalRequest) -> Decision:
        await pause()
        raise AssertionError("nobody answered")

    @tool(risk="write")
    def write() -> str:
        """Write."""
        ran.append(True)
        return "written"

    thread = thread_with()
    provider = ScriptedProvider(calls(("write", "{}")))
    stream = agent_with(provider, tools=[write], approve=approve).go(thread)
    await stop(stream, pause)
    await ended(stream)
    assert not ran
    assert for_model(thread.messages)[-1].content == INTERRUPTED_RESULT


@pytest.mark.parametrize("stop", WAYS)
async def test_stopped_between_two_tries_nothing_is_tried_again(stop: Stop) -> None:
    pause = Pause()
    thread = thread_with()
    busy = ProviderError("Busy.", kind="overloaded", retryable=True, retry_after_s=60)
    provider = ScriptedProvider([pause.reached.set, busy])
    stream = agent_with(provider, retries=3).go(thread)
    await stop(stream, pause)
    await ended(stream)
    assert len(provider.requests) == 1
    assert roles(thread) == ["user"]


async def test_stopped_before_it_began_nothing_is_asked() -> None:
    thread = thread_with()
    provider = ScriptedProvider(says("Hi"))
    stream = agent_with(provider).go(thread)
    stream.cancel()
    await read(stream)
    await ended(stream)
    assert not provider.requests
    assert roles(thread) == ["user"]


async def test_stopped_while_the_reader_is_far_behind_it_ends_all_the_same() -> None:
    thread = thread_with()
    pause = Pause()
    first = words(*"x" * (QUEUE_SIZE - 10))
    provider = ScriptedProvider([*first, pause.reached.set, *words(*"x" * QUEUE_SIZE)])
    stream = agent_with(provider).go(thread)
    iterator = aiter(stream)
    await anext(iterator)
    await pause.reached.wait()
    await stream.aclose()
    await ended(stream)
    assert len(thread.messages[-1].content) >= QUEUE_SIZE - 10


async def test_closing_twice_or_after_the_end_does_nothing() -> None:
    stream = agent_with(ScriptedProvider(says("Hi"))).go(thread_with())
    await read(stream)
    stream.cancel()
    await stream.aclose()
    await stream.aclose()
    assert stream.events[-1].type is EventType.EXECUTION_COMPLETE


async def test_closing_what_was_never_begun_does_nothing() -> None:
    stream = agent_with(ScriptedProvider()).go(thread_with())
    await stream.aclose()
    assert stream.events == []
