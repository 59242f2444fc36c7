"""What `go` returns: iterated, awaited, read slowly, read by several, used while busy."""

import asyncio
from contextlib import aclosing

import pytest

from tests.agent.scripted import (
    Pause,
    ScriptedProvider,
    Step,
    agent_with,
    calls,
    collect,
    ending,
    says,
    text_of,
    thread_with,
    words,
)
from tyler_tui import (
    EventType,
    ExecutionCancelledError,
    ExecutionFailedError,
    Message,
    MessageStatus,
    ProviderError,
    ThreadBusyError,
    ThreadStore,
)
from tyler_tui.agent.stream import QUEUE_SIZE
from tyler_tui.messages import Usage


async def test_awaiting_gives_the_whole_result() -> None:
    thread = thread_with()
    result = await agent_with(ScriptedProvider(says("Hi"), price=0.1)).go(thread)
    assert result.success
    assert result.content == "Hi"
    assert result.thread is thread
    assert result.new_messages == [thread.messages[-1]]
    assert result.usage == Usage(10, 5, 15)
    assert result.cost_usd == pytest.approx(1.5)
    assert result.duration_ms > 0
    assert result.events[-1].type is EventType.EXECUTION_COMPLETE


async def test_nothing_is_asked_before_the_stream_is_used() -> None:
    provider = ScriptedProvider(says("Hi"))
    stream = agent_with(provider).go(thread_with())
    await asyncio.sleep(0)
    assert not provider.requests
    assert stream.thread is None
    assert stream.events == []


async def test_a_result_can_be_awaited_after_the_events_were_read() -> None:
    stream = agent_with(ScriptedProvider(says("Hi"))).go(thread_with())
    events = await collect(stream)
    result = await stream
    assert result.events == stream.events == events


async def test_who_stops_reading_to_await_the_result_gets_it_however_long_the_answer() -> None:
    script = [*words(*"x" * (3 * QUEUE_SIZE)), *ending()]
    stream = agent_with(ScriptedProvider(script)).go(thread_with())
    iterator = aiter(stream)
    await anext(iterator)
    async with asyncio.timeout(60):
        result = await stream
    assert len(result.content) == 3 * QUEUE_SIZE


async def test_events_can_be_pulled_by_hand() -> None:
    async with aclosing(agent_with(ScriptedProvider(says("Hi"))).go(thread_with())) as stream:
        first = await anext(stream)
        rest = [event async for event in stream]
    assert first.type is EventType.ITERATION_START
    assert rest[-1].type is EventType.EXECUTION_COMPLETE


async def test_a_failed_answer_raises_with_the_partial_result() -> None:
    thread = thread_with()
    error = ProviderError("Gone.", kind="network", hint="Check the line.", retryable=True)
    with pytest.raises(ExecutionFailedError, match="Gone") as caught:
        await agent_with(ScriptedProvider([*words("So far"), error])).go(thread)
    assert caught.value.hint == "Check the line."
    assert caught.value.exit_code == 75
    result = caught.value.result
    assert not result.success
    assert result.content == "So far"
    assert result.new_messages == [thread.messages[-1]]
    assert result.events[-1].type is EventType.EXECUTION_ERROR


async def test_a_cancelled_answer_raises_with_the_partial_result() -> None:
    pause = Pause()
    stream = agent_with(ScriptedProvider([*words("So far"), pause])).go(thread_with())

    async def cancel() -> None:
        await pause.reached.wait()
        stream.cancel()

    with pytest.raises(ExecutionCancelledError) as caught:
        await asyncio.gather(stream, cancel())
    assert caught.value.result.content == "So far"
    assert caught.value.result.events[-1].type is EventType.EXECUTION_CANCELLED


async def test_a_reader_that_does_not_read_holds_the_model_back() -> None:
    taken = 0

    def take() -> None:
        nonlocal taken
        taken += 1

    script: list[Step] = []
    for _ in range(4 * QUEUE_SIZE):
        script += [take, *words("x")]
    provider = ScriptedProvider([*script, *ending()])
    async with agent_with(provider).go(thread_with()) as stream:
        iterator = aiter(stream)
        await anext(iterator)
        before = -1
        while before != taken:  # until the model stands still
            before = taken
            await asyncio.sleep(0.01)
        assert taken <= QUEUE_SIZE + 1
        rest = [event async for event in iterator]
    assert len(text_of(rest)) == 4 * QUEUE_SIZE


