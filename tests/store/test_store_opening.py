"""Where a store can live, who may read its files, and how it is closed."""

import os
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from tests.store.children import StartChild, finish
from tyler_tui.errors import UsageError
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore
from tyler_tui.store.sqlite import opening


def one_thread(text: str = "hello") -> Thread:
    thread = Thread()
    thread.add_message(Message("user", text))
    return thread


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    "place",
    [
        "chat.db",
        "sqlite:///chat.db",
        "sqlite+aiosqlite:///chat.db",
        "sqlite:////{folder}/chat.db",
        "sqlite+aiosqlite:////{folder}/chat.db",
        "{folder}/chat.db",
    ],
)
async def test_paths_and_urls_name_the_same_file(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    place = place.replace("////{folder}", "///{folder}").format(folder=tmp_path)
    thread = one_thread()
    async with await ThreadStore.create(place) as store:
        await store.save_thread(thread)
    async with await ThreadStore.create(tmp_path / "chat.db") as store:
        assert (await store.get_thread(thread.id)).messages[0].content == "hello"


async def test_a_relative_path_stays_put_when_the_working_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    thread = one_thread()
    (tmp_path / "elsewhere").mkdir()
    async with await ThreadStore.create("chat.db") as store:
        monkeypatch.chdir(tmp_path / "elsewhere")
        await store.save_thread(thread)
        assert await store.get(thread.id) is not None
    assert os.listdir(tmp_path / "elsewhere") == []


@pytest.mark.parametrize(
    "place", [":memory:", "sqlite+aiosqlite:///:memory:", "sqlite:///:memory:"]
)
async def test_a_store_in_memory_keeps_what_it_is_given_and_leaves_no_file(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    thread = one_thread("in memory")
    async with await ThreadStore.create(place) as store, await ThreadStore.create(place) as other:
        await store.save_thread(thread)
        assert (await store.get_thread(thread.id)).messages[0].content == "in memory"
        assert [hit.message_id for hit in await store.search("memory")] == [thread.messages[0].id]
        assert await store.messages(thread.id, limit=5)
        assert await other.list_threads() == []
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("url", ["mysql://u:p@h/d", "http://x/y"])
async def test_other_databases_are_refused_with_what_is_possible(url: str) -> None:
    with pytest.raises(UsageError) as refused:
        await ThreadStore.create(url)
    assert "sqlite" in refused.value.message + refused.value.hint
    assert "u:p" not in refused.value.message + refused.value.hint, "a password must not be shown"


async def test_files_and_new_folders_are_private_from_birth_under_a_loose_umask(
    tmp_path: Path,
) -> None:
    database = tmp_path / "deep" / "er" / "chat.db"
    before = os.umask(0)
    try:
        async with await ThreadStore.create(database) as store:
            await store.save_thread(one_thread())
            files = sorted(database.parent.iterdir())
            assert {file.name for file in files} >= {"chat.db", "chat.db-wal"}
            assert {file.name: mode(file) for file in files} == {file.name: 0o600 for file in files}
    finally:
        os.umask(before)
    assert mode(database.parent) == mode(database.parent.parent) == 0o700


async def test_the_file_is_private_before_anything_is_in_it(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    check = opening._check

    def checked(path: Path) -> None:
        seen.append(mode(path))
        check(path)

    monkeypatch.setattr(opening, "_check", checked)
    before = os.umask(0)
    try:
        async with await ThreadStore.create(database):
            assert seen == [0o600]
    finally:
        os.umask(before)


async def test_opening_leaves_the_umask_of_the_process_alone(database: Path) -> None:
    before = os.umask(0o027)
    try:
        async with await ThreadStore.create(database):
            pass
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)


async def test_the_database_is_in_wal_mode_and_carries_a_version_and_an_application_id(
    store: ThreadStore, database: Path
) -> None:
    with sqlite3.connect(database) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA user_version").fetchone()[0] >= 1
        assert connection.execute("PRAGMA application_id").fetchone()[0] != 0
    connection.close()


async def test_closing_twice_is_fine(database: Path) -> None:
    store = await ThreadStore.create(database)
    await store.close()
    await store.close()


async def test_closing_leaves_one_file_that_can_be_copied(database: Path, tmp_path: Path) -> None:
    thread = one_thread("all in one file")
    async with await ThreadStore.create(database) as store:
        await store.save_thread(thread)
    assert [file.name for file in database.parent.iterdir()] == ["chat.db"]
    copy = tmp_path / "copy.db"
    shutil.copy(database, copy)
    async with await ThreadStore.create(copy) as store:
        assert (await store.get_thread(thread.id)).messages[0].content == "all in one file"


@pytest.mark.parametrize("ending", ["", "raise SystemExit(0)", "await store.close()"])
@pytest.mark.parametrize("scope", ["", "global store"], ids=["local", "global"])
def test_a_program_that_ends_with_or_without_closing_says_nothing_and_ends(
    ending: str, scope: str, database: Path, start_child: StartChild
) -> None:
    code = f"""
import asyncio, sys
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore
from tyler_tui.store.sqlite import opening
async def main():
    {scope}
    store = await ThreadStore.create(sys.argv[1])
    thread = Thread(id="main-chat")
    thread.add_message(Message("user", "hello"))
    await store.save_thread(thread)
    print(len(await store.messages("main-chat")))
    {ending or "pass"}
asyncio.run(main())
"""
    assert finish(start_child(code, database), timeout=10) == "1\n"


async def test_an_empty_file_becomes_a_store(database: Path) -> None:
    os.close(os.open(database, os.O_CREAT, 0o600))
    async with await ThreadStore.create(database) as store:
        await store.save_thread(one_thread())
        assert len(await store.list_threads()) == 1
