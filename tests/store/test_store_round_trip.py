"""What is put into a store comes out the same."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tyler_tui.messages import Message, Thread
from tyler_tui.errors import ThreadNotFoundError
from tyler_tui.messages import Attachment, MessageStatus, ToolCall, Usage
from tyler_tui.sanitize import storable
from tyler_tui.store import ThreadStore

HOSTILE = [
    "",
    "plain",
    "a\x00b",
    "\x00",
    "\x1b]52;c;AAAA\x07\x1b[2J",
    "👩‍👩‍👧‍👦 🏳️‍🌈 日本語 العربية",
    "line\r\nends\rand\u2028more\n",
    "\udc80 alone \ud83d",
    "'; DROP TABLE messages; --",
    "é and e\u0301",
    "\ufeffbom",
]

texts = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec=None), max_size=60))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(texts, json_values, max_size=3)
usages = st.builds(
    Usage,
    prompt_tokens=st.integers(0, 10**9),
    completion_tokens=st.integers(0, 10**9),
    total_tokens=st.integers(0, 10**9),
    cached_tokens=st.integers(0, 10**6),
    reasoning_tokens=st.integers(0, 10**6),
    estimated=st.booleans(),
)
calls = st.builds(ToolCall, id=texts.filter(bool), name=texts, arguments=objects, problem=texts)
files = st.builds(
    Attachment, filename=texts, content=st.binary(max_size=200), mime_type=texts.filter(bool)
)
times = st.datetimes(
    min_value=datetime(1970, 1, 2), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)
)


@st.composite
def drawn_messages(draw: st.DrawFn) -> Message:
    role = draw(st.sampled_from(["system", "user", "assistant", "tool"]))
    return Message(
        role=role,
        content=draw(texts),
        name=draw(st.none() | texts),
        tool_calls=draw(st.none() | st.lists(calls, min_size=1, max_size=3)),
        tool_call_id=draw(texts.filter(bool)) if role == "tool" else None,
        attachments=draw(st.lists(files, max_size=2)),
        status=draw(st.sampled_from([s for s in MessageStatus if s != MessageStatus.STREAMING])),
        timestamp=draw(times),
        reasoning_content=draw(texts),
        usage=draw(st.none() | usages),
        metrics=draw(objects),
    )


def cleaned(value: Any) -> Any:
    """`value` as it may be stored: lone surrogates replaced, all the rest the same."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(key): cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    return value


def facts(message: Message) -> dict[str, Any]:
    """Every field of `message`, fit for a comparison."""
    return {
        "id": message.id,
        "parent_id": message.parent_id,
        "role": message.role,
        "content": storable(message.content),
        "name": cleaned(message.name),
        "tool_calls": [
            (storable(c.id), storable(c.name), cleaned(c.arguments), storable(c.problem))
            for c in message.tool_calls or []
        ],
        "tool_call_id": cleaned(message.tool_call_id),
        "attachments": [
            (storable(a.filename), a.content, storable(a.mime_type)) for a in message.attachments
        ],
        "status": message.status,
        "timestamp": message.timestamp,
        "reasoning_content": storable(message.reasoning_content),
        "usage": message.usage,
        "metrics": cleaned(message.metrics),
    }


@asynccontextmanager
async def scratch_store() -> AsyncIterator[ThreadStore]:
    async with await ThreadStore.create(":memory:") as store:
        yield store


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(messages=st.lists(drawn_messages(), min_size=1, max_size=4), one_by_one=st.booleans())
async def test_every_field_of_every_message_comes_back(
    messages: list[Message], one_by_one: bool
) -> None:
    thread = Thread()
    async with scratch_store() as store:
        for message in messages:
            thread.add_message(message)
            if one_by_one:
                await store.save_message(thread, message)
        if not one_by_one:
            await store.save_thread(thread)
        loaded = await store.get_thread(thread.id)
        window = await store.messages(thread.id, limit=10)
    assert [facts(m) for m in loaded.messages] == [facts(m) for m in thread.messages]
    assert [facts(m) for m in window] == [facts(m) for m in thread.messages]


@settings(max_examples=40, deadline=None)
@given(title=texts, attributes=objects, created=times, updated=times)
async def test_every_field_of_a_thread_comes_back(
    title: str, attributes: dict[str, Any], created: datetime, updated: datetime
) -> None:
    thread = Thread(
        title=title, attributes=attributes, created_at=created, updated_at=max(created, updated)
    )
    async with scratch_store() as store:
        await store.save_thread(thread)
        loaded = await store.get_thread(thread.id)
    assert loaded.title == storable(title)
    assert loaded.attributes == cleaned(attributes)
    assert loaded.created_at == created
    assert (loaded.messages, loaded.head_id, loaded.name) == ([], None, None)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
async def test_text_on_disk_is_exact_but_for_lone_surrogates(
    store: ThreadStore, database: Path, text: str
) -> None:
    thread = Thread()
    thread.add_message(Message("assistant", text))
    await store.save_thread(thread)
    connection = sqlite3.connect(database)
    try:
        assert connection.execute("SELECT content FROM messages").fetchall() == [(storable(text),)]
    finally:
        connection.close()


