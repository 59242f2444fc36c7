"""Whole turns through LiteLLM and real HTTP: tools, usage, faults, and how fast a stop arrives."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from tests.agent.scripted import check, collect, names, of, one, read_to_end, text_of, thread_with
from tests.provider_server import (
    CLOSED_WITHIN_S,
    Call,
    Disconnect,
    Finish,
    Hang,
    ProviderServer,
    Reply,
    Text,
    Thinking,
    UsageChunk,
    answer,
    error,
)
from tyler_tui import Agent, Conversation, EventStream, EventType, MessageStatus, Thread
from tyler_tui.messages import Usage


@pytest.fixture
async def agent(provider_server: ProviderServer) -> Agent:
    made = Agent(
        model_name="openai/local-model",
        api_base=provider_server.base_url,
        api_key="sk-loopback",
        retries=1,
    )
    await made.resolved_provider.prepare()
    return made


async def test_an_answer_arrives_with_its_thinking_and_usage(
    agent: Agent, provider_server: ProviderServer
) -> None:
    provider_server.script(
        Reply([Thinking("Hm."), Text("Hello there", size=3), Finish(), UsageChunk(7, 3)])
    )
    thread = thread_with()
    events = await collect(agent.go(thread))
    assert text_of(events) == thread.messages[-1].content == "Hello there"
    assert thread.messages[-1].reasoning_content == "Hm."
    assert thread.messages[-1].usage == Usage(7, 3, 10)
    assert one(events, EventType.LLM_RESPONSE)["finish_reason"] == "stop"
    assert one(events, EventType.EXECUTION_COMPLETE)["cost_usd"] is None


async def test_parallel_calls_in_mixed_fragments_run_and_their_results_go_back(
    agent: Agent, provider_server: ProviderServer
) -> None:
    def double(n: int) -> int:
        """Double."""
        return 2 * n

    provider_server.script(
        Reply([
            Call(0, "a", "double", '{"n"'), Call(1, "b", "double", '{"n": '),
            Call(0, None, None, ": 1}"), Call(1, None, None, "2}"), Finish("tool_calls"),
        ]),
        answer("2 and 4"),
    )  # fmt: skip
    thread = thread_with()
    await collect(agent.replace(tools=[double]).go(thread))
    sent = provider_server.requests[1].body["messages"][2:]
    assert [call["id"] for call in sent[0]["tool_calls"]] == ["a", "b"]
    assert [(m["tool_call_id"], m["content"]) for m in sent[1:]] == [("a", "2"), ("b", "4")]
    assert thread.messages[-1].content == "2 and 4"


async def test_a_failure_is_tried_again_and_the_requests_are_those_that_were_told(
    agent: Agent, provider_server: ProviderServer
) -> None:
    provider_server.script(error(503, "overloaded", Retry_After="0"), answer("There."))
    events = await collect(agent.go(thread_with()))
    assert one(events, EventType.RETRY)["wait_s"] == 0.0
    assert text_of(events) == "There."
    assert len(provider_server.requests) == 2


async def test_a_refused_key_is_an_error_after_one_request(
    agent: Agent, provider_server: ProviderServer
) -> None:
    provider_server.script(error(401, "bad key sk-loopback"))
    events = await collect(agent.go(thread_with()))
    data = one(events, EventType.EXECUTION_ERROR)
    assert data["kind"] == "authentication"
    assert "sk-loopback" not in str(data)
    assert len(provider_server.requests) == 1


@pytest.mark.parametrize("reset", [False, True])
async def test_a_connection_that_drops_truncates_the_answer_and_is_not_tried_again(
    agent: Agent, provider_server: ProviderServer, reset: bool
) -> None:
    provider_server.script(Reply([Text("Half an answer", size=5), Disconnect(reset=reset)]))
    thread = thread_with()
    events = await collect(agent.go(thread))
    assert names(events)[-2:] == ["MESSAGE_CREATED", "EXECUTION_ERROR"]
    assert thread.messages[-1].content == text_of(events)
    assert thread.messages[-1].status is MessageStatus.TRUNCATED
    assert len(provider_server.requests) == 1


async def by_break(stream: EventStream) -> None:
    async for event in stream:
        if event.type is EventType.LLM_STREAM_CHUNK:
            break


async def by_aclose(stream: EventStream) -> None:
    async for event in stream:
        if event.type is EventType.LLM_STREAM_CHUNK:
            await stream.aclose()


async def by_stream_cancel(stream: EventStream) -> None:
    async for event in stream:
        if event.type is EventType.LLM_STREAM_CHUNK:
            stream.cancel()


async def by_task_cancel(stream: EventStream) -> None:
    heard = asyncio.Event()

    async def read() -> None:
        async for event in stream:
            if event.type is EventType.LLM_STREAM_CHUNK:
                heard.set()

    reading = asyncio.create_task(read())
    await heard.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading


@pytest.mark.parametrize("stop", [by_break, by_aclose, by_stream_cancel, by_task_cancel])
async def test_however_it_is_stopped_the_server_sees_the_close_at_once(
    agent: Agent, provider_server: ProviderServer, stop: Callable[[EventStream], Awaitable[None]]
) -> None:
    provider_server.script(Reply([Text("Half an answer"), Hang()]))
    thread = thread_with()
    stream = agent.go(thread)
    await stop(stream)
    stopped = time.monotonic()
    closed = await provider_server.requests[0].wait_closed()
    assert closed - stopped < CLOSED_WITHIN_S
    await read_to_end(stream)
    check(stream.events)
    assert len(of(stream.events, EventType.EXECUTION_CANCELLED)) == 1
    assert thread.messages[-1].content == "Half an answer"
    assert thread.messages[-1].status is MessageStatus.CANCELLED


async def test_a_conversation_cancelled_before_the_first_byte_closes_at_once_and_goes_on(
    agent: Agent, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Hang()]), answer("Yes."))
    conversation = Conversation(agent, thread=Thread())
    conversation.send("hello")
    request = await asyncio.to_thread(provider_server.wait_request, 0)
    stopped = time.monotonic()
    conversation.cancel()
    await conversation.wait_idle()
    assert await request.wait_closed() - stopped < CLOSED_WITHIN_S
    assert (await conversation.ask("still there?")).content == "Yes."
    sent = provider_server.requests[1].body["messages"][1:]
    assert sent == [{"role": "user", "content": "hello\n\nstill there?"}]


async def test_one_agent_streams_to_many_threads_at_once(
    agent: Agent, provider_server: ProviderServer
) -> None:
    provider_server.script(*[answer("Hi") for _ in range(8)])
    threads = [thread_with(str(number)) for number in range(8)]
    results = await asyncio.gather(*(agent.go(thread) for thread in threads))
    assert [result.content for result in results] == ["Hi"] * 8
    assert {r.body["messages"][-1]["content"] for r in provider_server.requests} == set("01234567")
