"""Conversation: deciding about tool calls."""

import asyncio

import pytest

from tests.agent.scripted import (
    ScriptedProvider,
    agent_with,
    calls,
    check,
    of,
    one,
    says,
)
from tests.conversation.watching import Watching, state_of
from tyler_tui import (
    ApprovalMode,
    ApprovalPolicy,
    Conversation,
    Decision,
    EventType,
    ExecutionEvent,
    Tool,
    Verdict,
)
from tyler_tui.agent.tools import tool
from tyler_tui.conversation import State
from tyler_tui.conversation.question import Question
from tyler_tui.errors import ToolError
from tyler_tui.rules.rule import Rule


def write_tool(written: list[str]) -> Tool:
    @tool(risk="write")
    def write(text: str) -> str:
        """Write."""
        written.append(text)
        return "written"

    return write


async def test_a_call_waits_until_it_is_decided() -> None:
    written: list[str] = []
    provider = ScriptedProvider(calls(("write", '{"text": "a"}', "w1")), says("Done."))
    conversation = Conversation(agent_with(provider, tools=[write_tool(written)]))
    watching = Watching(conversation)
    conversation.send("write")
    await watching.wait_for(EventType.APPROVAL_REQUESTED)
    assert state_of(conversation) is State.ASKING
    assert not conversation.decide("another", Decision(Verdict.ALLOW_ONCE))
    assert not written
    assert conversation.decide("w1", Decision(Verdict.ALLOW_ONCE))
    assert state_of(conversation) is State.ANSWERING
    assert not conversation.decide("w1", Decision(Verdict.DENY))
    await conversation.wait_idle()
    assert written == ["a"]
    check(watching.events)


async def test_a_listener_may_decide_at_once() -> None:
    written: list[str] = []
    provider = ScriptedProvider(calls(("write", '{"text": "a"}')), says("I see."))
    conversation = Conversation(agent_with(provider, tools=[write_tool(written)]))
    watching = Watching(conversation)

    async def refuse(event: ExecutionEvent) -> None:
        if event.type is EventType.APPROVAL_REQUESTED:
            assert conversation.decide(event.data["tool_call_id"], Decision(Verdict.DENY, "no"))

    conversation.subscribe(refuse)
    await conversation.ask("write")
    assert not written
    assert one(watching.events, EventType.TOOL_ERROR)["denied"] is True


async def test_what_is_allowed_for_the_session_is_asked_once() -> None:
    written: list[str] = []
    provider = ScriptedProvider(
        calls(("write", '{"text": "a"}'), ("write", '{"text": "b"}')),
        calls(("write", '{"text": "c"}')),
        says("Done."),
    )
    conversation = Conversation(agent_with(provider, tools=[write_tool(written)]))
    watching = Watching(conversation)
    conversation.send("write")
    asked = await watching.wait_for(EventType.APPROVAL_REQUESTED)
    conversation.decide(asked.data["tool_call_id"], Decision(Verdict.ALLOW_SESSION))
    await conversation.wait_idle()
    assert sorted(written) == ["a", "b", "c"]
    assert len(of(watching.events, EventType.APPROVAL_REQUESTED)) == 1


async def test_a_decision_with_arguments_that_do_not_fit_runs_and_remembers_nothing() -> None:
    written: list[str] = []
    provider = ScriptedProvider(
        calls(("write", '{"text": "a"}', "w1")),
        calls(("write", '{"text": "b"}', "w2")),
        says("Ok."),
    )
    conversation = Conversation(agent_with(provider, tools=[write_tool(written)]))
    watching = Watching(conversation)
    answers = {
        "w1": Decision(Verdict.ALLOW_SESSION, arguments={"txt": "c"}),
        "w2": Decision(Verdict.DENY),
    }

    async def answer(event: ExecutionEvent) -> None:
        if event.type is EventType.APPROVAL_REQUESTED:
            asked = event.data["tool_call_id"]
            conversation.decide(asked, answers.pop(asked))

    conversation.subscribe(answer)
    await conversation.ask("write")
    assert not answers, "the second call was asked about, too"
    assert "`text` is missing" in of(watching.events, EventType.TOOL_ERROR)[0].data["error"]
    assert written == []


async def test_a_question_whose_call_was_stopped_or_answered_takes_no_answer() -> None:
    asked = ExecutionEvent.now(EventType.APPROVAL_REQUESTED, tool_call_id="w1")
    answered, stopped = Question(asked), Question(asked)
    assert answered.is_about("w1")
    assert not answered.is_about("w2")
    answered.answer(Decision(Verdict.DENY))
    assert not answered.is_about("w1")
    waiting = asyncio.create_task(stopped.answered())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert not stopped.is_about("w1")