async def test_a_second_run_on_a_busy_thread_is_refused_and_the_first_goes_on() -> None:
    pause = Pause()
    thread = thread_with()
    agent = agent_with(ScriptedProvider([pause, *says("Hi")]))
    first = asyncio.ensure_future(collect(agent.go(thread)))
    await pause.reached.wait()
    with pytest.raises(ThreadBusyError):
        await agent.go(thread)
    with pytest.raises(ThreadBusyError):
        await collect(agent.go(thread))
    pause.go_on.set()
    assert text_of(await first) == "Hi"


@pytest.mark.parametrize("end", [RuntimeError("no"), ProviderError("no")])
async def test_a_thread_is_free_again_after_a_failure(end: Exception) -> None:
    thread = thread_with()
    agent = agent_with(ScriptedProvider([end], says("Hi")))
    with pytest.raises(ExecutionFailedError):
        await agent.go(thread)
    assert (await agent.go(thread)).content == "Hi"


async def test_one_agent_serves_many_threads_at_once() -> None:
    pauses = [Pause() for _ in range(5)]
    agent = agent_with(ScriptedProvider(*[[pause, *says("Hi")] for pause in pauses]))
    threads = [thread_with(str(n)) for n in range(5)]
    running = [asyncio.ensure_future(collect(agent.go(thread))) for thread in threads]
    for pause in pauses:  # all are under way before the first may end
        await pause.reached.wait()
    for pause in pauses:
        pause.go_on.set()
    assert [text_of(events) for events in await asyncio.gather(*running)] == ["Hi"] * 5
    assert all(thread.messages[-1].status is MessageStatus.COMPLETE for thread in threads)


async def test_each_run_counts_its_own_rounds_of_tools() -> None:

    def act() -> str:
        """Act."""
        return "acted"

    rounds = [calls(("act", "{}")), calls(("act", "{}")), says("Done.")]
    agents = agent_with(
        ScriptedProvider(*[script for script in rounds for _ in range(2)]),
        tools=[act],
        max_tool_iterations=2,
    )
    results = await asyncio.gather(*(agents.go(thread_with()) for _ in range(2)))
    assert [result.content for result in results] == ["Done.", "Done."]
    assert [len(result.new_messages) for result in results] == [5, 5]
    assert [result.tools_used for result in results] == [["act"], ["act"]]


async def test_a_stored_thread_is_answered_by_one_run_at_a_time_whoever_loads_it() -> None:
    async with await ThreadStore.create(":memory:") as store:
        thread = await store.save_thread(thread_with(id="talk"))
        pause = Pause()
        agent = agent_with(ScriptedProvider([pause, *says("Hi")], says("Ho")), thread_store=store)
        other = agent_with(ScriptedProvider(says("No")), thread_store=store)
        first = asyncio.ensure_future(collect(agent.go("talk")))
        await pause.reached.wait()
        for busy in (agent.go("talk"), other.go("talk"), agent.go(thread)):
            with pytest.raises(ThreadBusyError):
                await busy
        pause.go_on.set()
        assert text_of(await first) == "Hi"
        await store.save_message(await store.get_thread("talk"), Message("user", "And?"))
        assert (await agent.go("talk")).content == "Ho"
        stored = await store.get_thread("talk")
    assert [message.content for message in stored.all_messages] == ["hello", "Hi", "And?", "Ho"]


async def test_a_thread_that_is_being_loaded_is_busy_already() -> None:
    async with await ThreadStore.create(":memory:") as store:
        await store.save_thread(thread_with(id="talk"))
        agent = agent_with(ScriptedProvider(says("Hi")), thread_store=store)
        outcomes = await asyncio.gather(
            *(collect(agent.go("talk")) for _ in range(3)), return_exceptions=True
        )
    assert [type(outcome) for outcome in outcomes] == [list, ThreadBusyError, ThreadBusyError]


async def test_threads_of_one_id_in_two_stores_are_two_threads() -> None:
    async with (
        await ThreadStore.create(":memory:") as one,
        await ThreadStore.create(":memory:") as two,
    ):
        pause = Pause()
        slow = agent_with(ScriptedProvider([pause, *says("Hi")]), thread_store=one)
        quick = agent_with(ScriptedProvider(says("Ho")), thread_store=two)
        first = asyncio.ensure_future(collect(slow.go(thread_with(id="talk"))))
        await pause.reached.wait()
        assert (await quick.go(thread_with(id="talk"))).content == "Ho"
        pause.go_on.set()
        await first
