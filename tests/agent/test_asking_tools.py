"""Tools that ask the user for something while they run."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from tests.agent.scripted import ScriptedProvider, agent_with, calls, check, of, says
from tests.conversation.watching import Watching
from tyler_tui import (
    ApprovalMode,
    ApprovalPolicy,
    Conversation,
    Decision,
    EventType,
    ExecutionEvent,
    Verdict,
)
from tyler_tui.agent.approval import ApprovalRequest
from tyler_tui.agent.tools import ToolContext, tool

FIELDS = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "description": "What you are called"},
        "age": {"type": "integer"},
        "kind": {"type": "string", "enum": ["cat", "dog"]},
        "sure": {"type": "boolean"},
    },
    "required": ["name"],
}
BLANK = {"name": "", "age": "", "kind": "", "sure": False}


@tool(risk="read", timeout_s=5)
async def greet(context: ToolContext) -> str:
    """Greet."""
    return str(await context.ask("Who are you?", FIELDS))


@tool(risk="read", timeout_s=0.5)
async def hurry(context: ToolContext) -> str:
    """Greet, quickly."""
    return str(await context.ask("Who are you?", FIELDS))


async def asked(
    answer: Callable[[ExecutionEvent], Decision],
    mode: ApprovalMode = ApprovalMode.ASK,
    name: str = "greet",
) -> tuple[list[ExecutionEvent], str]:
    """The questions, and what the tool got."""
    agent = agent_with(ScriptedProvider(calls((name, "{}")), says("Done.")), tools=[greet, hurry])
    conversation = Conversation(agent, policy=ApprovalPolicy(mode))
    heard = Watching(conversation)

    async def hear(event: ExecutionEvent) -> None:
        if event.type is EventType.APPROVAL_REQUESTED:
            if name == "hurry":
                await asyncio.sleep(0.8)  # longer than the tool may take
            conversation.decide(event.data["tool_call_id"], answer(event))

    conversation.subscribe(hear)
    await conversation.ask("go")
    check(heard.events)
    result = next(m.content for m in conversation.thread.messages if m.role == "tool")
    return of(heard.events, EventType.APPROVAL_REQUESTED), result


def filled(**arguments: Any) -> Decision:
    return Decision(Verdict.ALLOW_ONCE, arguments=BLANK | arguments)


@pytest.mark.parametrize("mode", list(ApprovalMode))
async def test_what_is_filled_in_gets_to_the_tool_and_no_mode_answers(mode: ApprovalMode) -> None:
    questions, got = await asked(lambda _: filled(name="Ada", age="36", sure="true"), mode)
    assert got == "{'name': 'Ada', 'age': 36, 'sure': True}"
    [question] = [event.data for event in questions]
    assert (question["tool_name"], question["summary"]) == ("greet", "Who are you?")
    assert question["asks_for"] == FIELDS
    assert question["arguments"] == BLANK
    assert (question["session"], question["always"]) == ("", "")
    assert question["preview"].splitlines() == [
        "name (string): What you are called",
        "age (integer, may stay empty)",
        "kind (one of cat, dog, may stay empty)",
        "sure (boolean, may stay empty)",
    ]


async def test_what_does_not_fit_is_asked_again_with_what_is_wrong() -> None:
    answers = iter(
        [filled(name="Ada", age="old"), filled(name="Ada", kind="cow"), filled(name="Ada")]
    )
    questions, got = await asked(lambda _: next(answers))
    assert got == "{'name': 'Ada', 'sure': False}"
    first, second, third = (event.data for event in questions)
    assert "`age` must be" in second["preview"]
    assert second["arguments"] == BLANK | {"name": "Ada", "age": "old"}
    assert "`kind` must be one of" in third["preview"]
    assert "must be" not in first["preview"]


@pytest.mark.parametrize("decision", [Decision(Verdict.DENY), Decision(Verdict.ALLOW_ONCE)])
async def test_a_yes_without_an_answer_is_none(decision: Decision) -> None:
    _, got = await asked(lambda _: decision)
    assert got == "None"


async def test_the_time_that_it_takes_does_not_count_for_the_tool() -> None:
    _, got = await asked(lambda _: filled(name="Ada"), name="hurry")
    assert got == "{'name': 'Ada', 'sure': False}"


async def test_where_nobody_decides_nobody_answers() -> None:
    agent = agent_with(ScriptedProvider(calls(("greet", "{}")), says("Done.")), tools=[greet])
    result = await agent.go(Conversation(agent).thread)
    assert [m.content for m in result.new_messages if m.role == "tool"] == ["None"]


async def test_a_hook_is_told_that_it_is_asked_for_something() -> None:
    seen: list[ApprovalRequest] = []

    async def approve(request: ApprovalRequest) -> Decision:
        seen.append(request)
        return filled(name="Ada")

    provider = ScriptedProvider(calls(("greet", "{}")), says("Done."))
    agent = agent_with(provider, tools=[greet], approve=approve)
    result = await agent.go(Conversation(agent).thread)
    assert "Ada" in next(m.content for m in result.new_messages if m.role == "tool")
    assert [request.asks_for for request in seen] == [FIELDS]
