from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agent.scripted import Pause, ScriptedProvider, agent_with, says
from tyler_tui.conversation import Conversation
from tyler_tui.errors import ThreadBusyError
from tyler_tui.messages import Thread
from tyler_tui.store import ThreadStore


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ThreadStore]:
    async with await ThreadStore.create(tmp_path / "chat.db") as opened:
        yield opened


def texts(thread: Thread) -> list[str]:
    return [message.content for message in thread.messages]


async def settled(conversation: Conversation, prompt: str) -> str:
    id = conversation.send(prompt)
    await conversation.wait_idle()
    return id


async def test_an_edited_prompt_becomes_a_branch_and_the_first_one_stays(
    store: ThreadStore,
) -> None:
    provider = ScriptedProvider(says("1"), says("2"), says("3"))
    conversation = Conversation(agent_with(provider), store)
    first = await settled(conversation, "one")
    second = await settled(conversation, "two")
    await conversation.rewind(conversation.thread.messages[1].id)
    edited = await settled(conversation, "TWO")
    assert texts(conversation.thread) == ["one", "1", "TWO", "3"]
    assert provider.requests[-1].messages[-1].content == "TWO"
    assert await conversation.siblings([first, edited]) == {
        first: (first,),
        edited: (second, edited),
    }
    await conversation.switch_branch(second)
    assert texts(conversation.thread) == ["one", "1", "two", "2"]
    assert texts(await store.get_thread(conversation.thread.id)) == ["one", "1", "two", "2"]
    assert await store.siblings(conversation.thread.id, [second]) == {second: (second, edited)}


async def test_the_first_prompt_can_be_edited_too(store: ThreadStore) -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("1"), says("2"))), store)
    first = await settled(conversation, "one")
    await conversation.rewind(None)
    edited = await settled(conversation, "ONE")
    stored = await store.get_thread(conversation.thread.id)
    assert texts(stored) == ["ONE", "2"]
    assert await store.siblings(stored.id, [edited]) == {edited: (first, edited)}


async def test_a_retry_answers_the_same_prompt_beside_the_first_answer(store: ThreadStore) -> None:
    provider = ScriptedProvider(says("1"), says("2"), says("again"))
    conversation = Conversation(agent_with(provider), store)
    prompt = await settled(conversation, "one")
    await settled(conversation, "two")
    answer = conversation.thread.messages[1]
    conversation.answer_again(prompt)
    await conversation.wait_idle()
    assert texts(conversation.thread) == ["one", "again"]
    assert [message.content for message in provider.requests[-1].messages] == ["one"]
    stored = await store.get_thread(conversation.thread.id)
    assert texts(stored) == ["one", "again"]
    assert len(stored.siblings(answer.id)) == 2


async def test_an_abandoned_rewind_changes_nothing_that_is_stored(store: ThreadStore) -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("1"))), store)
    await settled(conversation, "one")
    await conversation.rewind(None)
    assert texts(await store.get_thread(conversation.thread.id)) == ["one", "1"]


async def test_branches_do_not_change_while_an_answer_is_under_way() -> None:
    pause = Pause()
    conversation = Conversation(agent_with(ScriptedProvider([pause, *says("1")])))
    prompt = conversation.send("one")
    await pause.reached.wait()
    for change in (conversation.rewind, conversation.switch_branch):
        with pytest.raises(ThreadBusyError):
            await change(prompt)
    pause.go_on.set()
    await conversation.wait_idle()
    assert texts(conversation.thread) == ["one", "1"]


async def test_only_a_prompt_is_answered_again() -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("1"))))
    await settled(conversation, "one")
    with pytest.raises(ValueError, match="prompt"):
        conversation.answer_again(conversation.thread.messages[1].id)
