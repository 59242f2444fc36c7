"""What is no usable store is refused in clear words, and left exactly as it was."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.store.children import StartChild, contents, finish
from tyler_tui.errors import (
    StoreDamagedError,
    StoreError,
    StoreTooNewError,
    StoreUnavailableError,
)
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore


async def filled(database: Path, messages: int = 300) -> None:
    """A closed store at `database` with enough in it to be worth damaging."""
    async with await ThreadStore.create(database) as store:
        thread = Thread(id="t")
        for number in range(messages):
            thread.add_message(Message("user", f"{number} " + "words " * 40))
        await store.save_thread(thread)


def overwrite(path: Path, at: int, content: bytes) -> None:
    path.touch()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


async def refused(database: Path, kind: type[StoreError]) -> StoreError:
    """Opening fails with `kind`, says what to do, and changes neither the file nor the folder."""
    before = contents(database)
    beside = sorted(os.listdir(database.parent))
    with pytest.raises(kind) as failure:
        await ThreadStore.create(database)
    assert contents(database) == before
    assert sorted(os.listdir(database.parent)) == beside
    assert failure.value.hint
    assert str(database) in failure.value.message + failure.value.hint
    return failure.value


@pytest.mark.parametrize(
    "content",
    [b"just some text, no database\n" * 100, b"SQLite format 3\x00garbage", os.urandom(8192)],
    ids=["text", "header only", "noise"],
)
async def test_a_file_that_is_no_database_is_refused(database: Path, content: bytes) -> None:
    overwrite(database, 0, content)
    await refused(database, StoreDamagedError)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
async def test_a_truncated_database_is_refused(database: Path, share: float) -> None:
    await filled(database)
    os.truncate(database, int(len(contents(database)) * share))
    await refused(database, StoreDamagedError)


async def test_damage_in_the_middle_is_noticed_at_opening(database: Path) -> None:
    await filled(database, 2_000)
    overwrite(database, len(contents(database)) // 2 // 4096 * 4096, os.urandom(8192))
    await refused(database, StoreDamagedError)


async def test_a_newer_database_is_refused(database: Path) -> None:
    await filled(database, 1)
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    await refused(database, StoreTooNewError)


@pytest.mark.parametrize("application_id", [0, 0x0F055112])
async def test_the_database_of_another_program_is_refused(
    database: Path, application_id: int
) -> None:
    connection = sqlite3.connect(database)
    connection.execute(f"PRAGMA application_id = {application_id}")
    connection.execute("CREATE TABLE threads (id TEXT PRIMARY KEY, title TEXT)")
    connection.execute("INSERT INTO threads VALUES ('a', 'b')")
    connection.commit()
    connection.close()
    await refused(database, StoreError)


async def left_by_a_kill(database: Path, folder: Path, pragma: str) -> Path:
    """A copy of a store in use, after `pragma`: what a kill leaves, a log beside the file."""
    async with await ThreadStore.create(database) as store:
        thread = Thread(id="t")
        for number in range(100):
            thread.add_message(Message("user", f"{number} " + "words " * 40))
        await store.save_thread(thread)
        connection = sqlite3.connect(database)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute(pragma)
        connection.close()
        shutil.copytree(
            database.parent, folder, ignore=shutil.ignore_patterns("*-shm", folder.name)
        )
    assert contents(folder / "chat.db-wal")
    return folder / "chat.db"


async def refused_with_its_log(left: Path, kind: type[StoreError]) -> None:
    before = [contents(left), contents(left.with_name("chat.db-wal"))]
    with pytest.raises(kind):
        await ThreadStore.create(left)
    assert [contents(left), contents(left.with_name("chat.db-wal"))] == before


async def test_a_newer_database_with_a_log_beside_it_keeps_both(
    database: Path, tmp_path: Path
) -> None:
    left = await left_by_a_kill(database, tmp_path / "left", "PRAGMA user_version = 9999")
    await refused_with_its_log(left, StoreTooNewError)


async def test_a_damaged_database_with_a_log_beside_it_keeps_both(
    database: Path, tmp_path: Path
) -> None:
    left = await left_by_a_kill(database, tmp_path / "left", "PRAGMA user_version = 1")
    overwrite(left, len(contents(left)) // 2 // 4096 * 4096, os.urandom(8192))
    await refused_with_its_log(left, StoreDamagedError)


async def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(StoreUnavailableError) as failure:
        await ThreadStore.create(tmp_path / "folder")
    assert failure.value.hint
    assert os.listdir(tmp_path / "folder") == []


async def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnavailableError):
        await ThreadStore.create(tmp_path / "file" / "chat.db")


async def test_a_device_is_refused() -> None:
    with pytest.raises(StoreError):
        await ThreadStore.create("/dev/null")


WITHOUT_RIGHTS = """
import asyncio, os, sys
from tyler_tui.errors import StoreUnavailableError
from tyler_tui.store import ThreadStore
async def main():
    async with await ThreadStore.create(sys.argv[2]):
        pass  # everything is imported now: as nobody, Python's own files may be out of reach
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    try:
        await ThreadStore.create(sys.argv[1])
    except StoreUnavailableError as error:
        print(bool(error.hint), error.exit_code)
asyncio.run(main())
"""


@pytest.mark.parametrize("locked", ["file", "folder"])
async def test_missing_permission_is_told_apart_from_damage(
    tmp_path: Path, locked: str, start_child: StartChild
) -> None:
    folder = tmp_path / "private"
    folder.mkdir()
    database = folder / "chat.db"
    await filled(database, 1)
    (database if locked == "file" else folder).chmod(0o000)
    try:
        assert finish(start_child(WITHOUT_RIGHTS, database, tmp_path / "other.db")) == "True 75\n"
    finally:
        folder.chmod(0o700)
        database.chmod(0o600)


async def test_a_database_copied_from_a_running_program_opens(
    database: Path, tmp_path: Path
) -> None:
    async with await ThreadStore.create(database) as store:
        thread = Thread(id="t")
        thread.add_message(Message("user", "in the log"))
        await store.save_thread(thread)
        copy = tmp_path / "copy"
        copy.mkdir()
        for file in database.parent.glob("chat.db*"):
            shutil.copy(file, copy)
    async with await ThreadStore.create(copy / "chat.db") as store:
        assert [m.content for m in await store.messages("t")] == ["in the log"]
