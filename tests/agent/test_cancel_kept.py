"""Stopping when something else is slow, stubborn or under way: what was there is kept."""

import asyncio
from contextlib import suppress

import pytest

from tests.agent.scripted import (
    Pause,
    ScriptedProvider,
    agent_with,
    calls,
    check,
    one,
    read_to_end,
    says,
    thread_with,
    words,
)
from tyler_tui import (
    Agent,
    EventStream,
    EventType,
    ExecutionEvent,
    Message,
    MessageStatus,
    Thread,
)
from tyler_tui.agent.sink import to_the_end


async def read(stream: EventStream) -> None:
    async for _ in stream:
        pass


async def ended(stream: EventStream) -> list[ExecutionEvent]:
    """All events, once the turn is over."""
    await read_to_end(stream)
    check(stream.events)
    assert one(stream.events, EventType.EXECUTION_CANCELLED)["reason"] == "cancelled"
    return stream.events


class SlowSink:
    """Takes its time over the message that was cancelled."""

    def __init__(self) -> None:
        self.pause = Pause()
        self.kept = False

    async def save_message(self, thread: Thread, message: Message) -> None:
        if message.status is MessageStatus.CANCELLED:
            await self.pause()
            self.kept = True

    async def save_thread(self, thread: Thread) -> object:
        return thread

    async def get_thread(self, thread_id: str) -> Thread:
        raise LookupError(thread_id)


async def test_stopped_again_while_the_answer_is_being_kept_it_is_kept_all_the_same() -> None:
    sink, pause = SlowSink(), Pause()
    provider = ScriptedProvider([*words("Half"), pause])
    stream = agent_with(provider, thread_store=sink).go(thread_with())
    reading = asyncio.create_task(read(stream))
    await pause.reached.wait()
    stream.cancel()
    await sink.pause.reached.wait()
    stream.cancel()
    closing = asyncio.create_task(stream.aclose())
    await asyncio.sleep(0)
    sink.pause.go_on.set()
    await asyncio.wait([reading, closing])
    events = await ended(stream)
    assert sink.kept
    assert one(events, EventType.MESSAGE_CREATED)["message"].content == "Half"


async def test_calls_of_an_answer_that_was_stopped_are_none() -> None:
    pause = Pause()
    whole = calls(("act", '{"n": 1}', "a"), text="Let me see.")
    ran: list[int] = []

    def act(n: int) -> str:
        """Act."""
        ran.append(n)
        return ""

    thread = thread_with()
    stream = agent_with(ScriptedProvider([*whole[:-1], pause]), tools=[act]).go(thread)
    reading = asyncio.create_task(read(stream))
    await pause.reached.wait()
    stream.cancel()
    await reading
    await ended(stream)
    assert thread.messages[-1].content == "Let me see."
    assert thread.messages[-1].status is MessageStatus.CANCELLED
    assert thread.messages[-1].tool_calls is None
    assert ran == []


async def test_what_is_to_come_to_its_end_does_so_and_the_cancel_counts_behind_it() -> None:
    pause, done = Pause(), []

    async def work() -> None:
        await pause()
        done.append("work")

    waiting = asyncio.create_task(to_the_end(work()))
    await pause.reached.wait()
    waiting.cancel()
    await asyncio.sleep(0)
    assert not waiting.done()
    pause.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert done == ["work"]


async def test_a_tool_that_will_not_stop_does_not_hold_the_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tyler_tui.agent.tool_round.STOP_S", 0.05)
    pause = Pause()
    release = asyncio.Event()

    async def stubborn() -> str:
        """Never stop."""
        pause.reached.set()
        with suppress(asyncio.CancelledError):
            await release.wait()
        await release.wait()
        return "at last"

    thread = thread_with()
    provider = ScriptedProvider(calls(("stubborn", "{}")))
    stream = agent_with(provider, tools=[stubborn]).go(thread)
    reading = asyncio.create_task(read(stream))
    await pause.reached.wait()
    stream.cancel()
    await reading
    await ended(stream)
    release.set()


async def test_a_listener_that_hangs_on_the_last_word_does_not_hold_the_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tyler_tui.agent.turn.LAST_WORD_S", 0.05)
    pause = Pause()

    async def listener(event: ExecutionEvent) -> None:
        if event.type is EventType.EXECUTION_CANCELLED:
            await asyncio.Event().wait()

    running = asyncio.create_task(
        agent_with(ScriptedProvider([pause])).run(thread_with(), listener)
    )
    await pause.reached.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def _cancel_at(agent: Agent, thread: Thread, number: int) -> bool:
    """Run a turn and stop it at its event of that number; whether it got so far."""
    stream = agent.go(thread)
    async for _ in stream:
        if len(stream.events) > number:
            stream.cancel()
    check(stream.events)
    return stream.events[-1].type is EventType.EXECUTION_CANCELLED


async def test_stopped_at_any_event_the_next_request_is_one_that_a_provider_accepts() -> None:
    def act(n: int) -> str:
        """Act."""
        return str(n)

    two = calls(("act", '{"n": 1}', "a"), ("act", '{"n": 2}', "b"), text="Let me see.")
    number = 0
    stopped = 0
    while number < 40:
        thread = thread_with()
        agent = agent_with(ScriptedProvider(two, says("Do", "ne."), says("Again.")), tools=[act])
        stopped += await _cancel_at(agent, thread, number)
        thread.add_message(Message("user", "go on"))
        provider = ScriptedProvider(says("Yes."))
        await agent.replace(provider=provider).go(thread)
        request = provider.requests[0].messages
        open_calls: list[str] = []
        for message in request:
            if message.role == "tool":
                assert message.tool_call_id == open_calls.pop(0)
            else:
                assert not open_calls
                open_calls = [call.id for call in message.tool_calls or ()]
        assert not open_calls
        assert request[-1].role == "user"
        number += 1
    assert 10 < stopped < 40
