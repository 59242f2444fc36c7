"""Trouble while a store is in use: locks, a full disk, a file that goes away."""

import sqlite3
from pathlib import Path

import pytest

from tests.store.children import StartChild, finish
from tyler_tui.errors import StoreUnavailableError
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore
from tyler_tui.store.sqlite import connection as connecting

LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE" if sys.argv[2] == "all" else "BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
connection.rollback()
connection.close()
"""


async def test_a_write_waits_for_another_process_and_then_succeeds(
    database: Path, start_child: StartChild
) -> None:
    thread = Thread()
    thread.add_message(Message("user", "patient"))
    async with await ThreadStore.create(database) as store:
        child = start_child(LOCK, database, "writes")
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == "locked\n"
        assert await store.list_threads() == [], "readers are not held up"
        child.stdin.write("\n")
        child.stdin.flush()
        await store.save_thread(thread)
        assert len(await store.list_threads()) == 1


async def test_a_database_that_stays_locked_is_unavailable_and_works_again_later(
    database: Path, start_child: StartChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_S", 0.3)
    thread = Thread()
    thread.add_message(Message("user", "late"))
    async with await ThreadStore.create(database) as store:
        child = start_child(LOCK, database, "writes")
        assert child.stdout is not None
        child.stdout.readline()
        with pytest.raises(StoreUnavailableError) as locked:
            await store.save_thread(thread)
        assert locked.value.hint
        assert locked.value.exit_code == 75
        child.communicate("\n", timeout=60)
        await store.save_thread(thread)
        assert len(await store.list_threads()) == 1


DISK_FULL = """
import asyncio, resource, sys
from tyler_tui.messages import Message, Thread
from tyler_tui.errors import StoreUnavailableError
from tyler_tui.store import ThreadStore
async def main():
    async with await ThreadStore.create(sys.argv[1]) as store:
        thread = Thread(id="t")
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
        kept = 0
        try:
            for number in range(100):
                message = Message("user", f"{number} " + "x" * 20_000)
                thread.add_message(message)
                await store.save_message(thread, message)
                kept += 1
        except StoreUnavailableError as error:
            assert error.hint
        else:
            raise SystemExit("the limit was never met")
        assert (await store.list_threads())[0].message_count == kept
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
        await store.save_message(thread, message)
        print(kept, len(await store.messages("t", limit=1000)))
asyncio.run(main())
"""


async def test_a_full_disk_is_said_loses_nothing_and_passes(
    database: Path, start_child: StartChild
) -> None:
    kept, after = map(int, finish(start_child(DISK_FULL, database)).split())
    assert after == kept + 1 > 1
    connection = sqlite3.connect(database)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    finally:
        connection.close()


async def test_a_store_whose_file_was_deleted_says_so_instead_of_writing_into_nothing(
    database: Path,
) -> None:
    thread = Thread()
    thread.add_message(Message("user", "x"))
    store = await ThreadStore.create(database)
    try:
        await store.save_thread(thread)
        for file in list(database.parent.iterdir()):
            file.unlink()
        with pytest.raises(StoreUnavailableError) as gone:
            await store.save_message(thread, thread.messages[0])
        assert gone.value.hint
    finally:
        await store.close()
