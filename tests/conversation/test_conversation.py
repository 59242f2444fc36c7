"""Conversation: sending, queueing, totals, history, what listeners may do to it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.agent.scripted import (
    USAGE,
    Pause,
    Script,
    ScriptedProvider,
    agent_with,
    check,
    names,
    of,
    says,
    thread_with,
    words,
)
from tyler_tui import (
    Attachment,
    Conversation,
    EventType,
    ExecutionEvent,
    Message,
    ProviderError,
    Thread,
    ThreadNotFoundError,
    ThreadStore,
)
from tyler_tui.conversation import State
from tyler_tui.errors import StoreError
from tyler_tui.messages import TITLE_LENGTH
from tyler_tui.store.summaries import ThreadSummary


class Heard:
    """A listener that keeps what it hears, and in which state the conversation was then."""

    def __init__(self, conversation: Conversation) -> None:
        self.events: list[ExecutionEvent] = []
        self.states: list[State] = []
        self._conversation = conversation
        conversation.subscribe(self)

    async def __call__(self, event: ExecutionEvent) -> None:
        self.events.append(event)
        self.states.append(self._conversation.state)

    def turns(self) -> list[list[ExecutionEvent]]:
        """The events of each turn."""
        turns: list[list[ExecutionEvent]] = [[]]
        for event in self.events:
            turns[-1].append(event)
            if event.type.is_terminal:
                turns.append([])
        return [turn for turn in turns if turn]


def texts(thread: Thread) -> list[str]:
    return [message.content for message in thread.messages]


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ThreadStore]:
    async with await ThreadStore.create(tmp_path / "chat.db") as opened:
        yield opened


async def test_a_prompt_is_announced_then_answered_and_both_are_stored(store: ThreadStore) -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("Hi"))), store)
    heard = Heard(conversation)
    id = conversation.send("hello", [Attachment("a.txt", b"text", "text/plain")])
    assert conversation.state is State.ANSWERING
    assert conversation.is_busy
    await conversation.wait_idle()
    check(heard.events)
    assert heard.events[0].type is EventType.MESSAGE_CREATED
    assert heard.events[0].data["message"].id == id
    stored = await store.get_thread(conversation.thread.id)
    assert texts(stored) == ["hello", "Hi"]
    assert stored.messages[0].attachments == [Attachment("a.txt", b"text", "text/plain")]
    assert heard.states[-1] is State.IDLE
    assert not conversation.is_busy


async def test_prompts_sent_while_busy_wait_and_go_out_one_by_one() -> None:
    pause = Pause()
    provider = ScriptedProvider([pause, *says("1")], says("2"), says("3"))
    conversation = Conversation(agent_with(provider))
    heard = Heard(conversation)
    sent = [conversation.send(text) for text in ("one", "two", "three")]
    await pause.reached.wait()
    assert [queued.text for queued in conversation.queue] == ["two", "three"]
    assert [queued.id for queued in conversation.queue] == sent[1:]
    pause.go_on.set()
    await conversation.wait_idle()
    assert texts(conversation.thread) == ["one", "1", "two", "2", "three", "3"]
    for turn in heard.turns():
        check(turn)
    ends = [s for s, e in zip(heard.states, heard.events, strict=True) if e.type.is_terminal]
    assert ends == [State.ANSWERING, State.ANSWERING, State.IDLE]


async def test_what_waits_can_be_taken_out_and_sent_in_another_order() -> None:
    pause = Pause()
    provider = ScriptedProvider([pause, *says("1")], says("2"), says("3"))
    conversation = Conversation(agent_with(provider))
    _, two, three, four = (conversation.send(text) for text in ("one", "two", "three", "four"))
    await pause.reached.wait()
    conversation.queue.move(four, -1)
    conversation.queue.move(two, -1)
    assert [queued.text for queued in conversation.queue] == ["two", "four", "three"]
    conversation.queue.move(two, 9)
    taken = conversation.queue.drop(three)
    assert taken is not None
    assert taken.text == "three"
    assert conversation.queue.drop(three) is None
    pause.go_on.set()
    await conversation.wait_idle()
    assert texts(conversation.thread) == ["one", "1", "four", "2", "two", "3"]


async def test_after_a_failure_the_queue_waits_until_the_next_send() -> None:
    pause = Pause()
    provider = ScriptedProvider([pause, ProviderError("No.")], says("2"), says("3"))
    conversation = Conversation(agent_with(provider))
    conversation.send("one")
    conversation.send("two")
    await pause.reached.wait()
    pause.go_on.set()
    await conversation.wait_idle()
    assert conversation.state is State.IDLE
    assert [queued.text for queued in conversation.queue] == ["two"]
    conversation.send("three")
    await conversation.wait_idle()
    assert texts(conversation.thread) == ["one", "two", "2", "three", "3"]


async def test_the_queue_can_be_taken_back() -> None:
    pause = Pause()
    conversation = Conversation(agent_with(ScriptedProvider([pause, *says("1")])))
    conversation.send("one")
    conversation.send("two")
    await pause.reached.wait()
    assert [queued.text for queued in conversation.queue.take()] == ["two"]
    assert not conversation.queue
    pause.go_on.set()
    await conversation.wait_idle()
    assert texts(conversation.thread) == ["one", "1"]


@pytest.mark.parametrize("first", [says("1"), [ProviderError("No.")]])
async def test_a_listener_may_send_when_it_hears_the_end(first: Script) -> None:
    conversation = Conversation(agent_with(ScriptedProvider(first, says("2"))))
    sent: list[str] = []

    async def send_once(event: ExecutionEvent) -> None:
        if event.type.is_terminal and not sent:
            assert conversation.state is State.IDLE
            sent.append(conversation.send("two"))

    conversation.subscribe(send_once)
    conversation.send("one")
    await conversation.wait_idle()
    assert texts(conversation.thread)[-2:] == ["two", "2"]
    assert conversation.state is State.IDLE


async def test_a_listener_that_raises_costs_nobody_the_answer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("Hi"))))

    async def broken(event: ExecutionEvent) -> None:
        raise ZeroDivisionError(event.type.value)

    conversation.subscribe(broken)
    heard = Heard(conversation)
    with caplog.at_level(logging.ERROR, "tyler_tui"):
        result = await conversation.ask("hello")
    assert result.content == "Hi"
    check(heard.events)
    assert "a listener failed on llm_stream_chunk" in caplog.text


async def test_a_listener_that_left_hears_no_more_and_may_leave_twice() -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("Hi"))))
    heard: list[ExecutionEvent] = []

    async def listen(event: ExecutionEvent) -> None:
        heard.append(event)
        leave()

    leave = conversation.subscribe(listen)
    await conversation.ask("hello")
    leave()
    assert len(heard) == 1


async def test_ask_returns_the_result_of_a_failed_turn_too() -> None:
    script: Script = [*words("So far"), ProviderError("No.")]
    result = await Conversation(agent_with(ScriptedProvider(script))).ask("hello")
    assert result.outcome is EventType.EXECUTION_ERROR
    assert result.content == "So far"


async def test_ask_returns_the_partial_result_of_a_cancelled_turn() -> None:
    pause = Pause()
    conversation = Conversation(agent_with(ScriptedProvider([*words("So far"), pause])))
    asking = asyncio.create_task(conversation.ask("hello"))
    await pause.reached.wait()
    conversation.cancel()
    result = await asking
    assert result.outcome is EventType.EXECUTION_CANCELLED
    assert result.content == "So far"
    assert conversation.last_result is result


async def test_ask_raises_what_kept_the_turn_from_starting(store: ThreadStore) -> None:
    conversation = Conversation(agent_with(ScriptedProvider()), store)
    heard = Heard(conversation)
    await store.close()
    with pytest.raises(StoreError, match="closed"):
        await conversation.ask("hello")
    assert heard.events[-1].type is EventType.EXECUTION_ERROR
    check(heard.events)
    assert conversation.state is State.IDLE


async def test_a_session_that_is_gone_is_an_error_and_not_an_empty_one(store: ThreadStore) -> None:
    summary = await _stored(store)
    await store.delete_thread(summary.id)
    await store.empty_trash(0)
    conversation = Conversation(
        agent_with(ScriptedProvider()), store, Thread(id=summary.id), stored=summary
    )
    with pytest.raises(ThreadNotFoundError):
        await conversation.ask("hello")


async def _stored(store: ThreadStore, count: int = 6) -> ThreadSummary:
    thread = Thread(id="long")
    for number in range(0, count, 2):
        thread.add_message(Message("user", str(number)))
        thread.add_message(
            Message("assistant", str(number + 1), usage=USAGE, metrics={"cost_usd": 0.5})
        )
    await store.save_thread(thread)
    return await store.find("long")


async def test_a_long_session_is_read_in_windows_and_whole_when_a_prompt_needs_it(
    store: ThreadStore,
) -> None:
    summary = await _stored(store)
    provider = ScriptedProvider(says("7", reason="stop"))
    conversation = Conversation(agent_with(provider), store, Thread(id="long"), stored=summary)
    window = await conversation.history(limit=2)
    assert [m.content for m in window] == ["4", "5"]
    assert [m.content for m in await conversation.history(window[0].id, 2)] == ["2", "3"]
    assert conversation.usage == USAGE + USAGE + USAGE
    assert conversation.cost_usd == 1.5
    await conversation.ask("6")
    assert len(provider.requests[0].messages) == 7
    assert [m.content for m in await conversation.history(limit=3)] == ["5", "6", "7"]
    assert conversation.usage == USAGE + USAGE + USAGE + USAGE
    assert conversation.cost_usd is None  # the scripted model has no price


async def test_history_in_memory_has_the_same_windows() -> None:
    thread = thread_with("0")
    thread.add_message(Message("assistant", "1"))
    conversation = Conversation(agent_with(ScriptedProvider()), thread=thread)
    assert [m.content for m in await conversation.history()] == ["0", "1"]
    assert [m.content for m in await conversation.history(thread.messages[1].id)] == ["0"]
    assert await conversation.history("nobody") == []
    assert await conversation.history(limit=0) == []


async def test_totals_grow_with_each_answer_and_so_does_the_context() -> None:
    provider = ScriptedProvider(says("1"), says("2"), price=0.01)
    conversation = Conversation(agent_with(provider))
    assert conversation.context_share is None
    await conversation.ask("one")
    await conversation.ask("two")
    assert conversation.usage == USAGE + USAGE
    assert conversation.cost_usd == pytest.approx(0.3)
    assert conversation.context_share == 0.15  # of the scripted model's 100 tokens


async def test_two_conversations_of_one_agent_and_one_store_do_not_mix(store: ThreadStore) -> None:
    pauses = [Pause(), Pause()]
    agent = agent_with(ScriptedProvider(*[[pause, *says("Hi")] for pause in pauses]))
    conversations = [Conversation(agent, store) for _ in pauses]
    heard = [Heard(conversation) for conversation in conversations]
    for conversation, pause in zip(conversations, pauses, strict=True):
        conversation.send("hello")
        await pause.reached.wait()
    for pause in pauses:
        pause.go_on.set()
    for conversation in conversations:
        await conversation.wait_idle()
        assert texts(await store.get_thread(conversation.thread.id)) == ["hello", "Hi"]
    for one in heard:
        check(one.events)


async def test_a_thread_that_another_is_answering_is_an_error(store: ThreadStore) -> None:
    pause = Pause()
    thread = Thread()
    first = Conversation(agent_with(ScriptedProvider([pause, *says("Hi")])), thread=thread)
    second = Conversation(agent_with(ScriptedProvider()), thread=thread)
    heard = Heard(second)
    first.send("hello")
    await pause.reached.wait()
    second.send("me too")
    await second.wait_idle()
    assert heard.events[-1].data["error_type"] == "ThreadBusyError"
    pause.go_on.set()
    await first.wait_idle()


async def test_a_message_that_could_not_be_stored_is_stored_with_the_next(
    store: ThreadStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("Hi"))), store)
    with monkeypatch.context() as broken:

        async def refuse(*_: object) -> None:
            raise StoreError("The disk is full.")

        broken.setattr(store, "save_message", refuse)
        with pytest.raises(StoreError, match="full"):
            await conversation.ask("one")
    await conversation.ask("two")
    assert texts(await store.get_thread(conversation.thread.id)) == ["one", "two", "Hi"]


async def test_the_first_line_of_the_first_prompt_is_the_title() -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("1"), says("2"))))
    await conversation.ask("\n  What   is\tthis?\nMore.")
    await conversation.ask("Another.")
    assert conversation.thread.title == "What is this?"


async def test_a_long_title_is_cut() -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("1"))))
    await conversation.ask("word " * 50)
    assert len(conversation.thread.title) <= TITLE_LENGTH
    assert conversation.thread.title.endswith("…")


async def test_every_event_of_the_turn_reaches_every_listener_in_order() -> None:
    conversation = Conversation(agent_with(ScriptedProvider(says("a", "b"))))
    first, second = Heard(conversation), Heard(conversation)
    await conversation.ask("hello")
    assert names(first.events) == names(second.events)
    assert len(of(first.events, EventType.LLM_STREAM_CHUNK)) == 2
