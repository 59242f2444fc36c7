"""What is on disk while an answer streams, and what a failing store costs."""

import asyncio
from pathlib import Path

import pytest

from tests.agent.scripted import (
    Pause,
    Script,
    ScriptedProvider,
    Step,
    agent_with,
    calls,
    collect,
    ending,
    of,
    one,
    says,
    thread_with,
    words,
)
from tyler_tui import (
    EventType,
    ExecutionFailedError,
    Message,
    MessageStatus,
    Thread,
    ThreadNotFoundError,
    ThreadStore,
    TylerError,
)
from tyler_tui.agent.checkpoint import CHECKPOINT_S, Checkpointer
from tyler_tui.agent.sink import CatchingUp
from tyler_tui.errors import StoreError, UsageError


class Sink:
    """Writes down what it is asked to store; `failing` makes it refuse."""

    def __init__(self) -> None:
        self.saved: list[tuple[str, str, MessageStatus]] = []
        self.threads: list[list[str]] = []
        self.at_once = self.most_at_once = 0
        self.failing = False
        self.changed = asyncio.Event()

    async def save_message(self, thread: Thread, message: Message) -> None:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        self.at_once -= 1
        if self.failing:
            raise StoreError("The disk is full.")
        self.saved.append((message.role, message.content, message.status))
        self.changed.set()

    async def save_thread(self, thread: Thread) -> object:
        if self.failing:
            raise StoreError("The disk is full.")
        self.threads.append([message.content for message in thread.messages])
        return thread

    async def get_thread(self, thread_id: str) -> Thread:
        raise ThreadNotFoundError("none")

    async def wait_for(self, text: str) -> None:
        while not any(content == text for _, content, _ in self.saved):
            self.changed.clear()
            await self.changed.wait()


async def test_the_first_words_are_stored_at_once_and_the_last_though_nothing_follows() -> None:
    sink = Sink()
    first, last = Pause(), Pause()
    script: Script = [*words("a"), first, *words("b"), last]
    agent = agent_with(ScriptedProvider(script), thread_store=sink)
    async with asyncio.timeout(60), agent.go(thread_with()) as stream:
        reading = asyncio.create_task(collect(stream))
        await sink.wait_for("a")
        first.go_on.set()
        await sink.wait_for("ab")  # the model is silent now
        assert sink.saved[-1] == ("assistant", "ab", MessageStatus.STREAMING)
        stream.cancel()
        await reading
    assert sink.saved[-1] == ("assistant", "ab", MessageStatus.CANCELLED)


async def test_a_fast_answer_is_not_stored_more_often_than_it_should_be() -> None:
    sink = Sink()
    script: list[Step] = []
    for _ in range(300):
        script += [*words("x"), lambda: asyncio.sleep(0.002)]
    provider = ScriptedProvider([*script, *ending()])
    began = asyncio.get_running_loop().time()
    await agent_with(provider, thread_store=sink).go(thread_with())
    took = asyncio.get_running_loop().time() - began
    assert 3 <= len(sink.saved) <= 2 + took / CHECKPOINT_S
    assert sink.saved[-1] == ("assistant", "x" * 300, MessageStatus.COMPLETE)


async def test_one_write_is_under_way_at_a_time() -> None:
    sink = Sink()
    provider = ScriptedProvider([*words(*"abcdef"), *ending()])
    await agent_with(provider, thread_store=sink).go(thread_with())
    assert sink.most_at_once == 1


