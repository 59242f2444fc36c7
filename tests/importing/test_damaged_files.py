"""Files that are not what they should be."""

import json
import os
import random
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests.importing import database_files, llm_file
from tests.importing.reading import all_in
from tests.importing.web_exports import chatgpt, chatgpt_zip, claude
from tyler_tui.errors import UsageError
from tyler_tui.importing import ImportFailedError, check_kind, json_items, opened
from tyler_tui.importing.found import Damaged, Found


def refusal(path: Path, kind: str | None = None) -> str:
    with pytest.raises(ImportFailedError) as refused:
        opened(path, kind)
    assert str(path.name) in refused.value.message
    return refused.value.message


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\x01\x02", b"plain text", b"[1, 2", b"{", b'{"a": 1}', b"[]", b"[[]]", b"null",
     b"PK\x03\x04 no archive", b"SQLite format 3\x00 no database", b"\xff\xfe[\x00]\x00"],
)  # fmt: skip
def test_what_is_no_export_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    refusal(path)


def test_what_is_no_export_at_all_is_told_what_would_be_one(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary")
    with pytest.raises(ImportFailedError) as refused:
        opened(path)
    assert "ChatGPT" in refused.value.hint


def test_a_file_that_is_not_there_a_folder_and_one_that_may_not_be_read(tmp_path: Path) -> None:
    assert "no file" in refusal(tmp_path / "nowhere.json")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no conversations.json" in refusal(empty)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "neither a file nor a folder" in refusal(tmp_path / "pipe")


def test_a_zip_without_conversations_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        archive.writestr("photo.jpg", b"")
    assert "no conversations.json" in refusal(tmp_path / "photos.zip")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.db")) as database:
        database.execute("CREATE TABLE bookmarks (id)")
    assert "none of the programs" in refusal(tmp_path / "other.db")


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("elia", "not the tables"), ("claude", "is a database"), ("tyler-chat", "not the tables")],
)
def test_the_kind_that_is_forced_must_fit(tmp_path: Path, kind: str, reason: str) -> None:
    assert reason in refusal(llm_file.make(tmp_path / "logs.db"), kind)


def test_there_are_only_so_many_kinds() -> None:
    with pytest.raises(UsageError) as refused:
        check_kind("chatgtp")
    assert "chatgpt" in refused.value.hint


def test_an_export_that_breaks_off_gives_what_stands_before(tmp_path: Path) -> None:
    text = json.dumps(chatgpt())
    path = tmp_path / "conversations.json"
    path.write_text(text[:-300])
    _, (first, rest) = all_in(path)
    assert isinstance(first, Found)
    assert isinstance(rest, Damaged)
    assert "cannot be read behind its first 1 conversations: it breaks off" in rest.reason


def test_a_conversation_that_would_fill_the_memory_ends_the_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_items, "LONGEST", 4 * json_items.PIECE)
    bomb = {"title": "x" * 20 * json_items.PIECE, "mapping": {}}
    path = chatgpt_zip(tmp_path / "bomb.zip", [*chatgpt(), bomb])
    *good, rest = all_in(path)[1]
    assert [type(one) for one in good] == [Found, Found]
    assert isinstance(rest, Damaged)
    assert "longer than" in rest.reason


def test_json_that_is_nested_without_end_is_told(tmp_path: Path) -> None:
    good = json.dumps(claude()[0])
    deep = "[" * 100_000 + "]" * 100_000
    path = tmp_path / "conversations.json"
    path.write_text(f'[{good}, {{"uuid": "u", "chat_messages": {deep}}}]')
    first, rest = all_in(path)[1]
    assert isinstance(first, Found)
    assert isinstance(rest, Damaged)
    assert "nested too deeply" in rest.reason


def test_a_view_in_place_of_a_table_is_not_run(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "view.db")) as database:
        database.executescript(
            "CREATE VIEW chat AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) "
            "SELECT id, '' AS model, '' AS started_at FROM n;"
            "CREATE TABLE message (id, chat_id, role, content);"
        )
    assert "none of the programs" in refusal(tmp_path / "view.db")


def test_a_damaged_database_gives_what_can_be_read(tmp_path: Path) -> None:
    source = database_files.elia(tmp_path / "elia.sqlite")
    with closing(sqlite3.connect(source)) as database:
        database.executemany(
            "INSERT INTO chat VALUES (?, 'gpt-4o', ?, '2024-05-01 10:00:00', 0)",
            [(number, f"Chat {number}") for number in range(10, 300)],
        )
        database.executemany(
            "INSERT INTO message (chat_id, role, content) VALUES (?, 'user', ?)",
            [(number, f"Hello {number} " * 50) for number in range(10, 300)],
        )
        database.commit()
    whole = source.read_bytes()
    chance = random.Random(7)
    broken = bytearray(whole)
    page = 4096
    for number in range(len(whole) // page * 3 // 4, len(whole) // page * 3 // 4 + 6):
        broken[number * page : (number + 1) * page] = chance.randbytes(page)
    path = tmp_path / "broken.sqlite"
    path.write_bytes(broken)
    kind, found = all_in(path)
    assert kind == "elia"
    good = [one for one in found if isinstance(one, Found)]
    bad = [one for one in found if isinstance(one, Damaged)]
    assert len(good) > 100
    assert bad
    assert all("damaged" in one.reason or "no message" in one.reason for one in bad)


@pytest.mark.parametrize("kind", ["elia", "tyler", "oterm"])
def test_no_bytes_in_a_database_bring_the_reading_down(tmp_path: Path, kind: str) -> None:
    whole = getattr(database_files, kind)(tmp_path / "whole").read_bytes()
    chance = random.Random(11)
    for number in range(150):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 40)):
            broken[chance.randrange(100, len(broken))] = chance.randrange(256)
        path = tmp_path / f"broken-{number}"
        path.write_bytes(broken)
        try:
            all_in(path)
        except ImportFailedError:
            continue


def test_a_database_is_only_read(tmp_path: Path) -> None:
    path = llm_file.make(tmp_path / "logs.db")
    before = path.read_bytes()
    path.chmod(0o400)
    tmp_path.chmod(0o500)
    try:
        all_in(path)
        assert [file.name for file in tmp_path.iterdir()] == ["logs.db"]
    finally:
        tmp_path.chmod(0o700)
    assert path.read_bytes() == before
