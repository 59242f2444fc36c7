"""The demo in an agent, with the real file tools and a real folder."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tyler_tui import Agent, EventType, Message, Thread
from tyler_tui.agent.approval import ApprovalRequest, Decision, Verdict
from tyler_tui.agent.turn import AgentResult
from tyler_tui.events import ExecutionEvent
from tyler_tui.messages import ToolCall
from tyler_tui.providers import provider_for
from tyler_tui.tools import COMMAND_LINE_TOOLS, FILES_TOOLS


async def turn(
    thread: Thread, prompt: str, workspace: Path, *, model: str = "demo:fast"
) -> tuple[AgentResult, list[ExecutionEvent]]:
    thread.add_message(Message("user", prompt))
    events: list[ExecutionEvent] = []

    async def listen(event: ExecutionEvent) -> None:
        events.append(event)

    agent = Agent(
        model_name=model,
        tools=[*FILES_TOOLS, *COMMAND_LINE_TOOLS],
        workspace=workspace,
        retries=0,
    )
    return await agent.run(thread, listen), events


def files_below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def calls_in(events: Sequence[ExecutionEvent]) -> list[tuple[str, str]]:
    """(tool, path) of each call, in the order of the model."""
    return [
        (event.data["tool_name"], event.data["arguments"]["path"])
        for event in events
        if event.type is EventType.TOOL_SELECTED
    ]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "README.md").write_text("# Marmalade\n\nA project about oranges.\n")
    (tmp_path / "oranges.py").write_text("print('orange')\n")
    return tmp_path


async def test_the_demo_says_that_it_is_a_demo(workspace: Path) -> None:
    result, _ = await turn(Thread(), "hello", workspace)
    assert "demo" in result.content.casefold()


async def test_a_first_prompt_reads_the_workspace_and_answers_from_what_is_there(
    workspace: Path,
) -> None:
    result, events = await turn(Thread(), "hello", workspace)
    ran = [event.data["tool_name"] for event in events if event.type is EventType.TOOL_EXECUTING]
    assert sorted(ran) == ["files-list", "files-read"]
    assert not [event for event in events if event.type is EventType.TOOL_ERROR]
    assert result.success
    assert "README.md" in result.content
    assert "Marmalade" in result.content or "oranges" in result.content


async def test_the_file_that_is_read_is_one_that_the_listing_named(workspace: Path) -> None:
    _, events = await turn(Thread(), "hello", workspace)
    listing = next(e for e in events if e.type is EventType.TOOL_RESULT)
    calls = [e.data for e in events if e.type is EventType.TOOL_SELECTED]
    read = next(call for call in calls if call["tool_name"] == "files-read")
    assert read["arguments"]["path"] in listing.data["result"]


@pytest.mark.parametrize("word", ["write", "save"])
async def test_a_prompt_to_write_writes_a_real_file(workspace: Path, word: str) -> None:
    before = files_below(workspace)
    thread = Thread()
    await turn(thread, "hello", workspace)
    result, events = await turn(thread, f"please {word} a note", workspace)
    wrote = [e for e in events if e.type is EventType.TOOL_RESULT]
    assert [event.data["tool_name"] for event in wrote] == ["files-write"]
    (made,) = files_below(workspace) - before
    assert f"please {word} a note" in made.read_text()
    assert made.name in result.content
    assert result.success
    assert result.content


async def test_a_prompt_to_edit_changes_one_line_of_what_was_written(workspace: Path) -> None:
    thread = Thread()
    await turn(thread, "write notes", workspace)
    before = (workspace / "tyler-notes.md").read_text().splitlines()
    result, events = await turn(thread, "edit the notes", workspace)
    (edited,) = [e for e in events if e.type is EventType.TOOL_RESULT]
    assert edited.data["tool_name"] == "files-edit"
    after = (workspace / "tyler-notes.md").read_text().splitlines()
    assert len(after) == len(before) + 1
    assert set(before) < set(after)
    assert "one line more" in result.content


async def test_an_edit_of_notes_that_nobody_wrote_is_told_to_have_failed(workspace: Path) -> None:
    result, events = await turn(Thread(), "edit the notes", workspace)
    assert [event for event in events if event.type is EventType.TOOL_ERROR]
    assert "no 'tyler-notes.md'" in result.content
    assert result.success


async def test_a_command_runs_for_real_and_reports_while_it_does(workspace: Path) -> None:
    result, events = await turn(Thread(), "run a command", workspace)
    progress = [e.data["message"] for e in events if e.type is EventType.TOOL_PROGRESS]
    assert progress[0] == "step 1 of 3"
    assert "exit code 0" in result.content
    assert "step 3 of 3\n2\n" in result.content, "two files lie in the workspace"


async def test_the_second_prompt_gets_another_answer_than_the_first(workspace: Path) -> None:
    thread = Thread()
    first, _ = await turn(thread, "hello", workspace)
    second, _ = await turn(thread, "show a table", workspace)
    assert first.content != second.content


async def test_it_costs_nothing_and_says_so(workspace: Path) -> None:
    result, _ = await turn(Thread(), "hello", workspace)
    assert result.cost_usd == 0.0
    assert provider_for("demo").info("demo").context_window == 128_000


async def test_it_fails_midway_on_demand_and_what_came_is_kept(workspace: Path) -> None:
    thread = Thread()
    await turn(thread, "hello", workspace)
    result, events = await turn(thread, "fail midway", workspace)
    assert events[-1].type is EventType.EXECUTION_ERROR
    assert result.content.strip()
    assert thread.messages[-1].content == result.content


async def test_a_question_that_it_cannot_answer_is_said_to_be_one(workspace: Path) -> None:
    result, events = await turn(Thread(), "Who was Ada Lovelace?", workspace)
    assert "real model" in result.content
    assert "`tour`" in result.content, "and what can be asked instead"
    assert not calls_in(events)


async def test_a_greeting_is_short_enough_for_one_screen(workspace: Path) -> None:
    result, _ = await turn(Thread(), "hello", workspace)
    assert len(result.content.splitlines()) <= 20
    assert len(result.content) <= 1000


async def test_two_files_are_read_at_once(workspace: Path) -> None:
    result, events = await turn(Thread(), "look at my files", workspace)
    assert calls_in(events) == [
        ("files-list", "."),
        ("files-read", "README.md"),
        ("files-read", "oranges.py"),
    ]
    steps = [event for event in events if event.type is EventType.ITERATION_START]
    assert len(steps) == 3, "the listing, both files in one step, the answer"
    assert "A project about oranges." in result.content
    assert "print('orange')" in result.content


async def test_files_that_a_prompt_names_are_read_without_a_listing(workspace: Path) -> None:
    result, events = await turn(Thread(), "compare oranges.py and README.md", workspace)
    assert calls_in(events) == [("files-read", "oranges.py"), ("files-read", "README.md")]
    assert "print('orange')" in result.content


async def test_a_file_that_is_not_there_is_said_to_be_missing(workspace: Path) -> None:
    result, events = await turn(Thread(), "read missing.md", workspace)
    assert result.success
    assert "missing.md" in result.content
    assert "no" in result.content.casefold()
    assert [event.type for event in events if event.type is EventType.TOOL_ERROR]


async def test_a_fence_inside_a_file_does_not_end_the_excerpt(workspace: Path) -> None:
    (workspace / "README.md").write_text("# Title\n\n```sh\nls\n```\n")
    result, _ = await turn(Thread(), "read README.md", workspace)
    assert "````markdown\n# Title\n\n```sh\nls\n```\n````" in result.content


async def test_a_badge_at_the_head_of_a_file_is_no_greeting(workspace: Path) -> None:
    (workspace / "README.md").write_text("[![build](x)](y)\n<p align=center>\n\n# Marmalade\n")
    result, _ = await turn(Thread(), "hello", workspace)
    assert "> Marmalade" in result.content


async def test_a_denied_write_is_told_as_what_it_is(workspace: Path) -> None:
    before = files_below(workspace)
    asked: list[ApprovalRequest] = []

    async def deny(request: ApprovalRequest) -> Decision:
        asked.append(request)
        return Decision(Verdict.DENY)

    thread = Thread()
    thread.add_message(Message("user", "write notes"))
    agent = Agent(
        model_name="demo:fast", tools=FILES_TOOLS, workspace=workspace, approve=deny, retries=0
    )
    result = await agent.go(thread)
    assert len(asked) == 1
    assert "+# Notes" in asked[0].preview
    assert "**denied**" in result.content
    assert files_below(workspace) == before


async def test_a_write_whose_end_is_unknown_is_not_said_to_be_done(workspace: Path) -> None:
    thread = Thread()
    thread.add_message(Message("user", "write notes"))
    call = ToolCall("call_1", "files-write", {"path": "tyler-notes.md", "content": "x"})
    thread.add_message(Message("assistant", "", tool_calls=[call]))
    agent = Agent(model_name="demo:fast", tools=FILES_TOOLS, workspace=workspace)
    result = await agent.go(thread)
    assert "Done" not in result.content
    assert "Interrupted" in result.content


async def test_ids_of_calls_are_never_used_twice_in_a_thread(workspace: Path) -> None:
    thread = Thread()
    for prompt in ("hello", "files", "hello"):
        await turn(thread, prompt, workspace)
    ids = [call.id for message in thread.messages for call in message.tool_calls or ()]
    assert len(ids) == len(set(ids)) == 7


async def test_a_rate_limit_is_tried_again_and_then_stands(workspace: Path) -> None:
    thread = Thread()
    thread.add_message(Message("user", "fail 429"))
    agent = Agent(model_name="demo:fast", workspace=workspace, retries=1)
    events = [event async for event in agent.go(thread, stream=True)]
    (again,) = [event.data for event in events if event.type is EventType.RETRY]
    assert again["wait_s"] == 1.0
    assert events[-1].type is EventType.EXECUTION_ERROR
    assert events[-1].data["kind"] == "rate_limit"


async def test_an_empty_workspace_is_no_trouble(tmp_path: Path) -> None:
    result, _ = await turn(Thread(), "hello", tmp_path)
    assert result.success
    assert result.content
