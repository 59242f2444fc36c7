"""Leaving a reader, in every way and however they are put together, closes the connection at once.

Measured where it counts: at the server.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.agent.readers.sources import Source, complete, selected, text
from tests.agent.scripted import thread_with
from tests.provider_server import CLOSED_WITHIN_S, Hang, ProviderServer, Reply, Text
from tyler_tui import (
    Agent,
    EventStream,
    EventType,
    ExecutionEvent,
    MessageStatus,
    Reader,
    buffered,
    collected,
    counted,
    fan_in,
    guarded,
)

Made = Reader[Any]

READERS: dict[str, Callable[[EventStream], Made]] = {
    "buffered": lambda stream: buffered(stream, seconds=0.001),
    "counted": counted,
    "guarded": lambda stream: guarded(stream, total_s=60, idle_s=60),
    "fan_in": lambda stream: fan_in({"only": stream}),
    "all": lambda stream: fan_in({"only": buffered(counted(guarded(stream)), chunks=1)}),
}


def has_text(item: Any) -> bool:
    event = item[1] if isinstance(item, tuple) else item
    assert isinstance(event, ExecutionEvent)
    return event.type is EventType.LLM_STREAM_CHUNK


async def by_break(reader: Made) -> float:
    async for item in reader:
        if has_text(item):
            break
    return time.monotonic()


async def by_an_exception(reader: Made) -> float:
    async def stumble() -> None:
        async for item in reader:
            if has_text(item):
                raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stumble()
    return time.monotonic()


async def by_leaving_its_block(reader: Made) -> float:
    async with reader:
        async for item in reader:
            if has_text(item):
                left_at = time.monotonic()
                break
    return left_at


async def by_aclose_of_another_task(reader: Made) -> float:
    reading, left_at = await read_until_text(reader)
    await reader.aclose()
    await reading
    return left_at


async def by_cancelling_the_task(reader: Made) -> float:
    reading, left_at = await read_until_text(reader)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    return left_at


async def by_cancelling_the_stream(reader: Made) -> float:
    assert reader.stream is not None
    reading, left_at = await read_until_text(reader)
    reader.stream.cancel()
    await reading
    return left_at


async def read_until_text(reader: Made) -> tuple["asyncio.Task[None]", float]:
    """A task that reads on, and when its first text had come."""
    arrived = asyncio.Event()

    async def read() -> None:
        async for item in reader:
            if has_text(item):
                arrived.set()

    reading = asyncio.create_task(read())
    await arrived.wait()
    return reading, time.monotonic()


Way = Callable[[Made], Awaitable[float]]

WAYS: list[Way] = [
    by_break,
    by_an_exception,
    by_leaving_its_block,
    by_aclose_of_another_task,
    by_cancelling_the_task,
]


@pytest.fixture
async def agent(provider_server: ProviderServer) -> Agent:
    provider_server.script(Reply([Text("Half an ans", size=3), Hang()]))
    made = Agent(model_name="openai/local", api_base=provider_server.base_url, api_key="k")
    await made.resolved_provider.prepare()
    return made


@pytest.mark.parametrize(
    ("kind", "way"),
    [(kind, way) for kind in READERS for way in WAYS]
    + [(kind, by_cancelling_the_stream) for kind in ("buffered", "counted", "guarded")],
)
async def test_the_connection_is_closed_at_once_and_the_text_is_kept(
    kind: str, way: Way, agent: Agent, provider_server: ProviderServer
) -> None:
    thread = thread_with()
    stream = agent.go(thread)
    reader = READERS[kind](stream)  # has a name, so nothing but the loop lets go of it
    left_at = await way(reader)
    assert await provider_server.requests[0].wait_closed() - left_at < CLOSED_WITHIN_S
    async with asyncio.timeout(60):
        await stream.aclose()
    message = thread.messages[-1]
    assert message.status is MessageStatus.CANCELLED
    assert "Half an ans".startswith(message.content)


READERS_OF_ANYTHING: dict[str, Callable[[Source], Made]] = {
    "buffered": buffered,
    "counted": counted,
    "guarded": guarded,
    "fan_in": lambda source: fan_in({"only": source}),
}


@pytest.mark.parametrize("kind", READERS_OF_ANYTHING)
async def test_events_from_elsewhere_have_stopped_when_closing_returns(kind: str) -> None:
    source = Source(text("a"), text("b"), selected(), complete())
    walk = aiter(READERS_OF_ANYTHING[kind](source))
    await anext(walk)
    await walk.aclose()  # type: ignore[attr-defined]
    assert source.closed.is_set()


async def test_a_collection_that_is_cancelled_closes_the_connection(
    agent: Agent, provider_server: ProviderServer
) -> None:
    collecting = asyncio.create_task(collected(agent.go(thread_with())))
    await asyncio.to_thread(provider_server.wait_request, 0)
    collecting.cancel()
    left_at = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await collecting
    assert await provider_server.requests[0].wait_closed() - left_at < CLOSED_WITHIN_S
