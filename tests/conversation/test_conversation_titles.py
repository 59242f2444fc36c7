"""When a conversation gets a title of the model's, and what that does to its totals."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agent.scripted import USAGE, Pause, ScriptedProvider, agent_with, says, words
from tests.conversation.watching import Watching
from tyler_tui import Conversation, EventType, Message, ProviderError, Thread, ThreadStore, Usage
from tyler_tui.agent.titling import PROMPT

REFUSED = ProviderError("no", kind="server")
THREE = Usage(30, 15, 45)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ThreadStore]:
    async with await ThreadStore.create(tmp_path / "chat.db") as opened:
        yield opened


def _titles_asked(provider: ScriptedProvider) -> int:
    return sum(request.system == PROMPT for request in provider.requests)


async def test_the_title_stands_in_for_the_first_words_and_its_cost_counts(
    store: ThreadStore,
) -> None:
    provider = ScriptedProvider(says("Vega."), says("Stars of August"), says("Deneb."), price=0.5)
    conversation = Conversation(agent_with(provider), store)
    await conversation.ask("Which stars are up?")
    assert conversation.thread.title == "Which stars are up?"
    assert await conversation.write_title()
    assert conversation.thread.title == "Stars of August"
    await conversation.ask("and then?")
    assert conversation.usage == THREE
    assert conversation.cost_usd == 22.5
    assert [cost.requests for cost in await conversation.costs()] == [3]

    stored = await store.get_thread(conversation.thread.id)
    assert (stored.title, stored.usage, stored.cost_usd) == ("Stars of August", THREE, 22.5)
    [summary] = await store.list_threads()
    assert (summary.title, summary.usage, summary.cost_usd) == ("Stars of August", THREE, 22.5)
    assert summary.message_count == 4
    assert [message.content for message in stored.messages] == [
        "Which stars are up?", "Vega.", "and then?", "Deneb.",
    ]  # fmt: skip
    again = Conversation(agent_with(provider), store, stored)
    assert again.usage == THREE
    assert (await store.search("August")) == []


async def test_a_title_is_written_once(store: ThreadStore) -> None:
    provider = ScriptedProvider(says("a"), says("A title"), says("b"))
    conversation = Conversation(agent_with(provider), store)
    await conversation.ask("hello")
    assert await conversation.write_title()
    assert not await conversation.write_title()
    await conversation.ask("more")
    assert not await conversation.write_title()
    assert _titles_asked(provider) == 1


@pytest.mark.parametrize("thread", [Thread(name="mine"), Thread(title="My title")])
async def test_a_name_or_title_that_the_user_gave_stays(store: ThreadStore, thread: Thread) -> None:
    provider = ScriptedProvider(says("a"))
    conversation = Conversation(agent_with(provider), store, thread)
    before = thread.title or "hello"
    await conversation.ask("hello")
    assert not await conversation.write_title()
    assert _titles_asked(provider) == 0
    assert thread.title == before


async def test_a_name_that_is_given_meanwhile_stays_alone(store: ThreadStore) -> None:
    pause = Pause()
    provider = ScriptedProvider(says("a"), [pause, *says("A title")])
    conversation = Conversation(agent_with(provider), store)
    await conversation.ask("hello")
    writing = asyncio.create_task(conversation.write_title())
    await pause.reached.wait()
    conversation.thread.name = "mine"
    pause.go_on.set()
    assert not await writing
    assert conversation.thread.title == "hello"
    assert conversation.usage == USAGE + USAGE


async def test_the_conversation_goes_on_while_its_title_is_written(store: ThreadStore) -> None:
    pause = Pause()
    provider = ScriptedProvider(says("a"), [pause, *says("A title")], says("b"))
    conversation = Conversation(agent_with(provider), store)
    await conversation.ask("hello")
    writing = asyncio.create_task(conversation.write_title())
    await pause.reached.wait()
    await conversation.ask("more")
    pause.go_on.set()
    assert await writing
    assert (await store.get_thread(conversation.thread.id)).title == "A title"
    assert conversation.usage == USAGE + USAGE + USAGE


@pytest.mark.parametrize("script", [[REFUSED], says(""), [*words("A"), REFUSED]])
async def test_a_failure_changes_nothing_and_the_next_turn_may_try_again(
    store: ThreadStore, script: list[object]
) -> None:
    provider = ScriptedProvider(says("a"), script, says("b"), says("A title"))  # type: ignore[arg-type]
    conversation = Conversation(agent_with(provider), store)
    await conversation.ask("hello")
    assert not await conversation.write_title()
    assert conversation.thread.title == "hello"
    await conversation.ask("more")
    assert await conversation.write_title()


async def test_there_is_nothing_to_title_before_an_answer_and_late_in_a_session(
    store: ThreadStore,
) -> None:
    provider = ScriptedProvider([REFUSED], *(says(str(number)) for number in range(3)))
    conversation = Conversation(agent_with(provider), store)
    await conversation.ask("hello")
    assert not await conversation.write_title()
    for number in range(3):
        await conversation.ask(str(number))
    assert not await conversation.write_title()
    assert _titles_asked(provider) == 0


async def test_the_demo_gives_no_titles(store: ThreadStore) -> None:
    provider = ScriptedProvider(says("a"))
    conversation = Conversation(agent_with(provider, model_name="demo:fast"), store)
    await conversation.ask("hello")
    assert not await conversation.write_title()


def test_asides_count_and_are_kept_in_the_json_form() -> None:
    thread = Thread()
    thread.add_message(Message("assistant", "a", usage=USAGE, metrics={"cost_usd": 0.5}))
    thread.add_aside(Message("assistant", "A title", usage=USAGE, metrics={"cost_usd": 0.25}))
    again = Thread.from_dict(thread.to_dict())
    assert (again.usage, again.cost_usd) == (USAGE + USAGE, 0.75)
    assert [aside.content for aside in again.asides] == [""]
    assert len(again.messages) == 1
    thread.add_aside(Message("assistant", "A title", usage=USAGE))
    assert thread.cost_usd is None


async def test_what_a_failed_title_or_summary_cost_counts_and_is_stored(store: ThreadStore) -> None:
    provider = ScriptedProvider(
        says("a"), says("..."), says("b"), says("cut", reason="length"), price=0.5, window=4_000
    )
    conversation = Conversation(agent_with(provider), store)
    heard = Watching(conversation)
    await conversation.ask("hello " * 200)
    assert not await conversation.write_title()
    assert conversation.cost_usd == 2 * 7.5
    await conversation.ask("more")
    costs: list[float | None] = []
    conversation.subscribe(lambda event: _note(costs, conversation.cost_usd))
    conversation.compact()
    await conversation.wait_idle()
    assert heard.events[-1].type is EventType.EXECUTION_ERROR
    assert costs[-1] == 4 * 7.5, "the event that ends it shows what it cost"
    [summary] = await store.list_threads()
    assert (summary.cost_usd, summary.message_count) == (4 * 7.5, 4)
    assert (await store.get_thread(conversation.thread.id)).cost_usd == 4 * 7.5


async def _note(costs: list[float | None], cost: float | None) -> None:
    costs.append(cost)


async def test_a_new_thread_is_stored_with_what_its_asides_cost(store: ThreadStore) -> None:
    thread = Thread()
    thread.add_message(Message("user", "hello"))
    thread.add_aside(Message("assistant", "A title", usage=USAGE, metrics={"cost_usd": 0.25}))
    await store.save_details(thread)
    assert await store.list_threads() == []
    for _ in range(2):
        await store.save_thread(thread)
        [summary] = await store.list_threads()
        assert (summary.cost_usd, summary.usage, summary.message_count) == (0.25, USAGE, 1)
    thread.add_aside(Message("assistant", "A title", usage=USAGE, metrics={"cost_usd": 0.5}))
    await store.save_details(thread)
    [summary] = await store.list_threads()
    assert (summary.cost_usd, summary.message_count) == (0.75, 1)
