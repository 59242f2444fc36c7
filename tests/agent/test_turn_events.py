"""Which events a turn has, in which order, and what each carries."""

import asyncio

import pytest

from tests.agent.scripted import (
    USAGE,
    ScriptedProvider,
    agent_with,
    calls,
    collect,
    names,
    of,
    one,
    says,
    text_of,
    thread_with,
    words,
)
from tyler_tui import EventType, Message, MessageStatus, ProviderError, ToolContext, ToolError
from tyler_tui.providers import Delta


async def test_a_plain_answer_has_these_events_in_this_order() -> None:
    agent = agent_with(ScriptedProvider(says("Hel", "lo")))
    events = await collect(agent.go(thread_with(), stream=True))
    assert names(events) == [
        "ITERATION_START", "LLM_REQUEST", "LLM_STREAM_CHUNK", "LLM_STREAM_CHUNK", "LLM_RESPONSE",
        "MESSAGE_CREATED", "EXECUTION_COMPLETE",
    ]  # fmt: skip


async def test_the_events_of_a_plain_answer_say_what_happened() -> None:
    thread = thread_with()
    agent = agent_with(ScriptedProvider(says("Hel", "lo"), price=0.001), temperature=0.5)
    events = await collect(agent.go(thread))
    assert one(events, EventType.ITERATION_START) == {"iteration_number": 0, "max_iterations": 10}
    assert one(events, EventType.LLM_REQUEST) == {
        "message_count": 2,  # the system prompt counts
        "model": "scripted",
        "temperature": 0.5,
    }
    assert text_of(events) == "Hello"
    response = one(events, EventType.LLM_RESPONSE)
    assert response["content"] == "Hello"
    assert response["tool_calls"] == []
    assert response["tokens"] == USAGE.to_dict()
    assert response["latency_ms"] > 0
    assert response["finish_reason"] == "stop"
    assert one(events, EventType.MESSAGE_CREATED)["message"] is thread.messages[-1]
    complete = one(events, EventType.EXECUTION_COMPLETE)
    assert complete["total_tokens"] == 15
    assert complete["usage"] == USAGE.to_dict()
    assert complete["cost_usd"] == pytest.approx(0.015)
    assert complete["tools_used"] == []
    assert complete["duration_ms"] >= response["latency_ms"]


async def test_a_turn_with_a_tool_has_these_events_in_this_order() -> None:
    async def count(context: ToolContext, to: int) -> str:
        """Count."""
        await context.report(1, 2, "half")
        return "two"

    wanted = calls(("count", '{"to": 2}', "c1"), text="Let me see.")
    provider = ScriptedProvider(wanted, says("Two."))
    events = await collect(agent_with(provider, tools=[count]).go(thread_with()))
    assert names(events) == [
        "ITERATION_START", "LLM_REQUEST", "LLM_STREAM_CHUNK", "LLM_RESPONSE", "MESSAGE_CREATED",
        "TOOL_SELECTED", "TOOL_EXECUTING", "TOOL_PROGRESS", "TOOL_RESULT", "MESSAGE_CREATED",
        "ITERATION_START", "LLM_REQUEST", "LLM_STREAM_CHUNK", "LLM_RESPONSE", "MESSAGE_CREATED",
        "EXECUTION_COMPLETE",
    ]  # fmt: skip
    named = {"tool_name": "count", "tool_call_id": "c1"}
    assert one(events, EventType.TOOL_SELECTED) == named | {"arguments": {"to": 2}}
    responses = of(events, EventType.LLM_RESPONSE)
    call = {"name": "count", "arguments": '{"to": 2}'}
    wire = {"id": "c1", "type": "function", "function": call}
    assert [response.data["tool_calls"] for response in responses] == [[wire], []]
    assert one(events, EventType.TOOL_EXECUTING) == named
    progress = {"progress": 1, "total": 2, "message": "half"}
    assert one(events, EventType.TOOL_PROGRESS) == named | progress
    result = one(events, EventType.TOOL_RESULT)
    assert result["result"] == "two"
    assert result["duration_ms"] >= 0
    assert one(events, EventType.EXECUTION_COMPLETE)["tools_used"] == ["count"]
    assert one(events, EventType.EXECUTION_COMPLETE)["total_tokens"] == 30


