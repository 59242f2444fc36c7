"""Conversation: summaries, another model from the next turn on, and what the session cost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agent.scripted import Pause, ScriptedProvider, agent_with, of, one, says, words
from tests.conversation.watching import Watching, state_of
from tyler_tui import Conversation, EventType, Thread, ThreadStore
from tyler_tui.conversation import State
from tyler_tui.messages import Usage, compaction_of

LONG = "word " * 60


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ThreadStore]:
    async with await ThreadStore.create(tmp_path / "chat.db") as opened:
        yield opened


async def talked(provider: ScriptedProvider, store: ThreadStore) -> Conversation:
    conversation = Conversation(agent_with(provider, system_prompt=""), store)
    for _ in range(2):
        await conversation.ask(LONG)
    return conversation


async def test_a_summary_is_stored_and_stands_in_for_the_rest_after_a_restart(
    store: ThreadStore,
) -> None:
    provider = ScriptedProvider(says(LONG), says("b"), says("Talk."), says("c"), window=4_000)
    conversation = await talked(provider, store)
    watching = Watching(conversation)
    conversation.compact("ports")
    await conversation.wait_idle()
    told = one(watching.events, EventType.COMPACTED)
    assert conversation.context_share == pytest.approx(told["tokens_after"] / 4_000)
    thread = await store.get_thread(conversation.thread.id)
    assert [message.role for message in thread.messages] == ["user", "assistant"] * 2 + ["system"]
    assert compaction_of(thread.messages[-1]) == compaction_of(conversation.thread.messages[-1])
    resumed = Conversation(agent_with(provider, system_prompt=""), store, thread)
    assert resumed.context_share == conversation.context_share
    await resumed.ask("three")
    sent = provider.requests[-1]
    assert [message.content for message in sent.messages] == [LONG, "b", "three"]
    assert "Talk." in sent.system
    summary = await store.find(thread.id)
    assert summary.usage == Usage(40, 20, 60)


async def test_it_waits_for_the_answer_under_way_and_what_comes_later_waits_for_it(
    store: ThreadStore,
) -> None:
    pause = Pause()
    answering = [*words("slow"), pause, *says("ly")]
    provider = ScriptedProvider(answering, says("Talk."), says("after"), window=4_000)
    conversation = Conversation(agent_with(provider, system_prompt=""), store)
    watching = Watching(conversation)
    conversation.send(LONG * 3)
    await pause.reached.wait()
    conversation.compact()
    conversation.send("and then?")
    assert [queued.text for queued in conversation.queue] == ["/compact", "and then?"]
    pause.go_on.set()
    await conversation.wait_idle()
    roles = [message.role for message in conversation.thread.messages]
    assert roles == ["user", "assistant", "system", "user", "assistant"]
    assert len(of(watching.events, EventType.EXECUTION_COMPLETE)) == 3
    assert [m.content for m in provider.requests[-1].messages] == ["and then?"]


async def test_it_can_be_cancelled(store: ThreadStore) -> None:
    pause = Pause()
    provider = ScriptedProvider(says(LONG), says("b"), [*words("Ta"), pause], window=4_000)
    conversation = await talked(provider, store)
    watching = Watching(conversation)
    conversation.compact()
    await pause.reached.wait()
    assert state_of(conversation) is State.ANSWERING
    conversation.cancel()
    await conversation.wait_idle()
    assert watching.events[-1].type is EventType.EXECUTION_CANCELLED
    assert len((await store.get_thread(conversation.thread.id)).messages) == 4


async def test_a_name_and_password_in_an_address_are_used_and_not_stored(
    store: ThreadStore,
) -> None:
    provider = ScriptedProvider(says("a"), says("b"))
    agent = agent_with(provider, api_base="http://me:hush-hush@first.example/v1")
    conversation = Conversation(agent, store)
    await conversation.ask("one")
    conversation.use_model("other", api_base="http://me:hush-hush@second.example/v1")
    await conversation.ask("two")
    assert ["hush-hush" in str(request.api_base) for request in provider.requests] == [True, True]
    stored = await store.get_thread(conversation.thread.id)
    assert stored.attributes["api_base"] == "http://second.example/v1"


async def test_another_model_answers_from_the_next_turn_on_and_is_remembered(
    store: ThreadStore,
) -> None:
    pause = Pause()
    provider = ScriptedProvider([pause, *says("a")], says("b"))
    agent = agent_with(provider, api_base="http://first.example", api_key="secret")
    conversation = Conversation(agent, store)
    conversation.send("one")
    await pause.reached.wait()
    conversation.use_model("other", api_base="http://second.example")
    conversation.tune(temperature=0.3, reasoning="low")
    pause.go_on.set()
    await conversation.wait_idle()
    await conversation.ask("two")
    first, second = provider.requests
    assert (first.model, first.api_base, first.api_key) == (
        "scripted", "http://first.example", "secret",
    )  # fmt: skip
    assert (second.model, second.api_base, second.api_key) == (
        "other", "http://second.example", None,
    )  # fmt: skip
    assert (second.temperature, second.reasoning) == (0.3, "low")
    stored = await store.get_thread(conversation.thread.id)
    assert stored.attributes == {
        "model": "other",
        "api_base": "http://second.example",
        "temperature": 0.3,
        "reasoning": "low",
    }
    assert [m.metrics.get("model") for m in stored.messages] == [None, "scripted", None, "other"]


async def test_a_setting_that_cannot_be_changes_nothing(store: ThreadStore) -> None:
    conversation = Conversation(agent_with(ScriptedProvider()), store)
    agent = conversation.agent
    with pytest.raises(ValueError, match="temperature"):
        conversation.tune(temperature=3)
    assert conversation.agent is agent
    assert not conversation.thread.attributes


async def test_what_a_session_cost_is_told_by_model_though_its_messages_are_in_the_store(
    store: ThreadStore,
) -> None:
    provider = ScriptedProvider(says("a"), says("b"), says("c"), price=0.1)
    conversation = Conversation(agent_with(provider), store)
    await conversation.ask("one")
    await conversation.ask("two")
    conversation.use_model("other")
    await conversation.ask("three")
    summary = await store.find(conversation.thread.id)
    assert summary.cost_usd == pytest.approx(4.5)
    thread = await store.get_thread(summary.id)
    unread = Conversation(agent_with(provider), store, type(thread)(id=thread.id), stored=summary)
    for each in (conversation, unread):
        costs = await each.costs()
        assert [(cost.model, cost.requests) for cost in costs] == [("scripted", 2), ("other", 1)]
        assert [cost.cost_usd for cost in costs] == pytest.approx([3.0, 1.5])
        assert costs[0].usage == Usage(20, 10, 30)


async def test_what_was_chosen_before_a_long_session_was_read_stays_with_it(
    store: ThreadStore,
) -> None:
    provider = ScriptedProvider(says("a"), says("b"))
    await (conversation := Conversation(agent_with(provider), store)).ask("one")
    summary = await store.find(conversation.thread.id)
    unread = Conversation(
        agent_with(provider), store, Thread(id=summary.id, attributes={}), stored=summary
    )
    unread.tune(temperature=0.25)
    await unread.ask("two")
    assert [message.content for message in unread.thread.messages] == ["one", "a", "two", "b"]
    assert (await store.get_thread(summary.id)).attributes["temperature"] == 0.25


async def test_how_full_the_context_is_follows_the_branch(store: ThreadStore) -> None:
    provider = ScriptedProvider(says("a"), window=100)
    conversation = Conversation(agent_with(provider), store)
    await conversation.ask("one")
    (prompt, answer) = conversation.thread.messages
    assert conversation.context_share == pytest.approx(0.15)
    await conversation.rewind(None)
    assert conversation.context_share is None
    await conversation.switch_branch(prompt.id)
    assert conversation.thread.messages == [prompt, answer]
    assert conversation.context_share == pytest.approx(0.15)
