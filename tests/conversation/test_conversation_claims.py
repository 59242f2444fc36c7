"""Two conversations on one session, in one process and one store."""

import asyncio
from pathlib import Path

from tests.agent.scripted import Pause, ScriptedProvider, agent_with, says, words
from tests.conversation.watching import Watching
from tyler_tui import Conversation, EventType, Message, Thread, ThreadStore


async def _stored(store: ThreadStore) -> Thread:
    thread = Thread(id="shared")
    thread.add_message(Message("user", "before"))
    return await store.save_thread(thread)


async def test_one_session_is_answered_by_one_conversation_at_a_time() -> None:
    async with await ThreadStore.create() as store:
        await _stored(store)
        pause = Pause()
        first = Conversation(
            agent_with(ScriptedProvider([*words("one"), pause, *says(" and all")])),
            store,
            await store.get_thread("shared"),
        )
        second = Conversation(
            agent_with(ScriptedProvider(says("two"))), store, await store.get_thread("shared")
        )
        heard = Watching(second)
        first.send("first")
        await pause.reached.wait()
        second.send("second")
        refused = await heard.wait_for(EventType.EXECUTION_ERROR)
        assert refused.data["error_type"] == "ThreadBusyError"
        await second.wait_idle()
        assert [queued.text for queued in second.queue.take()] == ["second"]

        # Being refused has not taken the claim from the one who has it.
        second.send("again")
        await heard.wait_for(EventType.EXECUTION_ERROR, 2)
        await second.wait_idle()
        second.queue.take()

        pause.go_on.set()
        await first.wait_idle()
        await second.catch_up()
        await second.ask("second")
        contents = [message.content for message in (await store.get_thread("shared")).messages]
        assert contents == ["before", "first", "one and all", "second", "two"]


async def test_an_answer_that_another_program_was_writing_is_whole_once_it_is(
    tmp_path: Path,
) -> None:
    file = tmp_path / "chat.db"
    async with await ThreadStore.create(file) as store, await ThreadStore.create(file) as ours:
        pause = Pause()
        theirs = Conversation(
            agent_with(ScriptedProvider([*words("half"), pause, *says(" and whole")])),
            store,
            await _stored(store),
        )
        theirs.send("first")
        await pause.reached.wait()
        async with asyncio.timeout(60):
            while True:
                half = await ours.get_thread("shared")
                if len(half.messages) == 3:
                    break
                await asyncio.sleep(0.02)
        provider = ScriptedProvider(says("two"))
        second = Conversation(agent_with(provider), ours, half)
        summary = await ours.find("shared")
        unread = Conversation(agent_with(provider), ours, Thread(id="shared"), stored=summary)
        assert (await unread.history())[-1].content == "half"
        pause.go_on.set()
        await theirs.wait_idle()
        for one in (second, unread):
            assert await one.catch_up()
            assert not await one.catch_up()
            assert (await one.history())[-1].content == "half and whole"
        await second.ask("second")
        assert provider.requests[0].messages[-2].content == "half and whole"


async def test_what_another_program_adds_to_a_session_that_is_not_loaded_yet_is_news_too() -> None:
    async with await ThreadStore.create() as store:
        await _stored(store)
        summary = await store.find("shared")
        unread = Conversation(
            agent_with(ScriptedProvider()), store, Thread(id=summary.id), stored=summary
        )
        assert not await unread.catch_up()
        other = Conversation(
            agent_with(ScriptedProvider(says("two"))), store, await store.get_thread("shared")
        )
        await other.ask("by another")
        assert await unread.catch_up()
        assert [m.content for m in await unread.history()][-2:] == ["by another", "two"]
        assert unread.usage == other.usage
        assert not await unread.catch_up()


async def test_an_answer_that_was_cancelled_leaves_the_session_free() -> None:
    async with await ThreadStore.create() as store:
        await _stored(store)
        pause = Pause()
        first = Conversation(
            agent_with(ScriptedProvider([*words("one"), pause])),
            store,
            await store.get_thread("shared"),
        )
        first.send("first")
        await pause.reached.wait()
        await first.close()
        second = Conversation(
            agent_with(ScriptedProvider(says("two"))), store, await store.get_thread("shared")
        )
        assert (await second.ask("second")).content == "two"


async def test_what_another_program_chose_for_itself_is_not_taken_up_with_its_messages() -> None:
    async with await ThreadStore.create() as store:
        await _stored(store)
        first = Conversation(
            agent_with(ScriptedProvider(says("one"))), store, await store.get_thread("shared")
        )
        second = Conversation(
            agent_with(ScriptedProvider(says("two"))), store, await store.get_thread("shared")
        )
        first.tune(reasoning="low")
        second.tune(system_prompt="Of the other", temperature=0.5)
        await second.ask("by another")
        assert await first.catch_up()
        assert [m.content for m in first.thread.messages][-2:] == ["by another", "two"]
        assert first.thread.attributes["reasoning"] == "low"
        assert not first.thread.attributes.keys() & {"system_prompt", "temperature"}


async def test_a_session_that_was_renamed_elsewhere_has_its_new_name_with_the_next_turn() -> None:
    async with await ThreadStore.create() as store:
        await _stored(store)
        conversation = Conversation(
            agent_with(ScriptedProvider(says("one"))), store, await store.get_thread("shared")
        )
        await store.rename("shared", "travels")
        await conversation.ask("on")
        assert conversation.thread.name == "travels"
        assert conversation.notice == ""


async def test_who_goes_on_in_a_session_that_was_deleted_elsewhere_has_it_back_and_is_told() -> (
    None
):
    async with await ThreadStore.create() as store:
        await _stored(store)
        await store.rename("shared", "travels")
        conversation = Conversation(
            agent_with(ScriptedProvider(says("one"), says("two"))),
            store,
            await store.get_thread("shared"),
        )
        await store.delete_thread("shared")
        await conversation.ask("on")
        assert [m.content for m in (await store.get_thread("shared")).messages][1:] == ["on", "one"]
        assert (await store.find("travels")).message_count == 3
        assert "trash" in conversation.notice
        assert "travels" not in conversation.notice

        await store.delete_thread("shared")
        await store.save_thread(Thread(name="travels"))
        await conversation.ask("and on")
        assert conversation.thread.name == "travels-2"
        assert "“travels-2”" in conversation.notice
