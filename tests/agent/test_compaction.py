"""Making a long conversation fit: by hand, by itself, and what a failure leaves."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.scripted import (
    Pause,
    Script,
    ScriptedProvider,
    agent_with,
    calls,
    collect,
    names,
    of,
    one,
    says,
    text_of,
    words,
)
from tests.provider_server import Call, Finish, ProviderServer, Reply, UsageChunk, answer, error
from tests.test_messages import accepts, orderly_logs
from tyler_tui import Agent, Attachment, EventType, Message, Thread, ToolCall
from tyler_tui.agent.requests import request_for
from tyler_tui.errors import ProviderError
from tyler_tui.messages import (
    INTERRUPTED_RESULT,
    Usage,
    compaction_of,
    is_summary_request,
    still_sent,
    summary_text,
)
from tyler_tui.providers import Delta, ModelInfo
from tyler_tui.providers.openai_format import OpenAIProvider

LONG = "word " * 60
SUMMARY = "They talked of words."
TOO_LONG = "This model's maximum context length is 8192 tokens"


def thread_of(*turns: tuple[str, str], prompt: str = "") -> Thread:
    thread = Thread()
    for asked, said in turns:
        thread.add_message(Message("user", asked))
        thread.add_message(Message("assistant", said))
    if prompt:
        thread.add_message(Message("user", prompt))
    return thread


def contents(messages: Sequence[Message]) -> list[str]:
    return [message.content for message in messages]


def look(name: str = "") -> str:
    """Look."""
    return f"seen {name} " + "x" * 300


# By hand


async def test_older_messages_are_summarised_and_the_last_exchange_is_kept() -> None:
    provider = ScriptedProvider(says(SUMMARY), says("four"), price=0.1, window=4_000)
    agent = agent_with(provider, system_prompt="Be kind.")
    thread = thread_of((LONG, LONG), ("two", LONG), ("three", "tres"))
    before = thread.messages
    events = await collect(agent.compact(thread))
    assert names(events) == ["COMPACTING", "MESSAGE_CREATED", "COMPACTED", "EXECUTION_COMPLETE"]
    asked = provider.requests[0]
    assert contents(asked.messages)[:3] == [LONG, LONG, "two"]
    assert is_summary_request(asked.messages[-1].content)
    assert asked.tool_choice == "none"
    assert thread.messages[:-1] == before  # the originals stay where they are
    summary = thread.messages[-1]
    assert summary_text(summary) == SUMMARY
    thread.add_message(Message("user", "four?"))
    await collect(agent.go(thread))
    sent = provider.requests[1]
    assert contents(sent.messages) == ["three", "tres", "four?"]
    assert sent.system.startswith("Be kind.")
    assert SUMMARY in sent.system


async def test_what_it_cost_and_saved_is_told() -> None:
    provider = ScriptedProvider(says(SUMMARY), price=0.1, window=4_000)
    thread = thread_of((LONG, LONG), ("three", "tres"))
    result = await agent_with(provider, system_prompt="").compact(thread)
    assert result.cost_usd == thread.cost_usd == pytest.approx(1.5)
    assert result.usage == Usage(10, 5, 15)
    told = one(result.events, EventType.COMPACTED)
    assert told["messages"] == 2
    assert told["tokens_after"] < 250 < 600 < told["tokens_before"]
    summary = thread.messages[-1]
    compaction = compaction_of(summary)
    assert compaction is not None
    assert (compaction.messages, compaction.tokens_after) == (2, told["tokens_after"])
    assert summary.metrics["model"] == "scripted"
    assert one(result.events, EventType.COMPACTING)["automatic"] is False


async def test_a_second_summary_covers_the_first() -> None:
    provider = ScriptedProvider(says("First."), says("Second."), window=4_000)
    agent, thread = agent_with(provider), thread_of((LONG, LONG), ("three", "tres"))
    await agent.compact(thread)
    for prompt in (LONG, "five"):
        thread.add_message(Message("user", prompt))
        thread.add_message(Message("assistant", "ok"))
    await agent.compact(thread)
    assert "First." in provider.requests[1].system
    request = request_for(agent, thread.messages)
    assert "Second." in request.system
    assert "First." not in request.system
    assert contents(request.messages) == ["five", "ok"]
    compaction = compaction_of(thread.messages[-1])
    assert compaction is not None
    assert compaction.messages == 6


async def test_a_wish_of_the_user_is_passed_on() -> None:
    provider = ScriptedProvider(says(SUMMARY), window=4_000)
    await agent_with(provider).compact(thread_of((LONG, LONG), ("a", "b")), "the\nport numbers")
    assert provider.requests[0].messages[-1].content.endswith("keep this: the port numbers")


async def test_what_belongs_to_the_system_prompt_stays_there() -> None:
    thread = Thread()
    thread.add_message(Message("system", "Answer in verse."))
    thread.add_message(Message("user", LONG))
    thread.add_message(Message("assistant", LONG))
    agent = agent_with(ScriptedProvider(says(SUMMARY), window=4_000))
    await agent.compact(thread)
    assert "Answer in verse." in request_for(agent, thread.messages).system


@pytest.mark.parametrize(
    "thread", [Thread(), thread_of(("hi", "ho"))], ids=["empty", "shorter than a summary"]
)
async def test_where_nothing_is_gained_nothing_is_done(thread: Thread) -> None:
    provider = ScriptedProvider(says(SUMMARY), window=4_000)
    before = thread.messages
    events = await collect(agent_with(provider).compact(thread))
    assert one(events, EventType.EXECUTION_ERROR)["error_type"] == "UsageError"
    assert thread.messages == before


# What goes wrong leaves all as it was


@pytest.mark.parametrize(
    "script",
    [
        [ProviderError("Busy.", kind="overloaded")],
        says("cut of", reason="length"),
        [*words("broken of")],
        says("  "),
        [*words("it "), ProviderError("Broken.", kind="network")],
    ],
    ids=["fails", "too long", "breaks off", "empty", "breaks"],
)
async def test_a_summary_that_is_not_whole_changes_nothing(script: list[object]) -> None:
    provider = ScriptedProvider(script, says("still here"), window=4_000)  # type: ignore[arg-type]
    agent, thread = agent_with(provider), thread_of((LONG, LONG), ("a", "b"))
    before = thread.to_dict()
    events = await collect(agent.compact(thread))
    assert events[-1].type is EventType.EXECUTION_ERROR
    assert not of(events, EventType.COMPACTED)
    has_cost = any(isinstance(step, Delta) and step.text for step in script)
    assert (thread.cost_usd != 0) is has_cost, "what was used is paid"
    assert len(thread.attributes.pop("asides", [])) == has_cost
    assert thread.to_dict() == before
    thread.add_message(Message("user", "and now?"))
    await agent.go(thread)
    assert contents(provider.requests[-1].messages)[0] == LONG


async def test_a_cancel_changes_nothing_and_closes_the_connection() -> None:
    pause = Pause()
    provider = ScriptedProvider([*words("They "), pause, *words("talked")], window=4_000)
    thread = thread_of((LONG, LONG), ("a", "b"))
    before = thread.to_dict()
    stream = agent_with(provider).compact(thread)
    task = asyncio.create_task(collect(stream))
    await pause.reached.wait()
    stream.cancel()
    events = await task
    assert events[-1].type is EventType.EXECUTION_CANCELLED
    assert len(thread.attributes.pop("asides")) == 1
    assert thread.to_dict() == before
    assert provider.closed == 1


# By itself


async def test_it_happens_before_the_context_overflows_and_the_prompt_is_kept() -> None:
    provider = ScriptedProvider(says(SUMMARY), says("three"), window=1_000)
    agent = agent_with(provider, compact_at=0.8, system_prompt="")
    thread = thread_of((LONG, LONG), (LONG, "b"), prompt="what now?")
    events = await collect(agent.go(thread))
    assert names(events)[:5] == [
        "ITERATION_START", "COMPACTING", "MESSAGE_CREATED", "COMPACTED", "LLM_REQUEST",
    ]  # fmt: skip
    assert one(events, EventType.COMPACTING)["automatic"] is True
    assert text_of(events) == "three"
    assert contents(provider.requests[1].messages) == ["what now?"]
    assert [message.role for message in thread.messages[-3:]] == ["user", "system", "assistant"]


async def test_below_the_limit_or_without_one_nothing_happens() -> None:
    for settings_, window in (({"compact_at": 0.8}, 2_000), ({}, 500)):
        provider = ScriptedProvider(says("three"), window=window)
        thread = thread_of((LONG, LONG), (LONG, "b"), prompt="what now?")
        await agent_with(provider, system_prompt="", **settings_).go(thread)
        assert len(provider.requests) == 1


async def test_in_a_long_turn_whole_rounds_are_summarised_and_the_last_is_kept() -> None:
    def looks(name: str) -> Script:
        """Without usage: what is sent is counted here then."""
        asked = calls(("look", f'{{"name": "{name}"}}', f"c{name}"))
        return [*asked[:-1], Delta(finish_reason="tool_calls")]

    provider = ScriptedProvider(*map(looks, "abcd"), says(SUMMARY), says("done"), window=1_800)
    agent = agent_with(provider, compact_at=0.8, tools=[look], system_prompt="")
    events = await collect(agent.go(thread_of(prompt="look")))
    assert text_of(events) == "done"
    assert len(of(events, EventType.COMPACTED)) == 1
    summarised, last = provider.requests[-2:]
    assert [m.tool_call_id for m in summarised.messages if m.role == "tool"] == ["ca", "cb", "cc"]
    assert [message.role for message in last.messages] == ["user", "assistant", "tool"]
    assert last.messages[-1].tool_call_id == "cd"
    for request in provider.requests:
        accepts(list(request.messages))


async def test_a_failing_summary_costs_no_answer() -> None:
    provider = ScriptedProvider(
        [ProviderError("Busy.", kind="overloaded")], says("three"), window=1_000
    )
    agent = agent_with(provider, compact_at=0.8, system_prompt="")
    thread = thread_of((LONG, LONG), (LONG, "b"), prompt="what now?")
    events = await collect(agent.go(thread))
    assert text_of(events) == "three"
    assert not of(events, EventType.COMPACTED)
    assert contents(provider.requests[1].messages)[0] == LONG


async def test_a_prompt_that_alone_is_too_long_is_sent_as_it_is() -> None:
    provider = ScriptedProvider(says("ok"), window=100)
    agent = agent_with(provider, compact_at=0.5, system_prompt="")
    assert (await agent.go(thread_of(prompt=LONG))).content == "ok"
    assert len(provider.requests) == 1


async def test_a_server_that_finds_it_too_long_has_it_summarised_once(
    provider_server: ProviderServer,
) -> None:
    provider_server.script(
        error(400, TOO_LONG, "context_length_exceeded"), answer(SUMMARY), answer("shorter")
    )
    agent = Agent(
        model_name="openai/local-model",
        api_base=provider_server.base_url,
        api_key="sk-x",
        compact_at=0.8,
        retries=0,
    )
    thread = thread_of((LONG, LONG), ("a", "b"), prompt="what now?")
    events = await collect(agent.go(thread))
    assert text_of(events) == "shorter"
    asked, last = (request.body["messages"] for request in provider_server.requests[1:])
    assert is_summary_request(asked[-1]["content"])
    assert [message["role"] for message in last] == ["system", "user"]
    assert SUMMARY in last[0]["content"]
    assert last[1]["content"] == "what now?"


async def test_a_server_that_still_finds_it_too_long_is_told_of(
    provider_server: ProviderServer,
) -> None:
    provider_server.fallback = error(400, TOO_LONG, "context_length_exceeded")
    agent = Agent(
        model_name="openai/local-model",
        api_base=provider_server.base_url,
        api_key="sk-x",
        compact_at=0.8,
        retries=0,
    )
    thread = thread_of((LONG, LONG), ("a", "b"), prompt="what now?")
    failed = one(await collect(agent.go(thread)), EventType.EXECUTION_ERROR)
    assert failed["kind"] == "context_length"
    assert "/compact" in failed["hint"]
    assert len(provider_server.requests) <= 6


async def test_what_is_too_long_to_be_summarised_is_cut_for_it() -> None:
    huge = "start " + "x" * 90_000 + " end"
    thread = Thread()
    thread.add_message(Message("user", "read it", attachments=[Attachment("a.bin", b"x" * 9_000)]))
    call = ToolCall("c1", "look", {"name": huge})
    thread.add_message(Message("assistant", "", tool_calls=[call]))
    thread.add_message(Message("tool", huge, tool_call_id="c1"))
    thread.add_message(Message("assistant", "read"))
    thread.add_message(Message("user", "and?"))
    thread.add_message(Message("assistant", "so"))
    provider = ScriptedProvider(says(SUMMARY), window=5_000)
    result = await agent_with(provider, system_prompt="", tools=[look]).compact(thread)
    assert result.success
    (request,) = provider.requests
    accepts(list(request.messages))
    tool = next(message for message in request.messages if message.role == "tool")
    assert tool.content.startswith("start ")
    assert tool.content.endswith(" end")
    assert "characters left out" in tool.content
    assert "[a.bin, left out]" in request.messages[0].content
    assert sum(len(message.content) for message in request.messages) < 5_000
    assert thread.messages[2].content == huge


async def test_estimates_that_were_too_low_are_made_up_for() -> None:
    too_long = ProviderError("Too long.", kind="context_length")
    provider = ScriptedProvider([too_long], [too_long], says(SUMMARY), window=4_000)
    thread = thread_of(*[(LONG, LONG)] * 5)
    result = await agent_with(provider, system_prompt="").compact(thread)
    assert result.success
    sizes = [sum(map(len, contents(request.messages))) for request in provider.requests]
    assert sizes[0] > sizes[1] > sizes[2]


# Whatever is in the thread


@settings(max_examples=60)
@given(log=orderly_logs(), data=st.data())
def test_no_cut_anywhere_parts_a_call_from_its_result(
    log: list[Message], data: st.DataObject
) -> None:
    async def run() -> None:
        thread = Thread()
        for message in log[: data.draw(st.integers(1, len(log)))]:
            message.parent_id = None
            thread.add_message(message)
        before = list(thread.messages)
        window = data.draw(st.sampled_from([300, 700, 4_000]))
        provider = ScriptedProvider(*[says("s")] * 5, says("ok"), window=window)
        agent = agent_with(provider, system_prompt="", compact_at=0.1)
        if data.draw(st.booleans()):
            async for _ in agent.compact(thread):
                pass
        thread.add_message(Message("user", "go on"))
        async for _ in agent.go(thread):
            pass
        assert [message for message in thread.messages if message in before] == before
        results = {m.tool_call_id for m in before if m.role == "tool"}
        for request in provider.requests:
            accepts(list(request.messages))
            for message in request.messages:
                made_up = message.content == INTERRUPTED_RESULT
                assert not (made_up and message.tool_call_id in results)
        shown = {message.id for message in still_sent(thread.messages)}
        for message in thread.messages:
            if message.role == "tool":
                (asker,) = [
                    m
                    for m in thread.messages
                    if any(c.id == message.tool_call_id for c in m.tool_calls or ())
                ]
                assert (asker.id in shown) == (message.id in shown)

    asyncio.run(run())


class _Known(OpenAIProvider):
    """The real reader, for a server whose context is known."""

    def info(self, model: str, api_base: str | None = None) -> ModelInfo:
        return ModelInfo(model, context_window=128_000)


async def test_a_long_turn_over_the_wire_compacts_and_goes_on(
    provider_server: ProviderServer,
) -> None:
    def round_(number: int) -> Reply:
        call = Call(0, f"c{number}", "look", f'{{"name": "{number}"}}')
        return Reply([call, Finish("tool_calls"), UsageChunk(100_000 * number, 10)])

    agent = Agent(
        model_name="openai/local-model",
        api_base=provider_server.base_url,
        api_key="sk-x",
        compact_at=0.8,
        tools=[look],
        find_provider=lambda _: _Known(),
    )
    provider_server.script(round_(1), round_(2), answer(SUMMARY), answer("done"))
    thread = thread_of(prompt="look twice")
    events = await collect(agent.go(thread))
    assert text_of(events) == "done"
    (told,) = of(events, EventType.COMPACTED)
    assert told.data["tokens_before"] > 200_000
    last = provider_server.requests[-1].body["messages"]
    assert [message["role"] for message in last] == ["system", "user", "assistant", "tool"]
