"""What was said long ago rests packed, and is there as ever."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agent.scripted import ScriptedProvider, agent_with, says
from tyler_tui import Conversation, ExecutionEvent, Message, Thread, ThreadStore
from tyler_tui.packing import KEPT_PLAIN


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ThreadStore]:
    async with await ThreadStore.create(tmp_path / "chat.db") as opened:
        yield opened


async def test_a_long_session_is_packed_as_it_is_loaded_and_not_behind_its_first_turn(
    store: ThreadStore,
) -> None:
    thread = Thread("long")
    for number in range(2 * KEPT_PLAIN):
        thread.add_message(Message("user", f"prompt {number} " * 60))
    await store.save_thread(thread)
    (summary,) = await store.list_threads()
    provider = ScriptedProvider(says("read"))
    conversation = Conversation(agent_with(provider), store, Thread("long"), stored=summary)
    packed: list[int] = []

    async def count(_: ExecutionEvent) -> None:
        packed.append(sum(map(Message.content.is_packed, conversation.thread.messages)))

    conversation.subscribe(count)
    await conversation.ask("what was the first?")
    assert packed[0] == KEPT_PLAIN


async def test_what_was_said_long_ago_is_packed_and_still_sent_found_and_stored(
    store: ThreadStore,
) -> None:
    told = [f"answer {number} " * 60 for number in range(KEPT_PLAIN)]
    provider = ScriptedProvider(*(says(text) for text in told))
    conversation = Conversation(agent_with(provider), store)
    for number in range(KEPT_PLAIN):
        await conversation.ask(f"prompt {number}")
    messages = conversation.thread.messages
    is_packed = [Message.content.is_packed(message) for message in messages]
    assert is_packed[1 : KEPT_PLAIN - 1 : 2] == [True] * (KEPT_PLAIN // 2 - 1)
    assert not any(is_packed[KEPT_PLAIN:])
    assert [message.content for message in messages[1::2]] == told
    assert [m.content for m in provider.requests[-1].messages if m.role == "assistant"] == (
        told[:-1]
    )
    assert await conversation.find("ANSWER 0 ") == [messages[1].id]
    assert [m.content for m in (await store.get_thread(conversation.thread.id)).messages] == [
        m.content for m in messages
    ]
