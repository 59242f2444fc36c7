"""What a turn costs does not depend on how much was said before."""

import gc
import sqlite3
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import aiosqlite
import pytest

from tests.agent.scripted import ScriptedProvider, agent_with, calls, says
from tyler_tui import Message, Thread, ThreadStore, ToolCall
from tyler_tui.conversation import Conversation
from tyler_tui.messages.compaction import Compaction, summary_message

FEW, MANY = 20, 180


def long_thread(turns: int) -> Thread:
    """A thread that was summarised: the model is sent its summary alone."""
    thread = Thread(name=f"{turns} turns")
    for number in range(turns):
        call = ToolCall(f"c{number}", "files-read", {"path": f"{number}.txt"})
        thread.add_message(Message("user", f"prompt {number}"))
        thread.add_message(Message("assistant", f"answer {number} " * 60, tool_calls=[call]))
        thread.add_message(Message("tool", "said " * 200, tool_call_id=call.id))
    thread.add_message(summary_message("All of it.", Compaction(messages=3 * turns)))
    return thread


@contextmanager
def counted() -> Iterator[list[int]]:
    """How many byte codes of ours this thread runs meanwhile."""
    count = [0]

    def trace(frame: FrameType, what: str, _: Any) -> Any:
        if "tyler_tui" not in frame.f_code.co_filename:
            return None
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        count[0] += what == "opcode"
        return trace

    sys.settrace(trace)
    try:
        yield count
    finally:
        sys.settrace(None)


async def read(path: str) -> str:
    """Read a file."""
    return f"what {path} says"


async def steps_of_a_turn(store: ThreadStore, turns: int) -> int:
    thread = await store.save_thread(long_thread(turns))
    scripts = [(calls(("read", '{"path": "a"}')), says("done")) for _ in range(4)]
    provider = ScriptedProvider(*(script for turn in scripts for script in turn))
    conversation = Conversation(agent_with(provider, tools=[read]), store, thread)
    for number in range(4):  # the first ones pack what is old, and learn what is still sent
        with counted() as count:
            assert not await conversation.catch_up()
            await conversation.ask(f"prompt {number}")
            assert not await conversation.write_title()
    assert len(provider.requests[-1].messages) < 20
    return count[0]


async def test_a_turn_takes_as_many_steps_behind_a_long_thread_as_behind_a_short_one(
    tmp_path: Path,
) -> None:
    async with await ThreadStore.create(tmp_path / "chat.db") as store:
        short = await steps_of_a_turn(store, FEW)
        long = await steps_of_a_turn(store, MANY)
    assert long - short < 3 * (MANY - FEW) / 10, "a step for each message would be ten times that"


async def test_no_row_of_the_thread_is_read_to_see_that_there_is_no_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await ThreadStore.create(tmp_path / "chat.db") as store:
        thread = await store.save_thread(long_thread(MANY))
        rows: list[int] = []
        read_rows = aiosqlite.Connection.execute_fetchall

        async def counting(connection: aiosqlite.Connection, *values: Any) -> list[sqlite3.Row]:
            found = list(await read_rows(connection, *values))
            rows.append(len(found))
            return found

        monkeypatch.setattr(aiosqlite.Connection, "execute_fetchall", counting)
        assert await store.news(thread) is None
        assert rows == [1]


async def test_what_was_sent_is_let_go_of_with_the_turn_without_the_garbage_collector() -> None:
    provider = ScriptedProvider(*[calls(("read", '{"path": "a"}')), says("do", "ne")] * 2)
    conversation = Conversation(agent_with(provider, tools=[read]))
    await conversation.ask("first")
    gc.collect()
    gc.disable()
    try:
        await conversation.ask("second")
        kept = {id(message) for message in conversation.thread.messages}
        sent = [message for request in provider.requests for message in request.messages]
        copies = [weakref.ref(message) for message in sent if id(message) not in kept]
        provider.requests.clear()
        del sent
        assert copies
        assert not any(copy() for copy in copies)
    finally:
        gc.enable()
