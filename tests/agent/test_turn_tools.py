"""The loop of tools: how calls run, what the model gets to see of them, when it ends."""

import asyncio

import pytest

from tests.agent.scripted import (
    ScriptedProvider,
    agent_with,
    calls,
    collect,
    of,
    one,
    roles,
    says,
    thread_with,
)
from tyler_tui import EventType, Message, MessageStatus, Thread, Tool, ToolContext, ToolError
from tyler_tui.agent.tools import tool
from tyler_tui.messages import INTERRUPTED_RESULT
from tyler_tui.providers import CallDelta, Delta


def results(thread: Thread) -> list[str]:
    return [message.content for message in thread.messages if message.role == "tool"]


async def test_a_key_that_a_tool_fails_or_works_with_reaches_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "marked-0123456789")

    async def act(context: ToolContext, how: str) -> str:
        """Act."""
        await context.report(1, 2, "with marked-0123456789")
        if how == "badly":
            raise ToolError("marked-0123456789 is not known")
        return "it is marked-0123456789"

    thread = thread_with()
    wanted = calls(("act", '{"how": "badly"}'), ("act", '{"how": "well"}'))
    provider = ScriptedProvider(wanted, says("Done."))
    events = await collect(agent_with(provider, tools=[act]).go(thread))
    assert results(thread) == ["*** is not known", "it is ***"]
    assert one(events, EventType.TOOL_ERROR)["error"] == "*** is not known"
    assert {event.data["message"] for event in of(events, EventType.TOOL_PROGRESS)} == {"with ***"}
    assert "marked" not in str([event.to_dict() for event in events])
    assert "marked" not in str([request.messages for request in provider.requests])


def writer(written: list[str]) -> Tool:
    @tool(risk="write")
    def write(text: str) -> str:
        """Write."""
        written.append(text)
        return "written"

    return write


async def test_parallel_tools_run_at_once_and_each_result_is_told_as_it_comes() -> None:
    second_done = asyncio.Event()

    async def slow() -> str:
        """Ends when the other has."""
        await second_done.wait()
        return "slow"

    async def quick() -> str:
        """Ends first."""
        return "quick"

    thread = thread_with()
    provider = ScriptedProvider(calls(("slow", "{}"), ("quick", "{}")), says("Done."))
    stream = agent_with(provider, tools=[slow, quick]).go(thread)
    told = []
    async for event in stream:
        if event.type is EventType.TOOL_RESULT:
            told.append(event.data["result"])
            second_done.set()
    assert told == ["quick", "slow"]
    assert results(thread) == ["slow", "quick"]


async def test_a_result_joins_as_soon_as_those_before_it_have() -> None:
    release = asyncio.Event()

    async def first() -> str:
        """Ends at once."""
        return "1"

    async def second() -> str:
        """Ends when the test says so."""
        await release.wait()
        return "2"

    thread = thread_with()
    provider = ScriptedProvider(calls(("first", "{}"), ("second", "{}")), says("Done."))
    async for event in agent_with(provider, tools=[first, second]).go(thread):
        if event.type is EventType.MESSAGE_CREATED and event.data["message"].content == "1":
            assert results(thread) == ["1"]
            release.set()
    assert results(thread) == ["1", "2"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ('{"text": "a', "not valid JSON"),
        ("[1]", "must be a JSON object"),
        ('{"text": NaN}', "not valid JSON"),
        ('{"txt": "a"}', "text"),
        ('{"text": {"a": 1}}', "text"),
    ],
)
async def test_bad_arguments_are_an_error_for_the_model_and_the_tool_does_not_run(
    arguments: str, complaint: str
) -> None:
    written: list[str] = []
    thread = thread_with()
    provider = ScriptedProvider(calls(("write", arguments)), says("Sorry."))
    events = await collect(agent_with(provider, tools=[writer(written)]).go(thread))
    assert complaint in one(events, EventType.TOOL_ERROR)["error"]
    assert not written
    assert not of(events, EventType.TOOL_EXECUTING)
    last_request = provider.requests[-1].messages
    assert [message.role for message in last_request] == ["user", "assistant", "tool"]
    assert complaint in last_request[-1].content


