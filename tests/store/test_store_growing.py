"""A message that is stored again and again while it streams."""

import sys
from collections.abc import Callable
from typing import Any

import aiosqlite
import pytest

from tyler_tui import Message, Thread, ThreadStore
from tyler_tui.messages import MessageStatus, ToolCall


@pytest.fixture
def executed(store: ThreadStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that the database was asked to run."""
    statements: list[str] = []
    kinds = [aiosqlite.Connection]
    if (psycopg := sys.modules.get("psycopg")) is not None:
        kinds.append(psycopg.AsyncConnection)
    for kind in kinds:
        monkeypatch.setattr(kind, "execute", _noting(kind.execute, statements))
    return statements


def _noting(execute: Callable[..., Any], statements: list[str]) -> Callable[..., Any]:
    def noted(connection: object, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return execute(connection, sql, *rest)

    return noted


async def test_a_checkpoint_takes_one_statement(store: ThreadStore, executed: list[str]) -> None:
    thread = Thread()
    answer = Message("assistant", "first", status=MessageStatus.STREAMING)
    thread.add_message(answer)
    await store.save_message(thread, answer)
    for word in ("second", "third", "fourth"):
        executed.clear()
        answer.content += f" {word}"
        answer.reasoning_content += f"about the {word}. "
        await store.save_message(thread, answer)
        assert len(executed) == 1
        (stored,) = await store.messages(thread.id)
        assert stored.content == answer.content
        assert stored.reasoning_content == answer.reasoning_content
        assert stored.status is MessageStatus.STREAMING
    answer.status = MessageStatus.COMPLETE
    answer.content += "."
    await store.save_message(thread, answer)
    assert [message.content for message in await store.messages(thread.id)] == [answer.content]
    assert await store.search("fourth"), "it is found once it is whole"


async def test_calls_that_come_while_it_streams_are_stored(store: ThreadStore) -> None:
    thread = Thread()
    answer = Message("assistant", "first", status=MessageStatus.STREAMING)
    thread.add_message(answer)
    await store.save_message(thread, answer)
    answer.tool_calls = [ToolCall("c", "files-read", {"path": "a"})]
    await store.save_message(thread, answer)
    assert [m.tool_calls for m in await store.messages(thread.id)] == [answer.tool_calls]


async def test_a_message_that_is_over_is_not_written_by_a_late_checkpoint(
    store: ThreadStore,
) -> None:
    thread = Thread()
    answer = Message("assistant", "part", status=MessageStatus.STREAMING)
    thread.add_message(answer)
    await store.save_message(thread, answer)
    whole = Message("assistant", "whole", id=answer.id, status=MessageStatus.COMPLETE)
    other = Thread(id=thread.id)
    other.add_message(whole)
    await store.save_thread(other)
    answer.content = "part of it"
    await store.save_thread(thread)
    assert [message.content for message in await store.messages(thread.id)] == ["whole"]
