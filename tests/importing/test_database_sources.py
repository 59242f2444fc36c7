"""What comes of the databases of other programs."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.importing import database_files, llm_file
from tests.importing.reading import remarks_in, spoken, threads_in


def test_a_thread_of_llm_comes_with_its_branches_models_times_and_pictures(tmp_path: Path) -> None:
    thread, *_ = threads_in(llm_file.make(tmp_path / "logs.db"), "llm")
    assert thread.title == "What is this?"
    assert spoken(thread) == [
        ("system", "Be brief"),
        ("user", "What is this?"),
        ("assistant", "A picture."),
        ("user", "THE NOVEL\nSum it up"),
        ("assistant", "It is long."),
    ]
    answer = thread.messages[2]
    assert answer.reasoning_content == "Looks like one."
    assert answer.metrics["model"] == "gpt-4o-2024-08-06"
    assert answer.metrics["latency_ms"] == 1200
    assert answer.metrics["spent_elsewhere"]["total_tokens"] == 14
    assert answer.timestamp == datetime(2026, 10, 1, 10, 0, 0, 1, UTC)
    assert thread.messages[1].attachments[0].content == llm_file.PNG
    others = [m.content for m in thread.all_messages if m not in thread.messages]
    assert others == ["Another way", "As you like."]
    assert len(thread.siblings(thread.messages[3].id)) == 2


def test_a_log_of_llm_opens_no_file_that_it_names(tmp_path: Path) -> None:
    path = llm_file.make(tmp_path / "logs.db")
    names = [file.filename for thread in threads_in(path, "llm")
             for message in thread.all_messages for file in message.attachments]  # fmt: skip
    assert "passwd" not in names
    assert any("passwd" in remark for remark in remarks_in(path))


def test_calls_of_tools_come_from_llm(tmp_path: Path) -> None:
    _, thread, _ = threads_in(llm_file.make(tmp_path / "logs.db"), "llm")
    asked, result, answer = thread.messages[1:]
    assert asked.tool_calls is not None
    assert (asked.tool_calls[0].name, asked.tool_calls[0].arguments) == ("add", {"a": 1, "b": 2})
    assert (result.tool_call_id, result.content) == (asked.tool_calls[0].id, "3")
    assert answer.content == "It is 3"


def test_conversations_of_older_versions_of_llm_come_once(tmp_path: Path) -> None:
    *_, older = found = threads_in(llm_file.make(tmp_path / "logs.db"), "llm")
    assert len(found) == 3  # the one that went on in the new tables is not there twice
    assert older.title == "Older talk"
    assert spoken(older) == [
        ("system", "Be kind"),
        ("user", "THE NOVEL\n\nWeather?"),
        ("assistant", ""),
        ("tool", "sun"),
        ("assistant", "Sunny."),
    ]
    assert older.messages[1].attachments[0].is_image
    assert older.messages[2].tool_calls is not None
    assert older.messages[2].tool_calls[0].arguments == {"city": "Rome"}
    assert older.messages[4].reasoning_content == "Hm."
    assert older.created_at == datetime(2024, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("tables", [("turns", "threads"), ("conversations", "responses")])
def test_a_log_of_llm_need_not_have_the_tables_of_the_other_generation(
    tmp_path: Path, tables: tuple[str, str]
) -> None:
    path = llm_file.make(tmp_path / "logs.db")
    with closing(sqlite3.connect(path)) as database:
        for table in tables:
            database.execute(f"DROP TABLE {table}")
        database.commit()
    titles = [thread.title for thread in threads_in(path, "llm")]
    assert len(titles) == 2
    assert ("Older talk" in titles) == ("threads" in tables)


def test_chats_come_from_elia(tmp_path: Path) -> None:
    first, second = threads_in(database_files.elia(tmp_path / "elia.sqlite"), "elia")
    assert spoken(first) == [("system", "Be good"), ("user", "How high?"), ("assistant", "Very.")]
    assert first.title == "Kites"
    assert first.messages[2].metrics == {"model": "claude-3-5-sonnet"}
    assert first.messages[1].timestamp == datetime(2024, 5, 1, 10, 0, 1, tzinfo=UTC)
    assert second.title == "Hello"


def test_chats_come_from_oterm_with_pictures(tmp_path: Path) -> None:
    path = database_files.oterm(tmp_path / "store.db")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    (thread,) = threads_in(path, "oterm")
    assert spoken(thread) == [
        ("system", "Be brief"),
        ("user", "What is it?"),
        ("assistant", "A pan."),
    ]
    assert [file.content for file in thread.messages[1].attachments] == [llm_file.PNG]
    assert thread.messages[2].metrics == {"model": "ollama/llama3.2"}
    assert remarks_in(path) == ["a picture that cannot be read was left out"]
    assert thread.created_at.timestamp() == 1_700_000_000  # there is no other time


def test_chats_come_from_older_versions_of_oterm(tmp_path: Path) -> None:
    (thread,) = threads_in(database_files.old_oterm(tmp_path / "store.db"), "oterm")
    assert spoken(thread) == [("user", "Roses?"), ("assistant", "Yes.")]
    assert thread.messages[1].metrics == {"model": "mistral"}


def test_threads_come_from_tyler_with_tools_and_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "files"
    (store / "ab").mkdir(parents=True)
    (store / "ab" / "cdef").write_text("from narrator")
    monkeypatch.setenv("NARRATOR_FILE_STORAGE_PATH", str(store))
    path = database_files.tyler(tmp_path / "tyler.db", storage_path="ab/cdef")
    (thread,) = threads_in(path, "tyler")
    prompt, asked, result, answer = thread.messages
    assert [(f.filename, f.content) for f in prompt.attachments] == [
        ("note.txt", b"hello"),
        ("stored.txt", b"from narrator"),
    ]
    assert asked.tool_calls is not None
    assert asked.tool_calls[0].arguments == {"url": "https://example.org"}
    assert (asked.reasoning_content, asked.metrics["latency_ms"]) == ("A page.", 1500.0)
    assert (result.tool_call_id, result.name) == ("call_1", "web-fetch_page")
    assert answer.metrics["spent_elsewhere"]["total_tokens"] == 15
    assert (thread.title, thread.created_at) == ("Pages", datetime(2025, 11, 1, 9, tzinfo=UTC))


def test_a_database_of_tyler_opens_no_file_outside_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "secret").write_text("secret")
    monkeypatch.setenv("NARRATOR_FILE_STORAGE_PATH", str(tmp_path / "files"))
    path = database_files.tyler(tmp_path / "tyler.db", storage_path="../secret")
    (thread,) = threads_in(path, "tyler")
    assert [file.filename for file in thread.messages[0].attachments] == ["note.txt"]