async def test_an_unknown_tool_is_an_error_that_names_the_known_ones() -> None:
    thread = thread_with()
    provider = ScriptedProvider(calls(("rm -rf", "{}")), says("Sorry."))
    events = await collect(agent_with(provider, tools=[writer([])]).go(thread))
    error = one(events, EventType.TOOL_ERROR)["error"]
    assert "rm -rf" in error
    assert "write" in error
    assert one(events, EventType.EXECUTION_COMPLETE)["tools_used"] == []


async def test_a_tool_that_fails_tells_the_model_why_and_the_turn_goes_on() -> None:
    def fail() -> str:
        """Fail."""
        raise ToolError("the door is locked")

    thread = thread_with()
    provider = ScriptedProvider(calls(("fail", "{}")), says("Too bad."))
    events = await collect(agent_with(provider, tools=[fail]).go(thread))
    assert one(events, EventType.TOOL_ERROR)["error"] == "the door is locked"
    assert results(thread) == ["the door is locked"]
    assert thread.messages[2].metrics["failed"] is True
    assert thread.messages[-1].content == "Too bad."


async def test_one_failing_tool_costs_its_neighbours_nothing() -> None:
    def fail() -> str:
        """Fail."""
        raise ValueError("no")

    def work() -> str:
        """Work."""
        return "worked"

    thread = thread_with()
    provider = ScriptedProvider(calls(("fail", "{}"), ("work", "{}")), says("Half."))
    await collect(agent_with(provider, tools=[fail, work]).go(thread))
    assert results(thread) == ["ValueError: no", "worked"]


def count() -> str:
    """Count."""
    return "1"


async def test_at_the_limit_the_model_is_asked_once_more_without_tools() -> None:
    thread = thread_with()
    provider = ScriptedProvider(
        calls(("count", "{}", "a")), calls(("count", "{}", "b")), says("Enough.")
    )
    events = await collect(agent_with(provider, tools=[count], max_tool_iterations=2).go(thread))
    assert one(events, EventType.ITERATION_LIMIT) == {"iterations_used": 2}
    assert [request.tool_choice for request in provider.requests] == ["auto", "auto", "none"]
    assert thread.messages[-1].content == "Enough."
    iterations = [e.data["iteration_number"] for e in of(events, EventType.ITERATION_START)]
    assert iterations == [0, 1, 2]


async def test_calls_at_the_limit_are_neither_run_nor_kept() -> None:
    thread = thread_with()
    provider = ScriptedProvider(calls(("count", "{}"), text="Enough."))
    events = await collect(agent_with(provider, tools=[count], max_tool_iterations=0).go(thread))
    assert not of(events, EventType.TOOL_SELECTED)
    assert one(events, EventType.LLM_RESPONSE)["tool_calls"] == []
    assert thread.messages[-1].tool_calls is None


async def test_nothing_but_calls_at_the_limit_is_an_empty_answer() -> None:
    provider = ScriptedProvider(calls(("count", "{}")))
    agent = agent_with(provider, tools=[count], max_tool_iterations=0)
    events = await collect(agent.go(thread_with()))
    assert one(events, EventType.EXECUTION_ERROR)["kind"] == "empty"


async def test_a_model_that_invents_tools_for_ever_is_stopped_by_the_limit() -> None:
    provider = ScriptedProvider(
        *[calls(("ghost", "{}")) for _ in range(3)], says("There are no tools.")
    )
    events = await collect(agent_with(provider, max_tool_iterations=3).go(thread_with()))
    assert one(events, EventType.ITERATION_LIMIT) == {"iterations_used": 3}
    assert events[-1].type is EventType.EXECUTION_COMPLETE


