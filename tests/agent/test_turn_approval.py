"""Asking before a call runs: allowed, denied, edited, one question at a time."""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.agent.scripted import (
    ScriptedProvider,
    agent_with,
    calls,
    collect,
    names,
    of,
    one,
    says,
    thread_with,
)
from tyler_tui import Agent, Decision, EventType, Thread, Tool, Verdict
from tyler_tui.agent.approval import ApprovalRequest
from tyler_tui.agent.tools import tool
from tyler_tui.errors import ToolError


def results(thread: Thread) -> list[str]:
    return [message.content for message in thread.messages if message.role == "tool"]


def writer(written: list[str]) -> Tool:
    @tool(risk="write")
    def write(text: str) -> str:
        """Write."""
        written.append(text)
        return "written"

    return write


def agent_that_asks(
    provider: ScriptedProvider, written: list[str], answer: Callable[[ApprovalRequest], Decision]
) -> Agent:
    async def approve(request: ApprovalRequest) -> Decision:
        return answer(request)

    return agent_with(provider, tools=[writer(written)], approve=approve)


async def test_a_call_that_was_allowed_runs_as_it_was_shown() -> None:
    written: list[str] = []
    asked: list[ApprovalRequest] = []

    def allow(request: ApprovalRequest) -> Decision:
        asked.append(request)
        return Decision(Verdict.ALLOW_ONCE)

    provider = ScriptedProvider(calls(("write", '{"text": "a"}', "w1")), says("Done."))
    events = await collect(agent_that_asks(provider, written, allow).go(thread_with()))
    assert written == ["a"]
    request = one(events, EventType.APPROVAL_REQUESTED)
    assert request["arguments"] == asked[0].arguments == {"text": "a"}
    assert request["tool_call_id"] == asked[0].tool_call_id == "w1"
    order = names(events)
    assert order.index("APPROVAL_REQUESTED") < order.index("TOOL_EXECUTING")


async def test_a_denied_call_does_not_run_and_the_model_hears_the_users_word() -> None:
    written: list[str] = []
    thread = thread_with()
    provider = ScriptedProvider(calls(("write", '{"text": "a"}')), says("I see."))
    agent = agent_that_asks(provider, written, lambda _: Decision(Verdict.DENY, "not on Sundays"))
    events = await collect(agent.go(thread))
    assert not written
    assert one(events, EventType.TOOL_ERROR)["denied"] is True
    assert "not on Sundays" in results(thread)[0]
    assert thread.messages[2].metrics["denied"] is True
    assert not of(events, EventType.TOOL_EXECUTING)


async def test_edited_arguments_are_what_runs_and_the_model_is_told() -> None:
    written: list[str] = []
    thread = thread_with()
    provider = ScriptedProvider(calls(("write", '{"text": "a"}')), says("I see."))
    edit = Decision(Verdict.ALLOW_ONCE, arguments={"text": "b"})
    events = await collect(agent_that_asks(provider, written, lambda _: edit).go(thread))
    assert written == ["b"]
    told = one(events, EventType.TOOL_RESULT)["result"]
    assert results(thread) == [told]
    assert '{"text": "b"}' in told
    assert told.endswith("written")


async def test_edited_arguments_that_do_not_fit_do_not_run() -> None:
    written: list[str] = []
    provider = ScriptedProvider(calls(("write", '{"text": "a"}')), says("I see."))
    edit = Decision(Verdict.ALLOW_ONCE, arguments={"txt": "b"})
    events = await collect(agent_that_asks(provider, written, lambda _: edit).go(thread_with()))
    assert not written
    assert "text" in one(events, EventType.TOOL_ERROR)["error"]


async def test_questions_come_one_at_a_time() -> None:
    asking = 0
    most = 0

    async def approve(request: ApprovalRequest) -> Decision:
        nonlocal asking, most
        asking += 1
        most = max(most, asking)
        await asyncio.sleep(0)
        asking -= 1
        return Decision(Verdict.ALLOW_ONCE)

    written: list[str] = []
    provider = ScriptedProvider(
        calls(("write", '{"text": "a"}'), ("write", '{"text": "b"}')), says("Done.")
    )
    agent = agent_with(provider, tools=[writer(written)], approve=approve)
    await collect(agent.go(thread_with()))
    assert sorted(written) == ["a", "b"]
    assert most == 1


async def test_the_question_says_what_an_answer_for_the_session_covers() -> None:
    asked: list[ApprovalRequest] = []

    async def approve(request: ApprovalRequest) -> Decision:
        asked.append(request)
        return Decision(Verdict.ALLOW_SESSION)

    @tool(risk="fetch", scope=lambda arguments: arguments["host"])
    def look(host: str) -> str:
        """Look."""
        return "seen"

    provider = ScriptedProvider(calls(("look", '{"host": "a.example"}')), says("Done."))
    events = await collect(agent_with(provider, tools=[look], approve=approve).go(thread_with()))
    assert one(events, EventType.APPROVAL_REQUESTED)["scope"] == "a.example"
    assert [request.scope for request in asked] == ["a.example"]


async def test_a_preview_that_fails_does_not_keep_the_question_from_being_asked() -> None:
    def preview(arguments: Any, workspace: Any) -> str:
        raise ZeroDivisionError("nothing to show")

    shaky = Tool("write", "Write.", {"type": "object"}, str, risk="write", preview=preview)
    provider = ScriptedProvider(calls(("write", "{}")), says("Done."))

    async def approve(request: ApprovalRequest) -> Decision:
        return Decision(Verdict.ALLOW_ONCE)

    events = await collect(agent_with(provider, tools=[shaky], approve=approve).go(thread_with()))
    assert "nothing to show" in one(events, EventType.APPROVAL_REQUESTED)["preview"]


async def test_a_hook_that_raises_ends_the_turn_and_the_tool_does_not_run() -> None:
    written: list[str] = []

    async def approve(request: ApprovalRequest) -> Decision:
        raise LookupError("no policy")

    thread = thread_with()
    provider = ScriptedProvider(calls(("write", '{"text": "a"}')))
    agent = agent_with(provider, tools=[writer(written)], approve=approve)
    events = await collect(agent.go(thread))
    assert one(events, EventType.EXECUTION_ERROR)["error_type"] == "LookupError"
    assert not written


async def test_a_call_whose_preview_says_that_it_cannot_succeed_is_no_question() -> None:
    def cannot(arguments: object, workspace: object) -> str:
        raise ToolError("There is no such file.")

    @tool(risk="write", preview=cannot)
    def write(text: str) -> str:
        """Write."""
        raise AssertionError("it ran")

    async def approve(request: ApprovalRequest) -> Decision:
        raise AssertionError("someone was asked")

    provider = ScriptedProvider(calls(("write", '{"text": "a"}')), says("I see."))
    events = await collect(agent_with(provider, tools=[write], approve=approve).go(thread_with()))
    assert one(events, EventType.TOOL_ERROR)["error"] == "There is no such file."
    assert "denied" not in one(events, EventType.TOOL_ERROR)
