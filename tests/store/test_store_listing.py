"""Summaries of sessions: right, ordered, paged, fast."""

import sqlite3
import time
from pathlib import Path

import pytest

from tests.store.children import StartChild, contents, finish
from tests.store.places import Place
from tyler_tui.errors import ThreadNotFoundError
from tyler_tui.messages import Message, MessageStatus, Thread, Usage
from tyler_tui.store import ThreadStore


def answer(text: str, tokens: int, cost: float | None) -> Message:
    return Message(
        "assistant",
        text,
        usage=Usage(tokens, tokens, 2 * tokens, cached_tokens=1),
        metrics={"model": "gpt-x"} | ({} if cost is None else {"cost_usd": cost}),
    )


async def test_a_summary_counts_messages_tokens_and_cost(store: ThreadStore) -> None:
    thread = Thread(title="Sums", name="sums", attributes={"model": "gpt-x"})
    for message in (Message("user", "one"), answer("two", 10, 0.25), answer("three", 5, 0.5)):
        thread.add_message(message)
        await store.save_message(thread, message)
        await store.save_message(thread, message)
    [summary] = await store.list_threads()
    assert (summary.id, summary.name, summary.title) == (thread.id, "sums", "Sums")
    assert summary.model == "gpt-x"
    assert summary.message_count == 3
    assert summary.usage == thread.usage
    assert summary.cost_usd == 0.75
    assert summary.deleted_at is None
    assert summary.created_at == thread.created_at
    await store.save_thread(thread)
    assert (await store.find(thread.id)).usage == thread.usage


async def test_sums_follow_when_an_answer_is_saved_again_with_other_figures(
    store: ThreadStore,
) -> None:
    thread = Thread()
    message = Message("assistant", "", status=MessageStatus.STREAMING)
    thread.add_message(message)
    await store.save_message(thread, message)
    for tokens in (4, 9):
        message.usage = Usage(tokens, tokens, 2 * tokens)
        message.metrics = {"cost_usd": tokens / 8}
        await store.save_message(thread, message)
    message.status = MessageStatus.COMPLETE
    await store.save_message(thread, message)
    summary = await store.find(thread.id)
    assert (summary.usage, summary.cost_usd, summary.message_count) == (Usage(9, 9, 18), 1.125, 1)


async def test_a_cost_is_unknown_when_one_price_is(store: ThreadStore) -> None:
    thread = Thread()
    thread.add_message(answer("priced", 1, 0.5))
    thread.add_message(answer("unpriced", 1, None))
    await store.save_thread(thread)
    assert (await store.find(thread.id)).cost_usd is None


async def test_usage_is_an_estimate_while_that_of_one_message_is(store: ThreadStore) -> None:
    thread = Thread()
    message = Message("assistant", "x", usage=Usage(1, 1, 2, estimated=True))
    thread.add_message(message)
    await store.save_message(thread, message)
    assert (await store.find(thread.id)).usage.estimated
    message.usage = Usage(3, 4, 7)
    await store.save_message(thread, message)
    assert (await store.find(thread.id)).usage == Usage(3, 4, 7)


async def test_a_session_without_answers_cost_nothing(store: ThreadStore) -> None:
    thread = Thread()
    thread.add_message(Message("user", "hi"))
    await store.save_thread(thread)
    assert (await store.find(thread.id)).cost_usd == 0.0


