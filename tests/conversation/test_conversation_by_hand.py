"""Conversation: calls that the user makes, which the thread knows nothing of."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.agent.scripted import (
    ScriptedProvider,
    agent_with,
    calls,
    check,
    names,
    of,
    one,
    says,
)
from tests.conversation.watching import Watching, state_of
from tyler_tui import (
    Conversation,
    Decision,
    EventType,
    ExecutionEvent,
    ThreadBusyError,
    ThreadStore,
    ToolContext,
    Verdict,
)
from tyler_tui.agent.tools import tool
from tyler_tui.conversation import State
from tyler_tui.tools import TOOLS


def since(events: Sequence[ExecutionEvent], start: int) -> list[ExecutionEvent]:
    """The events from `start` on, which are those of one call by hand."""
    new = list(events[start:])
    check(new)
    assert all(event.is_by_hand for event in new)
    return new


async def test_a_call_by_hand_is_told_like_a_turn_and_leaves_the_thread_as_it_is(
    tmp_path: Path,
) -> None:
    @tool
    async def look(context: ToolContext, at: str) -> str:
        """Look."""
        await context.report(None, None, "looking")
        return f"seen {at}"

    provider = ScriptedProvider(calls(("look", '{"at": "a"}')), says("Done."), says("Yes."))
    async with await ThreadStore.create(str(tmp_path / "chat.db")) as store:
        conversation = Conversation(agent_with(provider, tools=[look]), store)
        watching = Watching(conversation)
        await conversation.ask("go")
        messages = len(conversation.thread.all_messages)
        assert not any(event.is_by_hand for event in watching.events)
        start = len(watching.events)
        id = conversation.call_by_hand("look", {"at": "b"})
        await conversation.wait_idle()
        told = since(watching.events, start)
        assert names(told) == [
            "TOOL_SELECTED", "TOOL_EXECUTING", "TOOL_PROGRESS", "TOOL_RESULT",
            "EXECUTION_COMPLETE",
        ]  # fmt: skip
        assert one(told, EventType.TOOL_SELECTED)["tool_call_id"] == id
        assert one(told, EventType.TOOL_RESULT)["result"] == "seen b"
        assert len(conversation.thread.all_messages) == messages
        assert len((await store.get_thread(conversation.thread.id)).all_messages) == messages
        await conversation.ask("and now?")
        assert "seen b" not in str(provider.requests[-1].messages)


async def test_a_call_by_hand_is_asked_about_and_cancelled_like_any_other() -> None:
    ran: list[str] = []

    @tool(risk="write")
    async def write(text: str) -> str:
        """Write."""
        ran.append(text)
        await asyncio.sleep(3_600)
        return "written"

    conversation = Conversation(agent_with(ScriptedProvider(), tools=[write]))
    watching = Watching(conversation)
    id = conversation.call_by_hand("write", {"text": "a"})
    with pytest.raises(ThreadBusyError):
        conversation.call_by_hand("write", {"text": "b"})
    await watching.wait_for(EventType.APPROVAL_REQUESTED)
    assert state_of(conversation) is State.ASKING
    assert not ran
    conversation.decide(id, Decision(Verdict.ALLOW_ONCE))
    await watching.wait_for(EventType.TOOL_EXECUTING)
    conversation.cancel()
    await conversation.wait_idle()
    assert names(since(watching.events, 0))[-1] == "EXECUTION_CANCELLED"
    assert ran == ["a"]
    assert not conversation.thread.all_messages


async def test_one_that_is_stopped_before_it_began_waits_no_longer() -> None:
    conversation = Conversation(agent_with(ScriptedProvider(), tools=[]))
    conversation.call_by_hand("nothing", {})
    conversation.cancel()
    await conversation.wait_idle()
    assert not conversation.queue
    watching = Watching(conversation)
    conversation.call_by_hand("nothing", {})
    await conversation.wait_idle()
    assert "There is no tool" in one(watching.events, EventType.TOOL_ERROR)["error"]


async def test_the_model_does_not_count_as_having_read_what_the_user_read(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("one\n")
    provider = ScriptedProvider(
        calls(("files-read", '{"path": "a.txt"}')),
        says("I see."),
        calls(("files-write", '{"path": "a.txt", "content": "three"}')),
        says("Done."),
    )
    agent = agent_with(provider, tools=TOOLS, workspace=tmp_path)
    conversation = Conversation(agent)
    watching = Watching(conversation)
    await conversation.ask("read")
    file.write_text("two\n")
    conversation.call_by_hand("files-read", {"path": "a.txt"})
    await conversation.wait_idle()
    assert of(watching.events, EventType.TOOL_RESULT)[-1].data["result"] == "two\n"

    async def allow(event: ExecutionEvent) -> None:
        if event.type is EventType.APPROVAL_REQUESTED:
            conversation.decide(event.data["tool_call_id"], Decision(Verdict.ALLOW_ONCE))

    conversation.subscribe(allow)
    await conversation.ask("write")
    assert file.read_text() == "two\n"
    assert "has changed since you last read" in one(watching.events, EventType.TOOL_ERROR)["error"]
