"""PatientStore: what cannot be saved costs nobody the conversation, and is saved later."""

import asyncio
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.children import StartChild, contents, finish
from tests.store.test_store_claims import CLAIMING
from tests.store.test_store_trouble import LOCK
from tyler_tui.errors import (
    StoreDamagedError,
    StoreError,
    StoreTooNewError,
    StoreUnavailableError,
    ThreadBusyError,
)
from tyler_tui.messages import Message, Thread
from tyler_tui.store import PatientStore, ThreadStore, patient
from tyler_tui.store.database import Database
from tyler_tui.store.reading import load_thread
from tyler_tui.store.sqlite import connection as connecting


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for longer than a test likes to."""
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_S", 0.2)
    monkeypatch.setattr(patient, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(patient, "LONGEST_WAIT_S", 0.05)


def thread_of(*texts: str, name: str | None = None) -> Thread:
    thread = Thread(name=name)
    for text in texts:
        thread.add_message(Message("user", text))
    return thread


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - nothing tells of each step
            await asyncio.sleep(0.01)


async def texts_at(database: Path, thread_id: str) -> list[str]:
    async with await ThreadStore.create(database) as store:
        return [message.content for message in await store.messages(thread_id)]


async def say(store: ThreadStore, thread: Thread, text: str) -> None:
    message = Message("user", text)
    thread.add_message(message)
    await store.save_message(thread, message)


Spoil = Callable[[Path], bytes | None]
"""Puts something else in the place of the database; returns what it holds."""


def a_folder(database: Path) -> None:
    database.mkdir()


def damaged(database: Path) -> bytes:
    database.write_bytes(b"no database at all\n" * 300)
    return contents(database)


def newer(database: Path) -> bytes:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 9999")
        connection.execute("CREATE TABLE threads (id TEXT)")
    return contents(database)


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (a_folder, StoreUnavailableError),
        (damaged, StoreDamagedError),
        (newer, StoreTooNewError),
    ],
)
async def test_where_the_database_cannot_be_opened_memory_stands_in_and_moves_over_later(
    database: Path, spoil: Spoil, kind: type[StoreError]
) -> None:
    before = spoil(database)
    with pytest.raises(kind) as refused:
        await PatientStore.create(database)
    told: list[StoreError | None] = []
    store = await PatientStore.in_memory(database, refused.value)
    store.watch(lambda: told.append(store.trouble))
    async with store:
        thread = thread_of(name="talk")
        await say(store, thread, "one")
        assert [hit.title for hit in await store.list_threads()] == [""]
        assert [m.content for m in await store.messages(thread.id)] == ["one"]
        assert [unsaved.id for unsaved in await store.unsaved()] == [thread.id]
        assert not await store.save_now()
        assert isinstance(store.trouble, kind)
        assert before is None or contents(database) == before
        os.rename(database, database.with_name("spoilt.db"))
        await until(lambda: store.trouble is None)
        await say(store, thread, "two")
        assert await store.unsaved() == []
    assert told[-1] is None
    assert await texts_at(database, thread.id) == ["one", "two"]


async def test_what_came_together_in_memory_moves_with_its_names_and_pins(
    database: Path,
) -> None:
    async with await ThreadStore.create(database) as real:
        await real.save_thread(thread_of("was there", name="talk"))
    store = await PatientStore.in_memory(database, StoreUnavailableError("locked"))
    async with store:
        named, deleted = thread_of("mine", name="Talk"), thread_of("gone")
        await store.save_thread(named)
        await store.save_thread(deleted)
        await store.pin(named.id)
        await store.delete_thread(deleted.id)
        assert await store.save_now()
        assert named.name == "Talk-2"
        assert store.renamed == {named.id: "Talk-2"}
        listed = await store.list_threads()
        assert [(each.name, each.pinned) for each in listed] == [("Talk-2", True), ("talk", False)]


async def test_what_is_said_while_it_moves_over_is_not_lost(database: Path) -> None:
    store = await PatientStore.in_memory(database, StoreUnavailableError("locked"))
    thread = thread_of("0")
    async with store:
        await store.save_thread(thread)
        moving = asyncio.create_task(store.save_now())
        for number in range(1, 50):
            await say(store, thread, str(number))
            await asyncio.sleep(0)
        assert await moving
    assert await texts_at(database, thread.id) == [str(number) for number in range(50)]


async def test_the_last_word_that_is_said_while_it_moves_over_is_not_lost(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await PatientStore.in_memory(database, StoreUnavailableError("locked"))
    thread = thread_of("one")

    async def load_and_hear_more(source: Database, thread_id: str) -> Thread:
        loaded = await load_thread(source, thread_id)
        if len(thread.messages) == 1:
            await say(store, thread, "two")
        return loaded

    monkeypatch.setattr(patient, "load_thread", load_and_hear_more)
    async with store:
        await store.save_thread(thread)
        assert await store.save_now()
        assert await store.unsaved() == []
        assert await texts_at(database, thread.id) == ["one", "two"]


async def test_a_lock_holds_nothing_up_for_long_and_all_is_saved_when_it_ends(
    database: Path, start_child: StartChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_S", 5.0)
    monkeypatch.setattr(patient, "PATIENCE_S", 0.05)
    thread = thread_of("zero")
    async with await PatientStore.create(database) as store:
        await store.save_thread(thread)
        await store.claim(thread.id)
        child = start_child(LOCK, database, "writes")
        assert child.stdout is not None
        assert child.stdin is not None
        child.stdout.readline()
        async with asyncio.timeout(2):
            await say(store, thread, "one")
            await say(store, thread, "two")
            await store.release(thread.id)
            assert await store.news(thread) is None
        assert store.is_behind(thread.id)
        child.stdin.write("\n")
        child.stdin.flush()
        await until(lambda: not store.is_behind(thread.id))
        assert store.trouble is None
        await store.claim(thread.id)
    assert await texts_at(database, thread.id) == ["zero", "one", "two"]


async def test_a_claim_waits_for_a_lock_and_then_tells_that_another_answers(
    database: Path, start_child: StartChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_S", 60.0)
    monkeypatch.setattr(patient, "CLAIM_PATIENCE_S", 60.0)
    monkeypatch.setattr(patient, "PATIENCE_S", 0.001)
    thread = Thread(id="t")
    thread.add_message(Message("user", "zero"))
    async with await PatientStore.create(database) as store:
        await store.save_thread(thread)
        await until(lambda: not store.is_behind(thread.id))
        other = start_child(CLAIMING, database)
        assert other.stdout is not None
        assert other.stdout.readline() == "claimed\n"
        locking = start_child(LOCK, database, "writes")
        assert locking.stdout is not None
        locking.stdout.readline()
        claiming = asyncio.create_task(store.claim(thread.id))
        went_on, _ = await asyncio.wait([claiming], timeout=0.1)
        assert not went_on
        locking.communicate("\n", timeout=60)
        with pytest.raises(ThreadBusyError):
            await claiming
        assert store.trouble is None


async def test_a_claim_that_the_database_could_not_take_follows(
    database: Path, start_child: StartChild
) -> None:
    thread = Thread(id="t")
    thread.add_message(Message("user", "zero"))
    async with await PatientStore.create(database) as store:
        await store.save_thread(thread)
        locking = start_child(LOCK, database, "writes")
        assert locking.stdout is not None
        locking.stdout.readline()
        await store.claim(thread.id)
        assert isinstance(store.trouble, StoreUnavailableError)
        with pytest.raises(ThreadBusyError):
            await store.claim(thread.id)
        locking.communicate("\n", timeout=60)
        await until(lambda: store.trouble is None)
        other = start_child(CLAIMING, database)
        assert "ThreadBusyError" in other.communicate(timeout=60)[1]
        await store.release(thread.id)
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("SELECT owner FROM threads").fetchall() == [(None,)]


async def test_there_is_no_news_of_a_session_while_something_in_it_waits(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patient, "FIRST_WAIT_S", 600.0)
    thread = thread_of("one")
    async with await PatientStore.create(database) as store:
        await store.save_thread(thread)
        with closing(sqlite3.connect(database, isolation_level=None)) as locking:
            locking.execute("BEGIN IMMEDIATE")
            thread.messages[0].content = "one, and more"
            await store.save_message(thread, thread.messages[0])
            assert store.is_behind(thread.id)
            locking.execute("ROLLBACK")
        async with await ThreadStore.create(database) as other:
            await say(other, await other.get_thread(thread.id), "of another")
        assert await store.news(thread) is None, "it would put the old text back"
        assert await store.save_now()
        news = await store.news(thread)
        assert news is not None
        assert [m.content for m in news.messages] == ["one, and more", "of another"]


async def test_a_session_is_free_for_others_after_the_trouble(
    database: Path, start_child: StartChild
) -> None:
    thread = thread_of("zero")
    async with await PatientStore.create(database) as store:
        await store.save_thread(thread)
        await store.claim(thread.id)
        child = start_child(LOCK, database, "writes")
        assert child.stdout is not None
        child.stdout.readline()
        await say(store, thread, "one")
        await store.release(thread.id)
        assert store.trouble is not None
        await store.claim(thread.id)
        with pytest.raises(ThreadBusyError):
            await store.claim(thread.id)
        await store.release(thread.id)
        child.communicate("\n", timeout=60)
        await until(lambda: store.trouble is None)
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("SELECT owner FROM threads").fetchall() == [(None,)]


async def test_a_database_that_was_put_away_is_waited_for_and_one_put_in_its_place_is_used(
    database: Path, tmp_path: Path
) -> None:
    thread = thread_of("one")
    async with await PatientStore.create(database) as store:
        await store.save_thread(thread)
        away = tmp_path / "away"
        away.mkdir()
        for file in database.parent.glob("chat.db*"):
            os.rename(file, away / file.name)
        await say(store, thread, "two")
        assert isinstance(store.trouble, StoreUnavailableError)
        assert not await store.save_now()
        assert os.listdir(database.parent) == ["away"], "a new one would hide it"
        for file in away.glob("chat.db*"):
            os.rename(file, database.parent / file.name)
        await until(lambda: store.trouble is None)
        assert [m.content for m in await store.messages(thread.id)] == ["one", "two"]
        for file in database.parent.glob("chat.db*"):
            os.rename(file, away / file.name)
        async with await ThreadStore.create(database) as other:
            await other.save_thread(thread_of("of another"))
        await say(store, thread, "three")
        await until(lambda: store.trouble is None)
        assert len(await store.list_threads()) == 2
    assert await texts_at(database, thread.id) == ["one", "two", "three"]


async def test_what_waits_can_be_forked_deleted_and_copied_elsewhere(
    database: Path, tmp_path: Path
) -> None:
    async with await PatientStore.create(database) as store:
        thread, other = thread_of("one"), thread_of("other")
        await store.save_thread(thread)
        with closing(sqlite3.connect(database, isolation_level=None)) as locking:
            locking.execute("BEGIN IMMEDIATE")
            await say(store, thread, "two")
            await store.save_thread(other)
            fork = await store.fork_thread(thread.id)
            assert [message.content for message in fork.messages] == ["one", "two"]
            copy = tmp_path / "copy.db"
            assert await store.save_copy(copy) == 3
            assert await texts_at(copy, thread.id) == ["one", "two"]
            assert not await store.save_now(), "the copy is not the store"
        await store.delete_thread(other.id)
        await until(lambda: store.trouble is None)
    async with await ThreadStore.create(database) as after:
        assert {each.id for each in await after.list_threads()} == {thread.id, fork.id}


async def test_closing_saves_what_it_can(database: Path) -> None:
    store = await PatientStore.create(database)
    thread = thread_of("one")
    await store.save_thread(thread)
    with closing(sqlite3.connect(database, isolation_level=None)) as locking:
        locking.execute("BEGIN IMMEDIATE")
        await say(store, thread, "two")
        locking.execute("ROLLBACK")
    await store.close()
    await store.close()
    assert await texts_at(database, thread.id) == ["one", "two"]


async def test_what_is_wrong_with_a_session_is_still_said(database: Path) -> None:
    async with await PatientStore.create(database) as store:
        first, second = thread_of("one", name="talk"), thread_of("two", name="talk")
        await store.save_thread(first)
        with pytest.raises(StoreError, match="called"):
            await store.save_thread(second)
        assert store.trouble is None
        assert not store.is_behind(second.id)


READ_ONLY = """
import asyncio, os, sys
from tyler_tui.errors import StoreUnavailableError
from tyler_tui.messages import Message, Thread
from tyler_tui.store import PatientStore
async def main():
    async with await PatientStore.create(sys.argv[2]):
        pass  # everything is imported now: as nobody, Python's own files may be out of reach
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        store = await PatientStore.create(sys.argv[1])
    except StoreUnavailableError as error:
        store = await PatientStore.in_memory(sys.argv[1], error)
    thread = Thread()
    thread.add_message(Message("user", "said"))
    await store.save_message(thread, thread.messages[0])
    assert isinstance(store.trouble, StoreUnavailableError), store.trouble
    assert store.trouble.hint
    assert not await store.save_now()
    await store.close()
    print(len(store.lost))
asyncio.run(main())
"""


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder that other users may enter."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        yield Path(place)


@pytest.mark.parametrize(("file", "folder"), [(0o444, 0o755), (0o444, 0o555), (0o644, 0o555)])
async def test_in_a_database_or_folder_that_may_only_be_read_nothing_changes_and_the_chat_goes_on(
    reachable: Path, file: int, folder: int, start_child: StartChild
) -> None:
    database = reachable / "private" / "chat.db"
    async with await ThreadStore.create(database) as store:
        await store.save_thread(thread_of("there before"))
    before = contents(database)
    os.chmod(database, file)
    os.chmod(database.parent, folder)
    other = reachable / "other.db"
    try:
        assert finish(start_child(READ_ONLY, database, other)) == "1\n"
        assert contents(database) == before
    finally:
        os.chmod(database.parent, 0o700)