async def test_a_stop_waits_for_the_write_under_way_and_allows_no_other() -> None:
    pause = Pause()
    written = []

    async def save() -> None:
        await pause()
        written.append(True)

    checkpointer = Checkpointer()
    checkpointer.touch(save)
    await pause.reached.wait()
    checkpointer.touch(save)
    stopping = asyncio.create_task(checkpointer.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    pause.go_on.set()
    await stopping
    assert written == [True]


async def test_a_store_that_fails_ends_in_an_error_and_the_text_is_in_the_thread() -> None:
    sink = Sink()
    thread = thread_with()

    def break_store() -> None:
        sink.failing = True

    provider = ScriptedProvider([*words("All of"), break_store, *says(" it.")])
    with pytest.raises(ExecutionFailedError, match="disk is full") as caught:
        await agent_with(provider, thread_store=sink).go(thread)
    result = caught.value.result
    assert result.content == thread.messages[-1].content == "All of it."
    assert thread.messages[-1].status is MessageStatus.COMPLETE
    assert one(result.events, EventType.MESSAGE_CREATED)["message"] is thread.messages[-1]
    assert one(result.events, EventType.EXECUTION_ERROR)["error_type"] == "StoreError"


async def test_a_checkpoint_that_fails_is_made_up_for() -> None:
    sink = Sink()
    thread = thread_with()

    def fail() -> None:
        sink.failing = True

    def recover() -> None:
        sink.failing = False

    provider = ScriptedProvider(
        [fail, *words("All of"), lambda: asyncio.sleep(0.01), recover, *says(" it.")]
    )
    result = await agent_with(provider, thread_store=sink).go(thread)
    assert result.success
    assert sink.threads[-1] == ["hello", "All of it."]


async def test_tools_do_not_run_when_the_calls_could_not_be_stored() -> None:
    sink = Sink()
    ran = []

    def act() -> str:
        """Act."""
        ran.append(True)
        return "acted"

    def fail() -> None:
        sink.failing = True

    provider = ScriptedProvider([fail, *calls(("act", "{}"))])
    agent = agent_with(provider, tools=[act], thread_store=sink)
    events = await collect(agent.go(thread_with()))
    assert one(events, EventType.EXECUTION_ERROR)["error_type"] == "StoreError"
    assert not ran


async def test_a_result_that_cannot_be_stored_ends_the_turn_and_stays_in_the_thread() -> None:
    sink = Sink()

    async def act() -> str:
        """Act."""
        sink.failing = True
        return "acted"

    thread = thread_with()
    provider = ScriptedProvider(calls(("act", "{}"), ("act", "{}")))
    events = await collect(agent_with(provider, tools=[act], thread_store=sink).go(thread))
    assert one(events, EventType.EXECUTION_ERROR)["error_type"] == "StoreError"
    assert [m.content for m in thread.messages if m.role == "tool"] == ["acted", "acted"]
    assert len(of(events, EventType.MESSAGE_CREATED)) == 3


async def test_after_a_save_that_failed_the_next_one_stores_the_whole_thread() -> None:
    sink = Sink()
    catching_up = CatchingUp(sink)
    thread = thread_with("one")
    sink.failing = True
    with pytest.raises(StoreError):
        await catching_up.save_message(thread, thread.messages[0])
    sink.failing = False
    thread.add_message(Message("user", "two"))
    await catching_up.save_message(thread, thread.messages[1])
    assert sink.threads == [["one", "two"]]
    await catching_up.save_message(thread, thread.messages[1])
    assert len(sink.saved) == 1


async def test_what_was_added_by_hand_is_stored_with_the_answer(tmp_path: Path) -> None:
    async with await ThreadStore.create(tmp_path / "chat.db") as store:
        thread = thread_with("first")
        thread.add_message(Message("assistant", "second"))
        thread.add_message(Message("user", "third"))
        await agent_with(ScriptedProvider(says("fourth")), thread_store=store).go(thread)
        stored = await store.get_thread(thread.id)
    assert [m.content for m in stored.messages] == ["first", "second", "third", "fourth"]


async def test_a_prompt_is_stored_though_its_answer_fails(tmp_path: Path) -> None:
    async with await ThreadStore.create(tmp_path / "chat.db") as store:
        thread = thread_with("precious")
        agent = agent_with(ScriptedProvider([ValueError("no")]), thread_store=store)
        with pytest.raises(ExecutionFailedError):
            await agent.go(thread)
        assert [m.content for m in (await store.get_thread(thread.id)).messages] == ["precious"]


async def test_a_thread_id_is_looked_up_in_the_store(tmp_path: Path) -> None:
    async with await ThreadStore.create(tmp_path / "chat.db") as store:
        await store.save_thread(thread_with("hello", id="t1"))
        provider = ScriptedProvider(says("Hi"))
        result = await agent_with(provider, thread_store=store).go("t1")
        assert provider.requests[0].messages[0].content == "hello"
        stored = await store.get_thread("t1")
    assert result.thread.id == "t1"
    assert [m.content for m in stored.messages] == ["hello", "Hi"]


@pytest.mark.parametrize(("store", "error"), [(Sink(), ThreadNotFoundError), (None, UsageError)])
async def test_an_id_that_is_unknown_or_has_no_store_raises_before_anything_runs(
    store: Sink | None, error: type[TylerError]
) -> None:
    stream = agent_with(ScriptedProvider(), thread_store=store).go("t1")
    with pytest.raises(error):
        await stream
    with pytest.raises(error):
        await collect(stream)