async def test_how_long_a_call_took_is_told_whether_it_worked_or_failed() -> None:
    async def wait(well: bool) -> str:
        """Take a moment."""
        await asyncio.sleep(0.06)
        if not well:
            raise ToolError("No.")
        return "Yes."

    wanted = calls(("wait", '{"well": true}'), ("wait", '{"well": false}'))
    events = await collect(
        agent_with(ScriptedProvider(wanted, says("So.")), tools=[wait]).go(thread_with())
    )
    whole_ms = one(events, EventType.EXECUTION_COMPLETE)["duration_ms"]
    for kind in (EventType.TOOL_RESULT, EventType.TOOL_ERROR):
        assert 50 <= one(events, kind)["duration_ms"] <= whole_ms


async def test_an_error_ends_the_stream_with_what_to_do_about_it() -> None:
    error = ProviderError(
        "Slow down.", kind="rate_limit", hint="Wait.", retryable=True, retry_after_s=7
    )
    events = await collect(agent_with(ScriptedProvider([error])).go(thread_with()))
    data = one(events, EventType.EXECUTION_ERROR)
    assert data.pop("duration_ms") >= 0
    assert data == {
        "error_type": "ProviderError",
        "message": "Slow down.",
        "retryable": True,
        "retry_after_s": 7,
        "hint": "Wait.",
        "kind": "rate_limit",
        "title": "Too many requests",
        "exit_code": 75,
    }


async def test_an_error_is_never_put_in_the_assistants_mouth() -> None:
    thread = thread_with()
    error = ProviderError("No.", kind="authentication")
    await collect(agent_with(ScriptedProvider([error])).go(thread))
    assert [message.role for message in thread.messages] == ["user"]


async def test_an_error_that_nobody_foresaw_ends_the_stream_too_and_keeps_the_text() -> None:
    thread = thread_with()
    provider = ScriptedProvider([*words("So far"), RuntimeError("a [b]bug[/b]\x1b[2J")])
    events = await collect(agent_with(provider).go(thread))
    data = one(events, EventType.EXECUTION_ERROR)
    assert data["error_type"] == "RuntimeError"
    assert "a [b]bug[/b]" in data["message"]
    assert "\x1b" not in data["message"]
    assert not data["retryable"]
    assert thread.messages[-1].content == "So far"
    assert thread.messages[-1].status is MessageStatus.ERROR


async def test_thinking_has_chunks_of_its_own_and_stays_out_of_the_answer() -> None:
    thread = thread_with()
    script = [
        Delta(thinking="Hm, "),
        Delta(thinking="yes.", thinking_type="extended_thinking"),
        *says("Yes."),
    ]
    events = await collect(agent_with(ScriptedProvider(script)).go(thread))
    assert [event.data for event in of(events, EventType.LLM_THINKING_CHUNK)] == [
        {"thinking_chunk": "Hm, ", "thinking_type": "reasoning"},
        {"thinking_chunk": "yes.", "thinking_type": "extended_thinking"},
    ]
    assert thread.messages[-1].reasoning_content == "Hm, yes."
    assert thread.messages[-1].content == "Yes."


async def test_the_message_tells_how_it_was_made() -> None:
    thread = thread_with()
    await collect(agent_with(ScriptedProvider(says("Hi"), price=1.0)).go(thread))
    message = thread.messages[-1]
    assert message.usage == USAGE
    assert message.metrics["model"] == "scripted"
    assert message.metrics["cost_usd"] == 15.0
    assert 0 <= message.metrics["first_token_ms"] <= message.metrics["latency_ms"]


async def test_usage_that_the_provider_kept_to_itself_is_estimated_and_said_to_be() -> None:
    thread = thread_with()
    agent = agent_with(
        ScriptedProvider([*words("four"), Delta(finish_reason="stop")]), system_prompt="sys"
    )
    events = await collect(agent.go(thread))
    usage = thread.messages[-1].usage
    assert usage is not None
    assert usage.estimated
    assert (usage.prompt_tokens, usage.completion_tokens) == (len("sys" + "hello"), len("four"))
    assert one(events, EventType.LLM_RESPONSE)["tokens"]["estimated"] is True


async def test_one_unknown_price_makes_the_whole_cost_unknown() -> None:
    provider = ScriptedProvider(calls(("nothing", "{}")), says("Hi"), price=None)
    events = await collect(agent_with(provider).go(thread_with()))
    assert one(events, EventType.EXECUTION_COMPLETE)["cost_usd"] is None


async def test_the_thread_may_be_answered_again_as_soon_as_the_last_event_is_out() -> None:
    thread = thread_with()
    agent = agent_with(ScriptedProvider(says("one"), says("two")))
    async for event in agent.go(thread):
        if event.type is EventType.EXECUTION_COMPLETE:
            thread.add_message(Message("user", "more"))
            assert (await agent.go(thread)).content == "two"
    assert [m.content for m in thread.messages] == ["hello", "one", "more", "two"]
