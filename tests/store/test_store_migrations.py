"""Older files are brought up to date: whole or not at all, behind a backup."""

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.children import contents
from tyler_tui.errors import StoreError
from tyler_tui.messages import Message, MessageStatus, Thread
from tyler_tui.store import ThreadStore
from tyler_tui.store.sqlite import opening
from tyler_tui.store.sqlite.schema import MIGRATIONS

NEXT = """
ALTER TABLE threads ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue';
CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT DEFAULT 'a;b');
CREATE TRIGGER notes_made AFTER INSERT ON notes BEGIN
    UPDATE threads SET colour = 'green';
END;
"""
BROKEN = "CREATE TABLE early (id INTEGER);\nINSERT INTO nowhere VALUES (1);\n"

Look = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def look(database: Path) -> Look:
    """Runs a query on the file from outside."""

    def query(sql: str) -> list[tuple[object, ...]]:
        connection = sqlite3.connect(database)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    return query


async def made_before(database: Path) -> None:
    async with await ThreadStore.create(database) as store:
        thread = Thread(id="t")
        thread.add_message(Message("user", "from an older version"))
        await store.save_thread(thread)


def backups(database: Path) -> list[Path]:
    return [file for file in database.parent.glob("chat.db*bak*") if file.is_file()]


async def test_an_older_file_is_migrated_and_keeps_what_it_had(
    database: Path, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made_before(database)
    monkeypatch.setattr(opening, "MIGRATIONS", (*MIGRATIONS, NEXT))
    async with await ThreadStore.create(database) as store:
        assert [m.content for m in await store.messages("t")] == ["from an older version"]
        assert len(await store.search("older")) == 1
    assert look("PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    assert look("SELECT colour FROM threads") == [("blue",)]


async def test_a_file_of_version_1_finds_what_stands_behind_a_nul_once_it_is_migrated(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MIGRATIONS", MIGRATIONS[:1])
    thread = Thread(id="t")
    for text in ("before\0behind", "another"):
        thread.add_message(Message("tool", text, tool_call_id="c"))
    thread.add_message(Message("assistant", "in the mid\0dle", status=MessageStatus.STREAMING))
    async with await ThreadStore.create(database) as store:
        await store.save_thread(thread)
        assert await store.search("behind") == []
    monkeypatch.setattr(opening, "MIGRATIONS", MIGRATIONS)
    async with await ThreadStore.create(database) as store:
        found = {word: len(await store.search(word)) for word in ("before", "behind", "another")}
        assert found == {"before": 1, "behind": 1, "another": 1}
        assert await store.search("dle") == []
        await store.delete_thread("t")
        await store.empty_trash(0)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (0,)
        connection.execute("INSERT INTO messages_text(messages_text) VALUES ('integrity-check')")


async def test_a_private_backup_is_made_before_a_migration_and_at_no_other_time(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made_before(database)
    async with await ThreadStore.create(database):
        pass
    assert backups(database) == []
    monkeypatch.setattr(opening, "MIGRATIONS", (*MIGRATIONS, NEXT))
    umask = os.umask(0)
    try:
        async with await ThreadStore.create(database):
            pass
    finally:
        os.umask(umask)
    [backup] = backups(database)
    assert stat.S_IMODE(os.stat(backup).st_mode) == 0o600
    monkeypatch.setattr(opening, "MIGRATIONS", MIGRATIONS)
    async with await ThreadStore.create(backup) as store:
        assert [m.content for m in await store.messages("t")] == ["from an older version"]


async def test_a_migration_that_fails_leaves_the_file_as_it_was(
    database: Path, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made_before(database)
    before = contents(database)
    monkeypatch.setattr(opening, "MIGRATIONS", (*MIGRATIONS, NEXT, BROKEN))
    with pytest.raises(StoreError):
        await ThreadStore.create(database)
    assert contents(database) == before
    assert look("PRAGMA user_version") == [(len(MIGRATIONS),)]
    assert look("SELECT name FROM sqlite_schema WHERE name IN ('early', 'notes')") == []
    monkeypatch.setattr(opening, "MIGRATIONS", MIGRATIONS)
    async with await ThreadStore.create(database) as store:
        assert len(await store.messages("t")) == 1


async def test_a_new_file_whose_making_fails_can_be_made_later(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MIGRATIONS", (*MIGRATIONS, BROKEN))
    with pytest.raises(StoreError):
        await ThreadStore.create(database)
    monkeypatch.setattr(opening, "MIGRATIONS", MIGRATIONS)
    await made_before(database)


async def test_all_versions_step_by_step_end_where_one_leap_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes = []
    for name, steps in (("leap", [2]), ("steps", [1, 2])):
        database = tmp_path / name / "chat.db"
        for step in steps:
            monkeypatch.setattr(opening, "MIGRATIONS", (*MIGRATIONS, NEXT)[:step])
            async with await ThreadStore.create(database):
                pass
        connection = sqlite3.connect(database)
        rows = connection.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2")
        shapes.append(rows.fetchall())
        connection.close()
    assert shapes[0] == shapes[1]
