"""Rules, edits and repetition, as the calls of a turn meet them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.agent.scripted import (
    ScriptedProvider,
    agent_with,
    calls,
    check,
    collect,
    names,
    of,
    one,
    says,
    thread_with,
)
from tests.conversation.watching import Watching
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
from tyler_tui.agent.gate import MOST_ASKED, REPEATS
from tyler_tui.agent.tools import tool
from tyler_tui.rules.rule import Effect, Rule
from tyler_tui.tools import TOOLS

Answer = Callable[[ExecutionEvent], Decision]


class Desk:
    """A conversation whose questions are answered by `answer`; `ran` are the commands that ran."""

    def __init__(
        self,
        provider: ScriptedProvider,
        answer: Answer,
        mode: ApprovalMode = ApprovalMode.ASK,
        rules: Sequence[tuple[Effect, str]] = (),
        tools: Sequence[Tool] = (),
    ) -> None:
        self.ran: list[str] = []
        policy = ApprovalPolicy(mode, [Rule.parse(effect, text) for effect, text in rules])
        agent = agent_with(provider, tools=[*tools] or [self._tool()])
        self.conversation = Conversation(agent, policy=policy)
        self.heard = Watching(self.conversation)
        self._answer = answer
        self.conversation.subscribe(self._hear)

    def _tool(self) -> Tool:
        @tool(risk="command", scope=lambda arguments: str(arguments["command"]))
        def run(command: str) -> str:
            """Run."""
            self.ran.append(command)
            return "fine"

        return run

    async def _hear(self, event: ExecutionEvent) -> None:
        if event.type is EventType.APPROVAL_REQUESTED:
            self.conversation.decide(event.data["tool_call_id"], self._answer(event))

    async def ask(self) -> list[ExecutionEvent]:
        await self.conversation.ask("go")
        check(self.heard.events)
        return self.heard.events

    @property
    def asked(self) -> list[str]:
        questions = of(self.heard.events, EventType.APPROVAL_REQUESTED)
        return [event.data["summary"] for event in questions]

    @property
    def told(self) -> list[str]:
        """What the model read of its calls."""
        messages = self.conversation.thread.messages
        return [message.content for message in messages if message.role == "tool"]


def nobody(event: ExecutionEvent) -> Decision:
    raise AssertionError(f"nobody should be asked: {event.data}")


def allow(event: ExecutionEvent) -> Decision:
    return Decision(Verdict.ALLOW_ONCE)


def refuse(event: ExecutionEvent) -> Decision:
    return Decision(Verdict.DENY)


def runs(*commands: str) -> tuple[str, str] | list[tuple[str, str]]:
    return [("run", f'{{"command": "{command}"}}') for command in commands]


def script(*rounds: Sequence[str]) -> ScriptedProvider:
    """A model that runs those commands, a list of them a round, and says that it is done."""
    return ScriptedProvider(*(calls(*runs(*commands)) for commands in rounds), says("Done."))


@pytest.mark.parametrize("mode", list(ApprovalMode))
async def test_what_a_rule_denies_never_runs_and_nobody_is_asked(mode: ApprovalMode) -> None:
    desk = Desk(script(["ls; rm -rf /"]), nobody, mode, [("allow", "run"), ("deny", "run(rm *)")])
    events = await desk.ask()
    assert not desk.ran
    assert one(events, EventType.TOOL_ERROR)["denied"] is True
    assert desk.told == ["A rule of the user denies this call: deny run(rm *)."]
    assert "TOOL_EXECUTING" not in names(events)


async def test_what_a_rule_allows_runs_unasked_and_no_more_than_that() -> None:
    desk = Desk(
        script(["git log", "git log; rm x", "git push"]), refuse, rules=[("allow", "run(git log*)")]
    )
    await desk.ask()
    assert desk.ran == ["git log"]
    assert desk.asked == ['{"command": "git log; rm x"}', '{"command": "git push"}']


async def test_what_a_rule_asks_about_is_asked_each_time_in_every_mode() -> None:
    def session(event: ExecutionEvent) -> Decision:
        return Decision(Verdict.ALLOW_SESSION)

    desk = Desk(script(["make"], ["make"]), session, ApprovalMode.AUTO, [("ask", "run(make)")])
    await desk.ask()
    assert desk.ran == ["make", "make"]
    assert len(desk.asked) == 2


async def test_what_was_edited_is_held_against_the_rules_too() -> None:
    def edit(event: ExecutionEvent) -> Decision:
        return Decision(Verdict.ALLOW_ONCE, arguments={"command": "rm -rf /"})

    desk = Desk(script(["ls"]), edit, rules=[("deny", "run(rm *)")])
    events = await desk.ask()
    assert not desk.ran
    assert one(events, EventType.TOOL_ERROR)["denied"] is True


async def test_allowing_an_edited_call_for_the_session_allows_what_it_was_edited_to() -> None:
    answers = [
        Decision(Verdict.ALLOW_SESSION, arguments={"command": "ls"}),
        Decision(Verdict.DENY),
    ]
    desk = Desk(script(["rm -rf /"], ["ls"], ["rm -rf /"]), lambda _: answers.pop(0))
    await desk.ask()
    assert desk.ran == ["ls", "ls"]
    assert len(desk.asked) == 2


@pytest.mark.parametrize("mode", list(ApprovalMode))
async def test_the_same_call_again_and_again_stops_and_asks_in_every_mode(
    mode: ApprovalMode,
) -> None:
    desk = Desk(script(*[["ls"]] * (REPEATS + 1)), refuse, mode, [("allow", "run")])
    await desk.ask()
    assert desk.ran == ["ls"] * (REPEATS - 1)
    assert desk.asked == [
        'the same call for the 3rd time: {"command": "ls"}',
        'the same call for the 4th time: {"command": "ls"}',
    ]


async def test_a_repeated_call_that_is_allowed_counts_from_the_beginning() -> None:
    desk = Desk(script(*[["ls"]] * (2 * REPEATS - 1)), allow, ApprovalMode.AUTO)
    await desk.ask()
    assert desk.ran == ["ls"] * (2 * REPEATS - 1)
    assert len(desk.asked) == 1


async def test_allowing_a_repeated_call_for_the_session_allows_no_other() -> None:
    answers = [Decision(Verdict.ALLOW_ONCE), Decision(Verdict.ALLOW_ONCE),
               Decision(Verdict.ALLOW_SESSION), Decision(Verdict.DENY)]  # fmt: skip
    desk = Desk(script(*[["ls"]] * 4), lambda _: answers.pop(0))
    await desk.ask()
    assert desk.ran == ["ls"] * 3
    assert not answers


async def test_two_calls_in_turns_are_repetition_and_a_new_one_between_is_progress() -> None:
    desk = Desk(script(["a", "b"], ["b", "a"], ["a"], ["b"]), refuse, ApprovalMode.AUTO)
    await desk.ask()
    assert desk.ran == ["a", "b", "b", "a"]
    desk = Desk(script(["a"], ["a"], ["b"], ["a"], ["a"], ["c"], ["a"]), nobody, ApprovalMode.AUTO)
    await desk.ask()
    assert desk.ran == [*"aabaaca"]


async def test_each_turn_counts_anew() -> None:
    desk = Desk(ScriptedProvider(), nobody, ApprovalMode.AUTO)
    for _ in range(3):
        desk.conversation.agent.resolved_provider._scripts.extend(  # type: ignore[attr-defined]
            [calls(*runs("ls")), calls(*runs("ls")), says("Done.")]
        )
        await desk.conversation.ask("go")
    assert desk.ran == ["ls"] * 6


async def test_where_nobody_can_be_asked_the_model_hears_that_it_goes_round_in_circles() -> None:
    ran: list[str] = []

    def look(at: str) -> str:
        """Look."""
        ran.append(at)
        return "nothing"

    provider = ScriptedProvider(*[calls(("look", '{"at": "x"}'))] * 3, says("I give up."))
    thread = thread_with()
    events = await collect(agent_with(provider, tools=[look]).go(thread))
    assert ran == ["x", "x"]
    error = one(events, EventType.TOOL_ERROR)
    assert error["error"].startswith("This very call was made 3 times")
    assert "denied" not in error


def decisions(desk: Desk) -> list[dict[str, str]]:
    """Why each call ran or did not, as it is kept, which is as it was told."""
    messages = [m for m in desk.conversation.thread.messages if m.role == "tool"]
    kept = {message.tool_call_id: message.metrics["decision"] for message in messages}
    told = {
        event.data["tool_call_id"]: event.data["decision"]
        for event in desk.heard.events
        if "decision" in event.data
    }
    assert told == kept
    return [kept[message.tool_call_id] for message in messages]


async def test_why_a_call_ran_or_did_not_is_kept_with_its_result() -> None:
    def answer(event: ExecutionEvent) -> Decision:
        match event.data["arguments"]["command"]:
            case "once":
                return Decision(Verdict.ALLOW_ONCE, arguments={"command": "edited"})
            case "session":
                return Decision(Verdict.ALLOW_SESSION)
            case _:
                return Decision(Verdict.DENY, "not that")

    rules: list[tuple[Effect, str]] = [("allow", "run(ls)"), ("deny", "run(rm*)")]
    rounds = ["once"], ["session"], ["session"], ["other"], ["ls"], ["rm"]
    desk = Desk(script(*rounds), answer, rules=rules)
    await desk.ask()
    assert desk.ran == ["edited", "session", "session", "ls"]
    assert decisions(desk) == [
        {"verdict": "allow_once", "ground": "answer", "edited": True},
        {"verdict": "allow_session", "ground": "answer"},
        {"verdict": "allow_once", "ground": "session"},
        {"verdict": "deny", "ground": "answer", "message": "not that"},
        {"verdict": "allow_once", "ground": "rule", "rule": "allow run(ls)"},
        {"verdict": "deny", "ground": "rule", "rule": "deny run(rm*)"},
    ]
    desk = Desk(script(["x"]), nobody, ApprovalMode.AUTO)
    await desk.ask()
    assert decisions(desk) == [{"verdict": "allow_once", "ground": "mode"}]


async def test_the_questions_of_an_answer_are_numbered() -> None:
    desk = Desk(script(["a", "b", "c"], ["d"]), allow)
    await desk.ask()
    asked = of(desk.heard.events, EventType.APPROVAL_REQUESTED)
    assert [(event.data["number"], event.data["count"]) for event in asked] == [
        (1, 3), (2, 3), (3, 3), (1, 1)
    ]  # fmt: skip


async def test_a_question_promises_no_more_than_an_answer_keeps() -> None:
    desk = Desk(script(["a"], ["a"], ["a"], ["b"]), allow, rules=[("ask", "run(b)")])
    await desk.ask()
    asked = of(desk.heard.events, EventType.APPROVAL_REQUESTED)
    covered = [(event.data["repeats"], event.data["session"]) for event in asked]
    once = "this very command"
    assert covered == [(0, once), (0, once), (3, ""), (0, "")]


def test_rules_see_where_a_path_leads(tmp_path: Path) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "link").symlink_to("secrets")
    with_paths = [tool for tool in TOOLS if tool.name.startswith("files-")]
    assert len(with_paths) >= 5
    for found in with_paths:
        for path in ("secrets/key", "./secrets//key", "link/key", "x/../secrets/key",
                     str(tmp_path / "secrets" / "key")):  # fmt: skip
            assert found.subject_of({"path": path}, tmp_path) == "secrets/key", found.name
        assert found.subject_of({"path": "."}, tmp_path) == "."
        assert found.subject_of({"path": "../up"}, tmp_path) == "../up"


def tool_that_writes(**options: Any) -> Tool:
    def write(text: str) -> str:
        """Write."""
        return text

    return tool(risk="write", **options)(write)


@pytest.mark.parametrize(
    ("text", "preview"),
    [
        ("short", ""),
        ("漢字", ""),
        ("long " * 100, '{"text": "' + "long " * 100 + '"}'),
        ("hid\u200bden", '{"text": "hid\\u200bden"}'),
        ("two  spaces", '{"text": "two  spaces"}'),
    ],
)
async def test_a_call_without_a_preview_is_shown_whole_where_its_summary_does_not(
    text: str, preview: str
) -> None:
    provider = ScriptedProvider(calls(("write", json.dumps({"text": text}))), says("Done."))
    conversation = Conversation(agent_with(provider, tools=[tool_that_writes()]))
    heard = Watching(conversation)
    conversation.send("go")
    asked = await heard.wait_for(EventType.APPROVAL_REQUESTED)
    assert asked.data["preview"] == preview
    await conversation.close()


async def test_a_summary_in_words_does_not_stand_for_the_arguments() -> None:
    provider = ScriptedProvider(calls(("write", '{"text": "x"}')), says("Done."))
    tools = [tool_that_writes(summarize=lambda arguments: "be harmless")]
    conversation = Conversation(agent_with(provider, tools=tools))
    heard = Watching(conversation)
    conversation.send("go")
    asked = await heard.wait_for(EventType.APPROVAL_REQUESTED)
    assert (asked.data["summary"], asked.data["preview"]) == ("be harmless", '{"text": "x"}')
    await conversation.close()


async def test_a_file_that_changes_while_the_question_stands_is_asked_about_again(
    tmp_path: Path,
) -> None:
    """Nothing is overwritten that the one who allowed it did not see."""
    place = tmp_path / "notes.md"
    call = calls(("files-write", json.dumps({"path": "notes.md", "content": "mine\n"})))
    agent = agent_with(ScriptedProvider(call, says("Done.")), tools=TOOLS, workspace=tmp_path)
    conversation = Conversation(agent)
    heard = Watching(conversation)
    met: list[str] = []

    async def answer(event: ExecutionEvent) -> None:
        if event.type is EventType.APPROVAL_REQUESTED:
            if not met:
                place.write_text("theirs\n")
            met.append(event.data["preview"])
            conversation.decide(event.data["tool_call_id"], Decision(Verdict.ALLOW_ONCE))

    conversation.subscribe(answer)
    await conversation.ask("go")
    first, second = met
    assert "theirs" not in first
    assert "-theirs" in second
    questions = of(heard.events, EventType.APPROVAL_REQUESTED)
    assert [event.data["summary"].endswith("changed meanwhile") for event in questions] == [
        False, True
    ]  # fmt: skip
    assert ["changed" in event.data for event in questions] == [False, True]
    assert place.read_text() == "mine\n"


async def test_a_preview_that_never_stays_the_same_ends_with_an_error_for_the_model() -> None:
    numbers = iter(range(100))
    tools = [tool_that_writes(preview=lambda arguments, workspace: f"version {next(numbers)}")]
    provider = ScriptedProvider(calls(("write", '{"text": "x"}')), says("Done."))
    desk = Desk(provider, allow, tools=tools)
    await desk.ask()
    assert len(desk.asked) == MOST_ASKED
    assert desk.told == ["What this call would do changed each time that the user was asked."]