async def test_the_newest_comes_first_in_pages_without_gaps(store: ThreadStore) -> None:
    threads = []
    for number in range(7):
        thread = Thread(title=str(number))
        thread.add_message(Message("user", str(number)))
        await store.save_thread(thread)
        threads.append(thread)
    pages = [await store.list_threads(limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [[s.title for s in page] for page in pages] == [
        ["6", "5", "4"],
        ["3", "2", "1"],
        ["0"],
        [],
    ]


async def test_thousands_of_sessions_list_quickly_however_long_they_are(
    store: ThreadStore, database: Path
) -> None:
    connection = sqlite3.connect(database)
    with connection:
        connection.executemany(
            "INSERT INTO threads (id, title, created_at, updated_at, message_count) "
            "VALUES (?1, ?1, ?2, ?2, 3)",
            ((f"t{n}", f"2025-01-01T00:00:00.{n:06}+00:00") for n in range(5_000)),
        )
        connection.executemany(
            "INSERT INTO messages (id, thread_id, seq, role, content, status, timestamp) "
            "VALUES (?, ?, ?, 'user', ?, 'complete', '2025-01-01T00:00:00.000000+00:00')",
            ((f"{n}-{m}", f"t{n}", m, "text " * 50) for n in range(5_000) for m in range(3)),
        )
    connection.close()
    timings = []
    for offset in (0, 0, 4_000):
        start = time.perf_counter()
        summaries = await store.list_threads(limit=100, offset=offset)
        timings.append(time.perf_counter() - start)
        assert len(summaries) == 100
    assert summaries[0].id == "t999"
    assert min(timings) < 0.03


async def test_saving_a_long_thread_again_costs_little(store: ThreadStore) -> None:
    thread = Thread()
    for number in range(2_000):
        thread.add_message(Message("user", f"{number} " * 20))
    await store.save_thread(thread)
    timings = []
    for _ in range(3):
        thread.add_message(Message("user", "one more"))
        start = time.perf_counter()
        await store.save_thread(thread)
        timings.append(time.perf_counter() - start)
    assert min(timings) < 0.3
    assert (await store.find(thread.id)).message_count == 2_003


async def test_listing_and_reading_write_nothing(database: Path, start_child: StartChild) -> None:
    async with await ThreadStore.create(database) as store:
        thread = Thread(name="n")
        thread.add_message(Message("assistant", "half", status=MessageStatus.STREAMING))
        await store.save_thread(thread)
        gone = Thread()
        await store.save_thread(gone)
        await store.delete_thread(gone.id)
    before = contents(database)
    code = """
import asyncio, sys
from tyler_tui.store import ThreadStore
async def main():
    async with await ThreadStore.create(sys.argv[1]) as store:
        await store.list_threads()
        await store.list_threads(deleted=True)
        await store.find("n")
        await store.latest()
        await store.search("half")
        await store.search("ha")
        await store.get_thread(sys.argv[2])
        await store.messages(sys.argv[2])
asyncio.run(main())
"""
    finish(start_child(code, database, thread.id))
    assert contents(database) == before


def test_importing_the_store_is_cheap(start_child: StartChild) -> None:
    code = """
import sys
import tyler_tui.store
heavy = {"pydantic", "textual", "rich", "typer", "litellm", "httpx", "sqlalchemy", "msgspec"}
print(sorted(heavy & set(sys.modules)))
"""
    assert finish(start_child(code)) == "[]\n"


async def test_pinned_threads_come_first_and_do_not_count_as_the_latest(store: ThreadStore) -> None:
    threads = [Thread(title=str(number)) for number in range(4)]
    for thread in threads:
        thread.add_message(Message("user", "hi"))
        await store.save_thread(thread)
    await store.pin(threads[1].id)
    await store.pin(threads[0].id)
    assert [(s.title, s.pinned) for s in await store.list_threads()] == [
        ("1", True),
        ("0", True),
        ("3", False),
        ("2", False),
    ]
    latest = await store.latest()
    assert latest is not None
    assert latest.title == "3"
    await store.pin(threads[0].id, False)
    assert [s.title for s in await store.list_threads(2)] == ["1", "3"]
    with pytest.raises(ThreadNotFoundError):
        await store.pin("nobody")


async def test_a_copy_that_was_made_before_does_not_put_the_last_change_back(
    store: ThreadStore,
) -> None:
    thread = Thread(id="t")
    thread.add_message(Message("user", "first"))
    await store.save_thread(thread)
    stale = await store.get_thread("t")
    thread.add_message(Message("user", "second"))
    await store.save_thread(thread)
    changed_at = (await store.find("t")).updated_at
    assert changed_at > stale.updated_at
    await store.save_thread(stale)
    assert (await store.find("t")).updated_at == changed_at


async def test_a_clock_that_was_ahead_once_keeps_no_session_on_top_for_years(
    store: ThreadStore, place: Place
) -> None:
    ahead, other = Thread(title="ahead"), Thread(title="other")
    await store.save_thread(ahead)
    place.execute("UPDATE threads SET updated_at = ?", ("2999-01-01T00:00:00.000000+00:00",))
    for thread in (ahead, other):
        thread.add_message(Message("user", "hi"))
        await store.save_message(thread, thread.messages[-1])
    assert (await store.find(ahead.id)).updated_at == ahead.updated_at
    assert [summary.title for summary in await store.list_threads()] == ["other", "ahead"]


async def test_the_trash_lists_what_was_deleted_last_first(store: ThreadStore) -> None:
    threads = [Thread(title=str(number)) for number in range(3)]
    for thread in threads:
        thread.add_message(Message("user", "hi"))
        await store.save_thread(thread)
    for number in (2, 0, 1):
        await store.delete_thread(threads[number].id)
    assert [s.title for s in await store.list_threads(deleted=True)] == ["1", "0", "2"]
