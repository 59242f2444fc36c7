"""Whatever a model calls, however often, at once, under which id, and wherever it is stopped: no
tool that does more than read runs unless a rule, the mode or an answer allows that very call."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.scripted import ScriptedProvider, agent_with, calls, check, says
from tests.conversation.watching import Watching
from tyler_tui import (
    ApprovalMode,
    ApprovalPolicy,
    Conversation,
    Decision,
    EventType,
    ExecutionEvent,
    Tool,
    ToolContext,
    Verdict,
)
from tyler_tui.agent.approval import Risk
from tyler_tui.agent.tools import tool
from tyler_tui.rules.rule import Rule

RISKS: tuple[Risk, ...] = ("command", "write", "fetch", "read")
ABOUT = ("a", "b", "allowed", "asked", "denied")
RULES = [
    Rule.parse("allow", "*(allowed)"),
    Rule.parse("ask", "*(asked)"),
    Rule.parse("deny", "*(denied)"),
]

about = st.sampled_from(("a", "b", *ABOUT)).map(lambda about: json.dumps({"about": about}))
nonsense = st.sampled_from(
    ["", "{", "[]", '{"about": 3}', '{"about": "a", "more": 1}', '{"about": "a"}}']
)
arguments = st.one_of(about, about, about, nonsense)
call = st.tuples(
    st.sampled_from((*RISKS, "nothing")), arguments, st.sampled_from(("", "", "x", "y"))
)
rounds = st.lists(st.lists(call, min_size=1, max_size=6), min_size=1, max_size=5)


@dataclass(frozen=True)
class Answer:
    """What happens at a question; it may come late, for another call, or not at all."""

    verdict: Verdict | None
    edited: str | None = None
    cancels: bool = False


answer = st.builds(
    Answer,
    st.sampled_from([*Verdict, Verdict.ALLOW_SESSION, None]),
    st.sampled_from([None, None, None, *ABOUT]),
    st.sampled_from([False, False, True]),
)


@dataclass
class World:
    """Tools that report what runs without leave, and someone who answers."""

    mode: ApprovalMode
    answers: list[Answer]
    cancel_at: int
    granted: dict[str, tuple[str, str]] = field(default_factory=dict)
    session: set[tuple[str, str]] = field(default_factory=set)
    crimes: list[Any] = field(default_factory=list)
    heard: int = 0

    def tools(self) -> list[Tool]:
        return [self._tool(risk) for risk in RISKS]

    def _tool(self, risk: Risk) -> Tool:
        async def run(context: ToolContext, about: str) -> str:
            """Do it."""
            if not self._may(context.tool_call_id, risk, about):
                self.crimes.append((risk, about))
            await asyncio.sleep(0)
            return about

        def scope(given: Any) -> str:
            return str(given["about"]) if risk in ("command", "fetch") else ""

        def subject(given: Any, _: Any) -> str:
            return str(given["about"])

        return tool(name=risk, risk=risk, scope=scope, subject=subject)(run)

    def _may(self, id: str, risk: Risk, about: str) -> bool:
        if about == "denied":
            return False
        if about == "allowed" or self.granted.get(id) == (risk, about):
            return True
        if about == "asked":
            return False
        if risk == "read" or self.mode is ApprovalMode.AUTO:
            return True
        if risk == "write":
            return self.mode is ApprovalMode.EDITS or ("write", "") in self.session
        return (risk, about) in self.session

    def decide(self, conversation: Conversation, data: dict[str, Any]) -> None:
        answer = self.answers.pop(0) if self.answers else Answer(Verdict.DENY)
        if answer.cancels or answer.verdict is None:
            conversation.cancel()
        if answer.verdict is None:
            return
        id, risk = data["tool_call_id"], data["tool_name"]
        edited = None if answer.edited is None else {"about": answer.edited}
        decision = Decision(answer.verdict, arguments=edited)
        assert not conversation.decide("another", decision)
        if not conversation.decide(id, decision):
            return
        about = answer.edited or data["arguments"]["about"]
        if decision.allows:
            self.granted[id] = (risk, about)
            if decision.verdict is not Verdict.ALLOW_ONCE:
                self.session.add((risk, "" if risk == "write" else about))

    async def run(self, script: list[Any]) -> None:
        provider = ScriptedProvider(*(calls(*one) for one in script), says("Done."))
        agent = agent_with(provider, tools=self.tools(), max_tool_iterations=20)
        policy = ApprovalPolicy(self.mode, RULES)
        conversation = Conversation(agent, policy=policy)
        watching = Watching(conversation)

        async def hear(event: ExecutionEvent) -> None:
            self.heard += 1
            if self.heard == self.cancel_at:
                conversation.cancel()
            if event.type is EventType.APPROVAL_REQUESTED:
                self.decide(conversation, event.data)

        conversation.subscribe(hear)
        conversation.send("go")
        async with asyncio.timeout(60):
            await conversation.wait_idle()
        check(watching.events)


@settings(max_examples=120)
@given(
    mode=st.sampled_from(ApprovalMode),
    script=rounds,
    answers=st.lists(answer, min_size=1, max_size=8),
    cancel_at=st.integers(1, 100),
)
def test_nothing_runs_without_leave(
    mode: ApprovalMode, script: list[Any], answers: list[Answer], cancel_at: int
) -> None:
    world = World(mode, list(answers), cancel_at)
    asyncio.run(world.run(script))
    assert not world.crimes
