"""What is put into a store comes out the same."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.drawn import HOSTILE, cleaned, drawn_messages, facts, objects, texts, times
from tests.store.places import Place
from tyler_tui.errors import StoreError, ThreadNotFoundError
from tyler_tui.messages import Attachment, Message, MessageStatus, Thread
from tyler_tui.sanitize import storable
from tyler_tui.store import ThreadStore


@asynccontextmanager
async def scratch_store() -> AsyncIterator[ThreadStore]:
    async with await ThreadStore.create(":memory:") as store:
        yield store


@settings(max_examples=40)
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


@settings(max_examples=40)
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


async def test_the_head_is_always_a_message_that_is_stored(store: ThreadStore) -> None:
    thread = Thread()
    messages = [Message("user", "q"), Message("assistant", "a"), Message("user", "next")]
    for message in messages:
        thread.add_message(message)
    await store.save_message(thread, messages[0])
    assert [m.content for m in await store.messages(thread.id)] == ["q"]
    assert [m.content for m in (await store.get_thread(thread.id)).messages] == ["q"]
    await store.save_message(thread, messages[2])
    assert [m.content for m in await store.messages(thread.id)] == ["q", "a", "next"]


async def test_an_older_message_saved_again_does_not_move_the_head_back(store: ThreadStore) -> None:
    thread = Thread()
    for content in ("q", "a", "next"):
        thread.add_message(Message("user", content))
    await store.save_thread(thread)
    thread.add_message(Message("assistant", "not saved yet"))
    thread.messages[1].content = "a, changed"
    await store.save_message(thread, thread.messages[1])
    assert [m.content for m in await store.messages(thread.id)] == ["q", "a, changed", "next"]


async def test_a_session_that_was_purged_elsewhere_is_whole_again_after_the_next_write(
    store: ThreadStore,
) -> None:
    thread = Thread(name="kept")
    thread.add_message(Message("user", "first"))
    await store.save_thread(thread)
    await store.delete_thread(thread.id)
    await store.empty_trash(older_than_days=0)
    thread.add_message(Message("user", "second"))
    await store.save_message(thread, thread.messages[1])
    assert [m.content for m in (await store.get_thread(thread.id)).messages] == ["first", "second"]
    assert (await store.find("kept")).message_count == 2


async def test_a_message_of_another_session_is_not_taken_away_from_it(store: ThreadStore) -> None:
    original = Thread()
    original.add_message(Message("user", "kept"))
    await store.save_thread(original)
    copy = Thread()
    copy.add_message(Message("user", "changed", id=original.messages[0].id))
    with pytest.raises(StoreError) as refused:
        await store.save_thread(copy)
    assert refused.value.hint
    assert [m.content for m in (await store.get_thread(original.id)).messages] == ["kept"]
    assert await store.get(copy.id) is None


async def test_an_answer_that_is_taken_up_again_stays_sound_and_searchable(
    store: ThreadStore, database: Path
) -> None:
    thread = Thread()
    answer = Message("assistant", "first part", status=MessageStatus.TRUNCATED)
    thread.add_message(answer)
    await store.save_message(thread, answer)
    answer.status = MessageStatus.STREAMING
    answer.content += " second part"
    await store.save_message(thread, answer)
    answer.status = MessageStatus.COMPLETE
    await store.save_message(thread, answer)
    assert [hit.message_id for hit in await store.search("second")] == [answer.id]
    await store.delete_thread(thread.id)
    await store.empty_trash(older_than_days=0)
    connection = sqlite3.connect(database)
    try:
        connection.execute(
            "INSERT INTO messages_text (messages_text, rank) VALUES ('integrity-check', 1)"
        )
    finally:
        connection.close()


async def test_a_long_answer_is_whole_at_each_checkpoint_and_at_its_end(
    store: ThreadStore, place: Place
) -> None:
    thread = Thread()
    answer = Message("assistant", status=MessageStatus.STREAMING)
    thread.add_message(answer)
    piece = "0123456789abcdé\n" * 2_000
    for _ in range(40):
        answer.content += piece
        await store.save_message(thread, answer)
    async with await ThreadStore.create(place.url) as other:
        seen = (await other.get_thread(thread.id)).messages[0]
    assert answer.content.startswith(seen.content)
    assert len(seen.content) >= len(answer.content) // 2, "checkpoints may lag, not stand still"
    answer.status = MessageStatus.COMPLETE
    await store.save_message(thread, answer)
    loaded = (await store.get_thread(thread.id)).messages[0]
    assert loaded.content == answer.content
    assert (await store.messages(thread.id))[0].content == answer.content


async def test_news_are_what_others_added_unless_something_of_ours_is_not_saved_yet(
    store: ThreadStore,
) -> None:
    thread = Thread(id="t")
    thread.add_message(Message("user", "first"))
    await store.save_thread(thread)
    assert await store.news(thread) is None
    copy = await store.get_thread("t")
    copy.add_message(Message("user", "of another"))
    await store.save_thread(copy)
    news = await store.news(thread)
    assert news is not None
    assert [message.content for message in news.messages] == ["first", "of another"]
    thread.add_message(Message("user", "not saved"))
    assert await store.news(thread) is None


async def test_what_another_adds_while_a_session_is_read_is_on_its_branch(
    store: ThreadStore, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = Thread()
    thread.add_message(Message("user", "a question"))
    await store.save_thread(thread)
    async with await ThreadStore.create(place.url) as other:
        theirs = await other.get_thread(thread.id)
        theirs.add_message(Message("assistant", "an answer"))
        read_one = store._database.read_one

        async def read_before_it_is_saved(*asked: Any) -> Any:
            row = await read_one(*asked)
            await other.save_thread(theirs)
            return row

        monkeypatch.setattr(store._database, "read_one", read_before_it_is_saved)
        found = await store.get_thread(thread.id)
    assert len(found.all_messages) == 2
    assert found.messages == found.all_messages


async def test_a_copy_that_was_made_before_does_not_cut_off_what_others_added(
    store: ThreadStore,
) -> None:
    thread = Thread(id="t")
    thread.add_message(Message("user", "first"))
    thread.add_message(Message("assistant", "answer"))
    await store.save_thread(thread)
    other = await store.get_thread("t")
    other.add_message(Message("user", "of another"))
    await store.save_thread(other)
    thread.attributes["model"] = "chosen since"
    await store.save_details(thread)
    thread.messages[-1].content = "answer, and more"
    await store.save_message(thread, thread.messages[-1])
    await store.save_thread(thread)
    stored = await store.get_thread("t")
    assert [m.content for m in stored.messages] == ["first", "answer, and more", "of another"]
    assert stored.attributes["model"] == "chosen since"

    beside = Message("user", "beside it")
    thread.add_message(beside)
    await store.save_message(thread, beside)
    assert (await store.get_thread("t")).head_id == beside.id, "what is new is where one is"
    other.rewind_to(other.messages[-1].id)
    await store.save_thread(other)
    assert (await store.get_thread("t")).head_id == other.head_id, "another branch may be chosen"