async def test_a_denial_is_not_remembered() -> None:
    provider = ScriptedProvider(
        calls(("write", '{"text": "a"}'), ("write", '{"text": "b"}')), says("Done.")
    )
    written: list[str] = []
    conversation = Conversation(agent_with(provider, tools=[write_tool(written)]))
    watching = Watching(conversation)
    conversation.send("write")
    first = await watching.wait_for(EventType.APPROVAL_REQUESTED)
    conversation.decide(first.data["tool_call_id"], Decision(Verdict.DENY))
    second = await watching.wait_for(EventType.APPROVAL_REQUESTED, 2)
    conversation.decide(second.data["tool_call_id"], Decision(Verdict.ALLOW_ONCE))
    await conversation.wait_idle()
    assert len(written) == 1


async def test_nothing_is_asked_when_the_policy_allows_all() -> None:
    written: list[str] = []
    provider = ScriptedProvider(calls(("write", '{"text": "a"}')), says("Done."))
    conversation = Conversation(
        agent_with(provider, tools=[write_tool(written)]), policy=ApprovalPolicy(ApprovalMode.AUTO)
    )
    watching = Watching(conversation)
    await conversation.ask("write")
    assert written == ["a"]
    assert not of(watching.events, EventType.APPROVAL_REQUESTED)


async def test_cancelled_while_asking_the_question_is_void() -> None:
    written: list[str] = []
    provider = ScriptedProvider(calls(("write", '{"text": "a"}', "w1")), says("I see."))
    conversation = Conversation(agent_with(provider, tools=[write_tool(written)]))
    watching = Watching(conversation)
    conversation.send("write")
    await watching.wait_for(EventType.APPROVAL_REQUESTED)
    conversation.cancel()
    assert not conversation.decide("w1", Decision(Verdict.ALLOW_ONCE))
    assert state_of(conversation) is State.CANCELLING
    await conversation.wait_idle()
    assert not conversation.decide("w1", Decision(Verdict.ALLOW_ONCE))
    assert state_of(conversation) is State.IDLE
    assert not written
    check(watching.events)


async def test_an_answer_to_one_call_never_does_for_the_next_also_while_it_is_cancelled() -> None:
    written: list[str] = []
    provider = ScriptedProvider(
        calls(("write", '{"text": "a"}', "w1"), ("write", '{"text": "b"}', "w2")), says("Done.")
    )
    conversation = Conversation(agent_with(provider, tools=[write_tool(written)]))

    async def allow_the_first_and_stop(event: ExecutionEvent) -> None:
        if event.data.get("tool_call_id") == "w1":
            if event.type is EventType.APPROVAL_REQUESTED:
                conversation.decide("w1", Decision(Verdict.ALLOW_ONCE))
            elif event.type is EventType.TOOL_EXECUTING:
                conversation.cancel()

    conversation.subscribe(allow_the_first_and_stop)
    conversation.send("write")
    await conversation.wait_idle()
    assert "b" not in written


async def test_a_question_is_reconsidered_for_other_arguments_which_then_run() -> None:
    written: list[str] = []
    provider = ScriptedProvider(calls(("write", '{"text": "a"}', "w1")), says("Done."))
    policy = ApprovalPolicy(rules=[Rule.parse("deny", "write(*never*)")])
    conversation = Conversation(agent_with(provider, tools=[write_tool(written)]), policy=policy)
    watching = Watching(conversation)
    with pytest.raises(ToolError, match="does not wait"):
        await conversation.reconsider("w1", {"text": "b"})
    conversation.send("write")
    asked = await watching.wait_for(EventType.APPROVAL_REQUESTED)
    for refused, why in (({"txt": "b"}, "`text` is missing."), ({"text": "never"}, "A rule")):
        with pytest.raises(ToolError, match=why):
            await conversation.reconsider("w1", refused)
    anew = await conversation.reconsider("w1", {"text": "b"})
    assert anew.data == {**asked.data, "arguments": {"text": "b"}, "summary": '{"text": "b"}'}
    assert state_of(conversation) is State.ASKING
    assert len(of(watching.events, EventType.APPROVAL_REQUESTED)) == 1, "nobody else is asked"
    conversation.decide("w1", Decision(Verdict.ALLOW_ONCE, arguments={"text": "b"}))
    await conversation.wait_idle()
    assert written == ["b"]
    with pytest.raises(ToolError, match="does not wait"):
        await conversation.reconsider("w1", {"text": "c"})
