"""Many streams as one: side by side, within a limit, each ending by itself."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.agent.readers.sources import Source, complete, forever, text
from tests.agent.scripted import (
    Pause,
    ScriptedProvider,
    Step,
    agent_with,
    check,
    says,
    thread_with,
    words,
)
from tests.provider_server import ProviderServer
from tyler_tui import (
    Agent,
    EventStream,
    EventType,
    ExecutionEvent,
    MessageStatus,
    ProviderError,
    Thread,
    fan_in,
)
from tyler_tui.agent.readers.base import Events


async def test_each_event_comes_with_the_key_of_its_stream() -> None:
    agent = agent_with(ScriptedProvider(*(says(f"{n}", "!") for n in range(5))))
    threads = [thread_with(str(n)) for n in range(5)]
    events: dict[Thread, list[ExecutionEvent]] = {thread: [] for thread in threads}
    async for thread, event in fan_in({thread: agent.go(thread) for thread in threads}):
        events[thread].append(event)
    for thread in threads:
        check(events[thread])
    answers = sorted(thread.messages[-1].content for thread in threads)
    assert answers == ["0!", "1!", "2!", "3!", "4!"]


async def test_streams_run_side_by_side_up_to_the_limit() -> None:
    pauses = [Pause() for _ in range(4)]
    agent = agent_with(ScriptedProvider(*([pause, *says("Hi")] for pause in pauses)))
    pairs = [(n, agent.go(thread_with())) for n in range(4)]

    async def read() -> list[int]:
        return [n async for n, event in fan_in(pairs, limit=2) if event.type.is_terminal]

    reading = asyncio.create_task(read())
    for pause in pauses[:2]:
        await pause.reached.wait()
    for _ in range(50):
        await asyncio.sleep(0)
    assert not pauses[2].reached.is_set()
    pauses[1].go_on.set()
    await pauses[2].reached.wait()  # the place of the second is taken by the third
    for pause in pauses:
        pause.go_on.set()
    ended = await reading
    assert ended[0] == 1
    assert sorted(ended) == [0, 1, 2, 3]


async def test_events_come_as_they_happen_not_stream_by_stream() -> None:
    first, second = Pause(), Pause()
    streams = {
        "a": Source(text("1"), first, text("3"), complete()),
        "b": Source(second, text("2"), complete()),
    }
    seen = []
    async for key, event in fan_in(streams):
        if event.type is EventType.LLM_STREAM_CHUNK:
            seen.append(key + event.data["content_chunk"])
            (second if len(seen) == 1 else first).go_on.set()
    assert seen == ["a1", "b2", "a3"]


async def test_one_that_fails_ends_with_its_error_and_the_others_go_on() -> None:
    bad = agent_with(ScriptedProvider([*words("So"), ProviderError("Gone.")]))
    good = agent_with(ScriptedProvider(says("Hi")))
    streams: dict[str, Events] = {
        "fails": bad.go(thread_with()),
        "raises": Source(OSError("no")),
        "good": good.go(thread_with()),
    }
    last = {key: event async for key, event in fan_in(streams, limit=1)}
    assert {key: event.type for key, event in last.items()} == {
        "fails": EventType.EXECUTION_ERROR,
        "raises": EventType.EXECUTION_ERROR,
        "good": EventType.EXECUTION_COMPLETE,
    }


async def test_leaving_the_loop_stops_all_and_begins_no_more() -> None:
    script: list[Step] = [*words("Half"), forever]
    provider = ScriptedProvider(script, script, script)
    agent = agent_with(provider)
    threads = [thread_with() for _ in range(9)]
    async with fan_in({thread: agent.go(thread) for thread in threads}, limit=3) as events:
        async for _ in events:
            if sum(len(thread.messages) == 2 for thread in threads) == 3:
                break
    assert provider.closed == len(provider.requests) == 3
    kept = [thread.messages[-1].status for thread in threads if len(thread.messages) == 2]
    assert kept == [MessageStatus.CANCELLED] * 3


async def test_streams_are_made_as_there_is_room_and_nothing_piles_up() -> None:
    made: list[Source] = []

    def pairs() -> Iterator[tuple[int, Source]]:
        for n in range(1000):
            made.append(Source(*(text("x") for _ in range(1000)), complete()))
            yield n, made[-1]

    async with fan_in(pairs(), limit=3) as events:
        iterator = aiter(events)  # held on to, or it would stop
        await anext(iterator)
        for _ in range(2_000):
            await asyncio.sleep(0)
        assert len(made) == 3
        assert sum(source.given for source in made) < 30


async def test_an_error_in_making_the_streams_is_raised() -> None:
    def pairs() -> Iterator[tuple[int, Source]]:
        yield 1, Source(complete())
        raise LookupError("no more")

    with pytest.raises(LookupError, match="no more"):
        async for _ in fan_in(pairs()):
            pass


async def test_nothing_to_run_ends_at_once() -> None:
    nothing: dict[str, Source] = {}
    assert [pair async for pair in fan_in(nothing)] == []


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        fan_in({}, limit=0)


async def test_many_real_connections_within_the_limit(provider_server: ProviderServer) -> None:
    agent = Agent(model_name="openai/local", api_base=provider_server.base_url, api_key="k")

    def pairs() -> Iterator[tuple[int, EventStream]]:
        return ((n, agent.go(thread_with(str(n)))) for n in range(20))

    ends = {n: event.type async for n, event in fan_in(pairs(), limit=5) if event.type.is_terminal}
    assert ends == dict.fromkeys(range(20), EventType.EXECUTION_COMPLETE)
    assert len(provider_server.requests) == 20