async def test_times_with_another_zone_are_the_same_moment_in_utc(store: ThreadStore) -> None:
    moment = datetime(2025, 3, 1, 12, 30, 15, 123456, timezone(timedelta(hours=-7)))
    thread = Thread(created_at=moment)
    thread.add_message(Message("user", "x", timestamp=moment))
    await store.save_thread(thread)
    loaded = await store.get_thread(thread.id)
    assert loaded.created_at == loaded.messages[0].timestamp == moment
    assert loaded.messages[0].timestamp.utcoffset() == timedelta(0)


async def test_branches_and_the_current_one_come_back(store: ThreadStore) -> None:
    thread = Thread()
    question = Message("user", "first")
    answer = Message("assistant", "one")
    other_answer = Message("assistant", "two", parent_id=question.id)
    thread.add_message(question)
    thread.add_message(answer)
    thread.add_message(other_answer)
    thread.add_root(Message("user", "another start"))
    thread.switch_to(answer.id)
    await store.save_thread(thread)
    loaded = await store.get_thread(thread.id)
    assert [m.content for m in loaded.messages] == ["first", "one"]
    assert [m.content for m in loaded.all_messages] == ["first", "one", "two", "another start"]
    assert [m.id for m in loaded.siblings(answer.id)] == [answer.id, other_answer.id]
    assert loaded.head_id == answer.id


async def test_saving_switches_the_branch(store: ThreadStore) -> None:
    thread = Thread()
    question = Message("user", "q")
    first = Message("assistant", "first")
    thread.add_message(question)
    thread.add_message(first)
    thread.add_message(Message("assistant", "second", parent_id=question.id))
    await store.save_thread(thread)
    thread.switch_to(first.id)
    thread.attributes["model"] = "m"
    await store.save_message(thread, first)
    assert [m.content for m in await store.messages(thread.id)] == ["q", "first"]
    loaded = await store.get_thread(thread.id)
    assert loaded.attributes == {"model": "m"}
    assert len(loaded.all_messages) == 3


async def test_saving_updates_by_id_and_deletes_nothing(store: ThreadStore) -> None:
    whole = Thread()
    for number in range(4):
        whole.add_message(Message("user", f"m{number}"))
    await store.save_thread(whole)
    part = Thread(id=whole.id, messages=whole.messages[:2])
    part.messages[1].content = "changed"
    await store.save_thread(part)
    loaded = await store.get_thread(whole.id)
    assert {m.content for m in loaded.all_messages} == {"m0", "changed", "m2", "m3"}


async def test_saving_again_replaces_attachments_and_calls(store: ThreadStore) -> None:
    thread = Thread()
    message = Message(
        "user", "x", attachments=[Attachment("a", b"1"), Attachment("b", b"2", "image/png")]
    )
    thread.add_message(message)
    await store.save_thread(thread)
    message.attachments = [Attachment("c", b"3")]
    await store.save_message(thread, message)
    loaded = (await store.get_thread(thread.id)).messages[0]
    assert loaded.attachments == [Attachment("c", b"3")]


async def test_a_thread_that_is_not_there_raises_or_is_none(store: ThreadStore) -> None:
    with pytest.raises(ThreadNotFoundError) as missing:
        await store.get_thread("main-chat")
    assert "main-chat" in missing.value.message
    assert missing.value.hint
    assert await store.get("main-chat") is None


async def test_the_names_that_tyler_uses_work_too(store: ThreadStore) -> None:
    thread = Thread(id="main-chat")
    thread.add_message(Message("user", "hello"))
    await store.save(thread)
    loaded = await store.get("main-chat")
    assert loaded is not None
    assert [m.content for m in loaded.messages] == ["hello"]


async def test_an_answer_saved_before_its_question_leaves_a_thread_that_loads(
    store: ThreadStore,
) -> None:
    thread = Thread()
    thread.add_message(Message("user", "never saved by itself"))
    answer = Message("assistant", "answer")
    thread.add_message(answer)
    await store.save_message(thread, answer)
    loaded = await store.get_thread(thread.id)
    assert loaded.messages[-1].content == "answer"
    assert (await store.messages(thread.id))[-1].content == "answer"
    await store.save_thread(thread)
    assert [m.content for m in (await store.get_thread(thread.id)).messages] == [
        "never saved by itself",
        "answer",
    ]


async def test_a_long_answer_is_whole_at_each_checkpoint_and_at_its_end(
    store: ThreadStore, database: Path
) -> None:
    thread = Thread()
    answer = Message("assistant", status=MessageStatus.STREAMING)
    thread.add_message(answer)
    piece = "0123456789abcdé\n" * 2_000
    for _ in range(40):
        answer.content += piece
        await store.save_message(thread, answer)
    async with await ThreadStore.create(database) as other:
        seen = (await other.get_thread(thread.id)).messages[0]
    assert answer.content.startswith(seen.content)
    assert len(seen.content) >= len(answer.content) // 2, "checkpoints may lag, not stand still"
    answer.status = MessageStatus.COMPLETE
    await store.save_message(thread, answer)
    loaded = (await store.get_thread(thread.id)).messages[0]
    assert loaded.content == answer.content
    assert (await store.messages(thread.id))[0].content == answer.content
