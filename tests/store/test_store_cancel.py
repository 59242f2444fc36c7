"""A caller that is cancelled leaves no transaction open and no half behind."""

import asyncio
import contextlib
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.store.places import Place, PostgresPlace, SqlitePlace
from tyler_tui.errors import StoreError
from tyler_tui.messages import Message, MessageStatus, Thread
from tyler_tui.store import ThreadStore


def other_writer_gets_in(place: Place) -> bool:
    """Whether another connection can write at once: no transaction of ours is open."""
    if isinstance(place, PostgresPlace):
        return not place.execute(
            "SELECT state FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' "
            "AND datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection = sqlite3.connect(place.url, timeout=0.5, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
        return True
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


async def settled(store: ThreadStore) -> None:
    """Writes go one by one, so when this one has happened every earlier one has ended."""
    thread = Thread()
    thread.add_message(Message("user", "after"))
    await store.save_thread(thread)


@pytest.mark.parametrize("steps", range(12))
async def test_a_cancel_at_any_moment_saves_all_or_nothing(
    store: ThreadStore, place: Place, steps: int
) -> None:
    thread = Thread()
    for number in range(50):
        thread.add_message(Message("user", f"m{number}"))
    saving = asyncio.create_task(store.save_thread(thread))
    for _ in range(steps):
        await asyncio.sleep(0)
    saving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await saving
    await settled(store)
    loaded = await store.get(thread.id)
    assert len(loaded.messages if loaded else []) in (0, 50)
    assert other_writer_gets_in(place)


async def test_a_write_that_has_begun_is_done_though_nobody_waits_for_it(
    store: ThreadStore,
) -> None:
    thread = Thread()
    for number in range(50):
        thread.add_message(Message("user", f"m{number}"))
    saving = asyncio.create_task(store.save_thread(thread))
    await asyncio.sleep(0)
    saving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await saving
    await settled(store)
    assert len((await store.get_thread(thread.id)).messages) == 50


async def test_a_cancel_while_the_write_waits_for_a_lock_lets_the_next_write_through(
    store: ThreadStore, database: Path
) -> None:
    blocker = sqlite3.connect(database, isolation_level=None)
    try:
        blocker.execute("BEGIN IMMEDIATE")
        thread = Thread()
        thread.add_message(Message("user", "x"))
        saving = asyncio.create_task(store.save_thread(thread))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(saving), 0.1)
        saving.cancel()
        blocker.execute("ROLLBACK")
        with contextlib.suppress(asyncio.CancelledError):
            await saving
    finally:
        blocker.close()
    await settled(store)
    assert other_writer_gets_in(SqlitePlace(database))


async def test_a_storm_of_cancelled_writers_leaves_a_working_store(
    store: ThreadStore, place: Place
) -> None:
    async def write(number: int) -> None:
        thread = Thread(id=f"t{number}")
        for index in range(5):
            thread.add_message(Message("user", str(index)))
        await store.save_thread(thread)

    tasks = [asyncio.create_task(write(number)) for number in range(60)]
    for number, task in enumerate(tasks):
        await asyncio.sleep(0)
        if number % 2:
            task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(r) for r in results} <= {type(None), asyncio.CancelledError}
    await settled(store)
    summaries = await store.list_threads(limit=1000)
    assert {s.message_count for s in summaries if s.id.startswith("t")} <= {5}
    for number in range(0, 60, 2):
        assert (await store.find(f"t{number}")).message_count == 5
    assert other_writer_gets_in(place)


async def test_a_cancelled_reader_does_not_hold_up_the_next(store: ThreadStore) -> None:
    thread = Thread()
    for number in range(2_000):
        thread.add_message(Message("user", f"needle {number}"))
    await store.save_thread(thread)
    for steps in range(6):
        reading = asyncio.create_task(store.get_thread(thread.id))
        for _ in range(steps):
            await asyncio.sleep(0)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading
    assert len(await store.messages(thread.id, limit=5)) == 5


async def test_closing_lets_the_writes_finish_that_have_begun(place: Place) -> None:
    store = await ThreadStore.create(place.url)
    thread = Thread(id="t")
    thread.add_message(Message("user", "x" * 100_000))
    saving = asyncio.create_task(store.save_thread(thread))
    await asyncio.sleep(0)
    await store.close()
    await saving
    async with await ThreadStore.create(place.url) as again:
        assert (await again.find("t")).message_count == 1


async def test_a_store_that_is_closed_says_so_and_writes_nothing(place: Place) -> None:
    store = await ThreadStore.create(place.url)
    thread = Thread(id="t")
    answer = Message("assistant", "part", status=MessageStatus.STREAMING)
    thread.add_message(answer)
    await store.save_message(thread, answer)
    await store.close()
    answer.content = "more"
    for late in (store.save_message(thread, answer), store.save_thread(thread),
                 store.get_thread("t"), store.claim("t")):  # fmt: skip
        with pytest.raises(StoreError, match="is closed"):
            await late
    async with await ThreadStore.create(place.url) as again:
        assert [message.content for message in await again.messages("t")] == ["part"]


async def test_a_refused_write_leaves_no_transaction(store: ThreadStore, place: Place) -> None:
    thread = Thread()
    thread.add_message(Message("user", "first"))
    bad = Message("user", "second")
    bad.tool_call_id = object()  # type: ignore[assignment]
    thread.add_message(bad)
    with pytest.raises((StoreError, TypeError)):
        await store.save_thread(thread)
    assert other_writer_gets_in(place)
    assert await store.list_threads() == []
    await settled(store)


@pytest.mark.parametrize("kind", ["place", "memory"])
async def test_a_reader_sees_all_of_a_write_or_nothing(place: Place, kind: str) -> None:
    async with await ThreadStore.create(place.url if kind == "place" else ":memory:") as store:
        thread = Thread()
        for number in range(50):
            thread.add_message(Message("user", f"m{number}"))
        saving = asyncio.create_task(store.save_thread(thread))
        seen: set[int | None] = set()
        while not saving.done():
            loaded = await store.get(thread.id)
            seen.add(len(loaded.messages) if loaded else None)
        await saving
        assert seen <= {None, 50}
        assert len((await store.get_thread(thread.id)).messages) == 50


async def test_an_opening_that_is_cancelled_leaves_no_thread_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, connecting = sqlite3.connect, threading.Event()
    go_on, threads = threading.Event(), list[threading.Thread]()

    def connect_slowly(*args: Any, **options: Any) -> sqlite3.Connection:
        if "cached_statements" in options:  # one that stays open
            threads.append(threading.current_thread())
            connecting.set()
            assert go_on.wait(60)
        return connect(*args, **options)

    monkeypatch.setattr(sqlite3, "connect", connect_slowly)
    opening = asyncio.create_task(ThreadStore.create(tmp_path / "chat.db"))
    assert await asyncio.to_thread(connecting.wait, 60)
    opening.cancel()
    await asyncio.sleep(0)
    opening.cancel()  # as the end of the event loop does once more
    asyncio.get_running_loop().call_later(0.05, go_on.set)
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert not [thread for thread in threads if thread.is_alive()]
