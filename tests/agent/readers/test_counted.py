"""Tokens as they stream: the provider's figures where there are some, counted ones where not."""

import asyncio

from tests.agent.readers.sources import Source, complete, text
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
from tests.provider_server import Call, Finish, Hang, ProviderServer, Reply, Text, answer
from tyler_tui import Agent, EventType, Usage, buffered, counted
from tyler_tui.providers import Delta


def act() -> str:
    """Act."""
    return "acted"


async def test_the_figures_of_the_provider_count_and_are_exact() -> None:
    provider = ScriptedProvider(calls(("act", "{}"), text="Hm"), says("Done."))
    counter = counted(agent_with(provider, tools=[act]).go(thread_with()))
    await collect(counter)
    assert counter.usage == Usage(20, 10, 30)
    assert not counter.usage.estimated
    assert provider.counted == 0


async def test_the_events_pass_as_they_are() -> None:
    stream = agent_with(ScriptedProvider(says("H", "i"))).go(thread_with())
    assert await collect(counted(stream)) == stream.events


async def test_while_text_arrives_it_is_estimated() -> None:
    pause = Pause()
    provider = ScriptedProvider([*words("four", "four", "12345"), pause, *ending()])
    async with counted(agent_with(provider).go(thread_with())) as counter:
        async for event in counter:
            if event.data.get("content_chunk") == "12345":
                assert counter.usage == Usage(0, 4, 4, estimated=True)
                pause.go_on.set()
    assert counter.usage == Usage(10, 5, 15)


async def test_without_figures_the_provider_is_asked_to_count() -> None:
    provider = ScriptedProvider([*words("12345"), Delta(finish_reason="stop")])
    counter = counted(agent_with(provider).go(thread_with()))
    async for event in counter:
        if event.type is EventType.EXECUTION_COMPLETE:
            assert counter.usage == Usage(100, 5, 105, estimated=True)
    assert provider.counted == 1


async def test_one_call_without_figures_makes_the_sum_an_estimate() -> None:
    provider = ScriptedProvider(
        calls(("act", "{}")), [*words("12345"), Delta(finish_reason="stop")]
    )
    counter = counted(agent_with(provider, tools=[act]).go(thread_with()))
    await collect(counter)
    assert counter.usage == Usage(110, 10, 120, estimated=True)


async def test_a_count_that_hangs_holds_up_neither_text_nor_a_stop() -> None:
    pause = Pause()

    class Slow(ScriptedProvider):
        async def count_usage(self, *_: object) -> Usage:
            await asyncio.Event().wait()
            raise AssertionError

    provider = Slow([*words("12345"), pause])
    counter = counted(agent_with(provider).go(thread_with()))
    assert counter.stream is not None
    async with asyncio.timeout(60):
        async for event in counter:
            if event.type is EventType.LLM_STREAM_CHUNK:
                counter.stream.cancel()
            if event.type is EventType.EXECUTION_CANCELLED:
                break
    assert counter.usage.estimated
    assert counter.usage.completion_tokens == 5


async def test_events_from_elsewhere_are_counted_as_they_say() -> None:
    counter = counted(Source(text("12345678"), complete()))
    assert [event async for event in counter]
    assert counter.usage == Usage(0, 2, 2, estimated=True)


def agent_of(server: ProviderServer, model: str, **settings: object) -> Agent:
    return Agent(model_name=model, api_base=server.base_url, api_key="k", **settings)  # type: ignore[arg-type]


async def test_a_server_that_gives_no_figures_is_counted_with_a_tokenizer(
    provider_server: ProviderServer,
) -> None:
    provider_server.script(
        Reply([Call(0, "c", "act", "{}"), Finish("tool_calls")]),
        Reply([Text("Strawberries are red, aren't they?", size=3), Finish()]),
    )
    agent = agent_of(provider_server, "openai/gpt-4o", tools=[act])
    counter = counted(agent.go(thread_with("What colour?")))
    await collect(buffered(counter))
    usage = counter.usage
    assert usage.estimated
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    # 9 tokens of text by OpenAI's tokenizer, 3 for the message, and the call before it; a quarter
    # of the characters would be 9 for the text alone.
    assert 12 < usage.completion_tokens < 40
    assert usage.prompt_tokens > 100


async def test_a_stop_is_counted_too(provider_server: ProviderServer) -> None:
    provider_server.script(Reply([Text("Half an answer", size=5), Hang()]))
    counter = counted(agent_of(provider_server, "openai/gpt-4o").go(thread_with()))
    assert counter.stream is not None
    async for event in counter:
        if event.type is EventType.LLM_STREAM_CHUNK and event.data["content_chunk"] == "swer":
            counter.stream.cancel()
    assert counter.usage.estimated
    assert 3 <= counter.usage.completion_tokens <= 8
    assert counter.usage.prompt_tokens > 20


async def test_exact_figures_over_the_wire(provider_server: ProviderServer) -> None:
    provider_server.script(answer("Hello."))
    counter = counted(agent_of(provider_server, "openai/local").go(thread_with()))
    await collect(counter)
    assert counter.usage == Usage(10, 5, 15)
