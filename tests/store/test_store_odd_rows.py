"""Rows that another program has written in a way of its own cost one session, and none of the
others."""

import pytest

from tests.store.places import Place
from tyler_tui.errors import SessionDamagedError, is_of_the_store
from tyler_tui.messages import Message, Thread, Usage
from tyler_tui.store import PatientStore, ThreadStore

OF_A_THREAD = [
    "attributes = '{'",
    "attributes = '[]'",
    "attributes = '7'",
    "attributes = '{\"asides\": 7}'",
    'attributes = \'{"asides": [7, {}, {"role": "assistant"}]}\'',
    "created_at = 'then'",
    "updated_at = '2025-01-01'",
    "head_id = 'nowhere'",
]
OF_A_MESSAGE = [
    "status = 'odd'",
    "role = 'odd'",
    "metrics = '{'",
    "metrics = '[7]'",
    "usage = '7'",
    'usage = \'{"prompt_tokens": "many"}\'',
    "tool_calls = '{'",
    "tool_calls = '[7]'",
]


async def two_sessions(store: ThreadStore) -> Thread:
    thread, other = Thread(id="t"), Thread(id="other", name="other")
    thread.add_message(Message("user", "needle"))
    thread.add_message(Message("assistant", "answer", usage=Usage(1, 2, 3)))
    other.add_message(Message("user", "needle, too"))
    await store.save_thread(thread)
    await store.save_thread(other)
    return thread


async def nothing_is_lost(store: ThreadStore, thread: Thread) -> None:
    assert {summary.id for summary in await store.list_threads()} == {"t", "other"}
    assert {hit.thread_id for hit in await store.search("needle")} == {"t", "other"}
    assert len((await store.get_thread("other")).messages) == 1
    assert (await store.find("other")).name == "other"
    message = Message("user", "on we go")
    thread.add_message(message)
    await store.save_message(thread, message)
    await store.save_thread(thread)


@pytest.mark.parametrize("change", OF_A_THREAD)
async def test_a_session_with_an_odd_row_of_its_own_is_listed_and_opened(
    store: ThreadStore, place: Place, change: str
) -> None:
    thread = await two_sessions(store)
    place.execute(f"UPDATE threads SET {change} WHERE id = 't'")
    read = await store.get_thread("t")
    assert [message.content for message in read.all_messages] == ["needle", "answer"]
    assert read.created_at.tzinfo is not None
    assert read.asides == [] or read.asides[0].role == "assistant"
    await nothing_is_lost(store, thread)


@pytest.mark.parametrize("change", OF_A_MESSAGE)
async def test_a_session_with_an_odd_message_says_so_when_it_is_opened(
    store: ThreadStore, place: Place, change: str
) -> None:
    thread = await two_sessions(store)
    place.execute(f"UPDATE messages SET {change} WHERE thread_id = 't' AND role = 'assistant'")
    for reading in (store.get_thread("t"), store.messages("t")):
        with pytest.raises(SessionDamagedError) as failure:
            await reading
        assert failure.value.hint
        assert not is_of_the_store(failure.value)
    await nothing_is_lost(store, thread)


async def test_a_message_of_no_time_is_read(store: ThreadStore, place: Place) -> None:
    thread = await two_sessions(store)
    place.execute("UPDATE messages SET timestamp = 'x' WHERE thread_id = 't'")
    assert len((await store.get_thread("t")).messages) == 2
    await nothing_is_lost(store, thread)


async def test_one_odd_session_is_no_trouble_of_the_store(place: Place) -> None:
    async with await PatientStore.create(place.url) as store:
        thread = await two_sessions(store)
        place.execute("UPDATE messages SET role = 'odd' WHERE thread_id = 't'")
        with pytest.raises(SessionDamagedError):
            await store.get_thread("t")
        assert store.trouble is None
        await nothing_is_lost(store, thread)
