"""Conversation: stopping at every moment, and deciding about tool calls."""

import asyncio
from pathlib import Path

import pytest

from tests.agent.scripted import (
    Pause,
    Script,
    ScriptedProvider,
    agent_with,
    check,
    of,
    says,
    words,
)
from tests.conversation.watching import Watching, state_of
from tyler_tui import (
    Conversation,
    EventType,
    ExecutionEvent,
    MessageStatus,
    ThreadStore,
)
from tyler_tui.conversation import State


async def test_a_cancelled_answer_keeps_its_text_and_its_queue(tmp_path: Path) -> None:
    pause = Pause()
    async with await ThreadStore.create(tmp_path / "chat.db") as store:
        provider = ScriptedProvider([*words("Half"), pause], says("Whole"))
        conversation = Conversation(agent_with(provider), store)
        watching = Watching(conversation)
        conversation.send("one")
        conversation.send("two")
        await pause.reached.wait()
        assert conversation.cancel()
        assert state_of(conversation) is State.CANCELLING
        assert conversation.cancel()  # the second press does no harm
        await conversation.wait_idle()
        check(watching.events)
        assert state_of(conversation) is State.IDLE
        assert [queued.text for queued in conversation.queue.take()] == ["two"]
        stored = (await store.get_thread(conversation.thread.id)).messages
        assert [(m.content, m.status) for m in stored] == [
            ("one", MessageStatus.COMPLETE),
            ("Half", MessageStatus.CANCELLED),
        ]
        assert (await conversation.ask("again")).content == "Whole"
        assert [m.content for m in provider.requests[1].messages] == ["one", "Half", "again"]


@pytest.mark.parametrize("script", [[], words("Half")], ids=["connecting", "streaming"])
async def test_the_stream_of_the_model_is_closed_in_the_next_turns_of_the_event_loop(
    tmp_path: Path, script: Script
) -> None:
    """However slow the machine is: nothing is waited for, not even the disk."""
    pause = Pause()
    async with await ThreadStore.create(tmp_path / "chat.db") as store:
        provider = ScriptedProvider([*script, pause])
        conversation = Conversation(agent_with(provider), store)
        conversation.send("one")
        await pause.reached.wait()
        conversation.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
        assert provider.closed == 1
        await conversation.wait_idle()


async def test_a_second_press_takes_no_event_from_a_listener_that_is_slow() -> None:
    pause, hearing = Pause(), Pause()
    conversation = Conversation(agent_with(ScriptedProvider([*words("Half"), pause])))

    async def slow(event: ExecutionEvent) -> None:
        if event.type is EventType.MESSAGE_CREATED and event.data["message"].role == "assistant":
            await hearing()

    conversation.subscribe(slow)
    watching = Watching(conversation)
    conversation.send("hello")
    await pause.reached.wait()
    conversation.cancel()
    await hearing.reached.wait()
    assert conversation.cancel()
    await asyncio.sleep(0)
    hearing.go_on.set()
    await conversation.wait_idle()
    check(watching.events)
    assert len(of(watching.events, EventType.MESSAGE_CREATED)) == 2


async def test_cancelling_when_idle_does_nothing() -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("Hi"))))
    assert not conversation.cancel()
    await conversation.ask("hello")
    assert not conversation.cancel()
    assert state_of(conversation) is State.IDLE


async def test_cancelled_before_it_began_the_prompt_is_still_in_the_queue() -> None:
    provider = ScriptedProvider()
    conversation = Conversation(agent_with(provider))
    watching = Watching(conversation)
    conversation.send("hello")
    assert conversation.cancel()
    await conversation.wait_idle()
    check(watching.events)
    assert state_of(conversation) is State.IDLE
    assert [queued.text for queued in conversation.queue.take()] == ["hello"]
    assert not provider.requests


async def test_cancelled_between_two_turns_the_second_does_not_start() -> None:
    pause = Pause()
    provider = ScriptedProvider([pause, *says("1")])
    conversation = Conversation(agent_with(provider))
    ends: list[EventType] = []

    async def cancel_at_the_end(event: ExecutionEvent) -> None:
        if event.type.is_terminal:
            ends.append(event.type)
        if event.type is EventType.EXECUTION_COMPLETE:
            conversation.cancel()

    conversation.subscribe(cancel_at_the_end)
    conversation.send("one")
    conversation.send("two")
    await pause.reached.wait()
    pause.go_on.set()
    await conversation.wait_idle()
    assert ends == [EventType.EXECUTION_COMPLETE, EventType.EXECUTION_CANCELLED]
    assert [queued.text for queued in conversation.queue] == ["two"]


async def test_cancelled_while_the_prompt_is_announced_it_is_stored_all_the_same(
    tmp_path: Path,
) -> None:
    pause = Pause()
    async with await ThreadStore.create(tmp_path / "chat.db") as store:
        conversation = Conversation(agent_with(ScriptedProvider()), store)

        async def slow(event: ExecutionEvent) -> None:
            if event.type is EventType.MESSAGE_CREATED:
                await pause()

        conversation.subscribe(slow)
        watching = Watching(conversation)
        conversation.send("hello")
        await pause.reached.wait()
        conversation.cancel()
        await conversation.wait_idle()
        assert watching.events[-1].type is EventType.EXECUTION_CANCELLED
        stored = await store.get_thread(conversation.thread.id)
        assert [m.content for m in stored.messages] == ["hello"]


async def test_closing_waits_until_the_partial_answer_is_kept() -> None:
    pause = Pause()
    conversation = Conversation(agent_with(ScriptedProvider([*words("Half"), pause])))
    conversation.send("one")
    conversation.send("two")
    await pause.reached.wait()
    await conversation.close()
    assert not conversation.queue
    assert conversation.thread.messages[-1].status is MessageStatus.CANCELLED
    await conversation.close()


def test_a_loop_that_ends_in_mid_answer_keeps_it_too() -> None:
    async def leave_in_mid_answer() -> Conversation:
        pause = Pause()
        conversation = Conversation(agent_with(ScriptedProvider([*words("Half"), pause])))
        conversation.send("one")
        await pause.reached.wait()
        return conversation

    conversation = asyncio.run(leave_in_mid_answer())
    assert conversation.thread.messages[-1].status is MessageStatus.CANCELLED
    assert conversation.state is State.IDLE


async def test_cancelling_who_waits_does_not_cancel_the_answer() -> None:
    pause = Pause()
    conversation = Conversation(agent_with(ScriptedProvider([pause, *says("Hi")])))
    asking = asyncio.create_task(conversation.ask("hello"))
    await pause.reached.wait()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    pause.go_on.set()
    await conversation.wait_idle()
    assert conversation.thread.messages[-1].content == "Hi"