async def test_a_tool_that_ends_the_turn_ends_it() -> None:
    @tool(ends_turn=True)
    def hand_over() -> str:
        """End."""
        return "over to you"

    thread = thread_with()
    provider = ScriptedProvider(calls(("hand_over", "{}")))
    events = await collect(agent_with(provider, tools=[hand_over]).go(thread))
    assert events[-1].type is EventType.EXECUTION_COMPLETE
    assert roles(thread) == ["user", "assistant", "tool"]


async def test_a_tool_that_would_end_the_turn_but_fails_does_not() -> None:
    @tool(ends_turn=True)
    def hand_over(to: str) -> str:
        """End."""
        return to

    thread = thread_with()
    provider = ScriptedProvider(calls(("hand_over", "{}")), says("To whom?"))
    await collect(agent_with(provider, tools=[hand_over]).go(thread))
    assert thread.messages[-1].content == "To whom?"


async def test_whole_calls_of_an_answer_that_was_cut_run_and_half_ones_do_not() -> None:
    written: list[str] = []
    thread = thread_with()
    script = [
        Delta(calls=(CallDelta(0, "a", "write", '{"text": "a"}'),)),
        Delta(calls=(CallDelta(1, "b", "write", '{"text": "b'),)),
        Delta(calls=(CallDelta(2, "c", "write", ""),)),
        Delta(finish_reason="length"),
    ]
    provider = ScriptedProvider(script, says("Done."))
    await collect(agent_with(provider, tools=[writer(written)]).go(thread))
    assert written == ["a"]
    asked = thread.messages[1]
    assert [call.id for call in asked.tool_calls or ()] == ["a"]
    assert asked.status is MessageStatus.TRUNCATED


@pytest.mark.parametrize("text", ["", "I count."])
async def test_ids_that_a_model_uses_again_are_made_anew(text: str) -> None:
    thread = thread_with()
    provider = ScriptedProvider(
        calls(("count", "{}", "same"), ("count", "{}", "same"), text=text),
        calls(("count", "{}", "same")),
        says("Done."),
    )
    await collect(agent_with(provider, tools=[count]).go(thread))
    ids = [call.id for message in thread.messages for call in message.tool_calls or ()]
    assert len(set(ids)) == len(ids) == 3
    answered = [m.tool_call_id for m in thread.messages if m.role == "tool"]
    assert answered == ids
    assert INTERRUPTED_RESULT not in results(thread)


async def test_each_agent_has_its_own_tool_of_a_name() -> None:
    def first() -> str:
        """One."""
        return "of the first"

    def second() -> str:
        """Two."""
        return "of the second"

    threads = [thread_with(), thread_with()]
    agents = [
        agent_with(
            ScriptedProvider(calls(("act", "{}")), says("Done.")),
            tools=[tool(name="act")(function)],
        )
        for function in (first, second)
    ]
    await asyncio.gather(*(agent.go(t) for agent, t in zip(agents, threads, strict=True)))
    assert [results(thread) for thread in threads] == [["of the first"], ["of the second"]]


async def test_tools_remember_from_call_to_call_but_not_from_thread_to_thread() -> None:
    def count(context: ToolContext) -> str:
        """Count."""
        context.memory["count"] = context.memory.get("count", 0) + 1
        return str(context.memory["count"])

    turn = [calls(("count", "{}")), calls(("count", "{}")), says("Done.")]
    agent = agent_with(ScriptedProvider(*turn * 3), tools=[count])
    thread = thread_with()
    for expected in ("1", "2"), ("3", "4"):
        events = await collect(agent.go(thread))
        assert tuple(e.data["result"] for e in of(events, EventType.TOOL_RESULT)) == expected
        thread.add_message(Message("user", "again"))
    events = await collect(agent.go(thread_with()))
    assert [event.data["result"] for event in of(events, EventType.TOOL_RESULT)] == ["1", "2"]
