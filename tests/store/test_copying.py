"""All sessions of one store in another, by one command."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("psycopg", reason="psycopg is not installed; it comes with .[dev]")

from tests.cli.program import Outcome, run_program
from tests.store.children import StartChild
from tests.store.places import Place, PostgresPlace, SqlitePlace
from tests.store.postgres_server import PostgresServer
from tyler_tui import Message, Thread, ThreadStore, paths
from tyler_tui.messages import Attachment, MessageStatus, ToolCall, Usage
from tyler_tui.store.places import seal_for
from tyler_tui.store.postgres.exact_text import unescaped

THREADS = (
    "id", "name", "name_key", "title", "title_source", "head_id", "model", "attributes",
    "created_at", "updated_at", "deleted_at", "pinned", "message_count", "prompt_tokens",
    "completion_tokens", "total_tokens", "cached_tokens", "reasoning_tokens", "estimated",
    "cost_usd", "unpriced",
)  # fmt: skip
MESSAGES = (
    "id", "thread_id", "seq", "parent_id", "role", "content", "reasoning", "name", "tool_call_id",
    "tool_calls", "status", "timestamp", "usage", "metrics", "has_attachments",
)  # fmt: skip
FILES = "message_id", "position", "filename", "mime_type", "content"


def everything(place: Place) -> dict[str, list[tuple[Any, ...]]]:
    """What stands in the tables, but for what numbers rows, who writes them, and seals."""
    tables = {"threads": THREADS, "messages": MESSAGES, "attachments": FILES}
    found = {
        table: place.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1, 2, 3")
        for table, names in tables.items()
    }
    return {table: [tuple(map(_as_meant, row)) for row in rows] for table, rows in found.items()}


def _as_meant(value: Any) -> Any:
    return re.sub(r'(, )?"seal": "\w+"', "", unescaped(value)) if isinstance(value, str) else value


@pytest.fixture(params=["to a server", "from a server"])
def places(
    request: pytest.FixtureRequest,
    server_place: PostgresPlace,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Place, Place]:
    """Where sessions are, and where they shall go; that one is configured. The file is the one of
    a program of which nothing is configured."""
    home.mkdir()
    file = SqlitePlace(paths.database_file())
    if request.param == "from a server":
        return server_place, file
    monkeypatch.setenv("TYLER_CHAT_DB", server_place.url)
    return file, server_place


async def filled(url: str) -> dict[str, str]:
    """Fill a store with all that one can hold; the ids by what they are."""
    attributes = {"agent": "careful", "model": "m", "api_base": "https://models.example/v1",
                  "n": [1, {"ä": None}]}  # fmt: skip
    made = datetime(2025, 1, 2, 3, 4, 5, 6, UTC)
    whole = Thread(title="All of it", name="All of ït", attributes=attributes, created_at=made)
    files = [Attachment("a.bin", b"\x00\xff"), Attachment("b.png", b"P", "image/png")]
    whole.add_message(Message("user", "Look \x1b[31m\u202e at 🪁 this", attachments=files))
    first = Message("assistant", "One", status=MessageStatus.CANCELLED, usage=Usage(1, 2, 3, 1, 1),
                    metrics={"model": "demo", "cost_usd": 0.1, "latency_ms": 12.5})  # fmt: skip
    whole.add_message(first)
    second = Message("assistant", "", parent_id=whole.messages[0].id, reasoning_content="Hm.",
                     tool_calls=[ToolCall("c1", "files-read", {"path": "ä"}),
                                 ToolCall("c2", "files-read", {}, "no JSON")],
                     usage=Usage(5, 6, 11, estimated=True))  # fmt: skip
    whole.add_message(second)
    decision = {"verdict": "allow", "ground": "you said so"}
    whole.add_message(Message("tool", "+++ \0text\n", tool_call_id="c1", name="files-read",
                              metrics={"duration_ms": 3, "decision": decision}))  # fmt: skip
    whole.add_message(Message("tool", "", tool_call_id="c2", metrics={"failed": True}))
    whole.add_message(Message("assistant", "cut", status=MessageStatus.TRUNCATED))
    whole.add_aside(Message("assistant", "title", usage=Usage(1, 1, 2), metrics={"cost_usd": 0.2}))
    whole.rewind_to(first.id)
    empty = Thread(title="", name="empty")
    twin = Thread(title="A twin", name="twin")
    twin.add_message(Message("user", "in the trash"))
    late = Thread(title="Late", name="twin")
    late.add_message(Message("user", "has the name now"))
    async with await ThreadStore.create(url, seal=seal_for(url)) as store:
        await store.save_thread(whole)
        await store.set_title(whole.id, "Mine “is” better", by_user=True)
        await store.pin(whole.id)
        await store.save_thread(empty)
        await store.save_thread(twin)
        await store.delete_thread(twin.id)
        await store.save_thread(late)
    return {"whole": whole.id, "empty": empty.id, "trash": twin.id, "late": late.id}


def imported(place: Place, *arguments: str) -> Outcome:
    return run_program("import", *arguments, place.url)


async def test_all_that_a_store_holds_is_in_the_other_and_a_second_time_changes_nothing(
    places: tuple[Place, Place],
) -> None:
    source, target = places
    await filled(source.url)
    before = everything(source)
    assert len(before["messages"]) == 8
    tried = imported(source, "--dry-run")
    assert "4 would be added." in tried.out, tried
    came = imported(source)
    assert (came.code, came.err) == (0, "")
    assert came.out.endswith(" (tyler-chat): 4 added.\n")
    assert everything(target) == before
    again = imported(source)
    assert (again.code, again.err) == (0, "")
    assert again.out.endswith(" (tyler-chat): 3 were there, 1 in the trash.\n")
    assert everything(source) == everything(target) == before


async def test_what_is_new_comes_later_and_what_was_done_here_stays(
    places: tuple[Place, Place],
) -> None:
    source, target = places
    ids = await filled(source.url)
    imported(source)
    async with (
        await ThreadStore.create(source.url) as there,
        await ThreadStore.create(target.url) as here,
    ):
        await here.rename(ids["late"], "renamed here")
        await here.delete_thread(ids["empty"])
        await here.restore_thread(ids["trash"])
        await here.pin(ids["whole"], pinned=False)
        for store, text in ((there, "said there"), (here, "said here")):
            thread = await store.get_thread(ids["whole"])
            thread.add_message(Message("user", text))
            await store.save_thread(thread)
        thread = await there.get_thread(ids["late"])
        thread.add_message(Message("assistant", "more", usage=Usage(1, 2, 3)))
        thread.add_aside(Message("assistant", "", usage=Usage(10, 20, 30)))
        await there.save_thread(thread)
        head = (await here.get_thread(ids["whole"])).head_id
    came = imported(source)
    assert came.out.endswith(": 2 have grown, 1 was there, 1 in the trash.\n"), came
    async with await ThreadStore.create(target.url) as here:
        whole, late = await here.get_thread(ids["whole"]), await here.get_thread(ids["late"])
        assert {"said there", "said here"} <= {message.content for message in whole.all_messages}
        assert whole.head_id == head
        assert (late.name, late.messages[-1].content) == ("renamed here", "more")
        listed = {one.id: one for one in await here.list_threads()}
        assert listed[ids["late"]].usage.total_tokens == 33
        assert not listed[ids["whole"]].pinned
        assert set(listed) == {ids["whole"], ids["late"], ids["trash"]}


async def test_a_name_that_is_taken_there_stays_with_who_has_it(
    places: tuple[Place, Place],
) -> None:
    source, target = places
    ids = await filled(source.url)
    async with await ThreadStore.create(target.url) as store:
        await store.save_thread(Thread(id="of-old", name="TWIN", title="Of old"))
    came = imported(source)
    assert came.code == 0
    assert "the name 'twin' is taken, so it comes without one" in came.err
    async with await ThreadStore.create(target.url) as store:
        found = await store.find_by_name("twin")
        assert found is not None
        assert found.id == "of-old"
        assert (await store.get_thread(ids["late"])).title == "Late"
        assert [one.name for one in await store.list_threads(deleted=True)] == ["twin"]


_WRITING = """
import asyncio, sys
from tyler_tui import Message, Thread, ThreadStore
from tyler_tui.messages import MessageStatus
async def main():
    store = await ThreadStore.create(sys.argv[1])
    thread = Thread(id="busy", title="Busy")
    thread.add_message(Message("user", "Tell me"))
    await store.save_thread(thread)
    answer = Message("assistant", "Once", id="answer", status=MessageStatus.STREAMING)
    thread.add_message(answer)
    await store.save_message(thread, answer)
    print("writing", flush=True)
    sys.stdin.readline()
    answer.content, answer.status = "Once upon a time", MessageStatus.COMPLETE
    await store.save_message(thread, answer)
    await store.close()
asyncio.run(main())
"""


async def test_an_answer_that_is_being_written_comes_when_it_is_whole(
    places: tuple[Place, Place], start_child: StartChild
) -> None:
    source, target = places
    child = start_child(_WRITING, source.url)
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "writing\n"
    for state in ("1 added", "1 was there"):
        came = imported(source)
        assert f": {state}." in came.out
        assert "an answer is being written in it; import again to have that" in came.err
    child.stdin.write("\n")
    child.stdin.flush()
    child.wait(60)
    assert ": 1 has grown." in imported(source).out
    async with await ThreadStore.create(target.url) as store:
        thread = await store.get_thread("busy")
        assert [message.content for message in thread.messages] == ["Tell me", "Once upon a time"]


async def test_where_sessions_are_kept_already_nothing_is_imported_from(
    places: tuple[Place, Place],
) -> None:
    _, target = places
    await filled(target.url)
    refused = imported(target)
    assert refused.code == 2
    assert "is where your sessions are kept already" in refused.err
    assert "TYLER_CHAT_DB" in refused.err


def test_a_server_without_sessions_is_left_as_it_is(
    postgres_server: PostgresServer, home: Path
) -> None:
    name = postgres_server.new_database()
    empty = PostgresPlace(postgres_server, name)
    refused = imported(empty)
    assert refused.code == 1
    assert "There are no sessions in postgresql://tester@127.0.0.1" in refused.err
    assert empty.execute("SELECT to_regclass('threads') IS NULL") == [(True,)]
    away = run_program("import", "postgresql://me:hush-hush@127.0.0.1:1/x")
    assert away.code == 1
    assert "cannot be reached" in away.err
    assert "hush" not in away.err + away.out


async def test_a_file_of_someone_else_does_not_say_what_may_run_or_where_keys_go(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "friend.db"
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TYLER_CHAT_HOME", str(tmp_path / "home of a friend"))
        ids = await filled(str(file))
    content = file.read_bytes()
    came = run_program("import", str(file))
    assert came.code == 0
    assert "it comes without its agent 'careful'" in came.err
    assert "https://models.example/v1, is not used" in came.err
    assert file.read_bytes() == content
    async with await ThreadStore.create(paths.database_file()) as store:
        thread = await store.get_thread(ids["whole"])
        assert thread.attributes["n"] == [1, {"ä": None}]
        assert not {"agent", "api_base"} & set(thread.attributes)
    paths.database_file().unlink()
    assert run_program("import", "--keep-agents", str(file)).err == ""
    async with await ThreadStore.create(paths.database_file()) as store:
        thread = await store.get_thread(ids["whole"])
        assert thread.attributes["agent"] == "careful"


async def test_what_can_be_read_of_a_damaged_file_comes(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "damaged.db"
    ids = await filled(str(file))
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE threads SET attributes = '{' WHERE id = ?", (ids["late"],))
        connection.execute("UPDATE messages SET role = 'x' WHERE thread_id = ?", (ids["trash"],))
        connection.execute("UPDATE threads SET head_id = 'gone' WHERE id = ?", (ids["whole"],))
        connection.execute("UPDATE threads SET pinned = 'no' WHERE id = ?", (ids["empty"],))
    came = run_program("import", str(file))
    assert came.code == 1
    assert "2 added, 2 cannot be read." in came.out
    async with await ThreadStore.create(paths.database_file()) as store:
        assert (await store.get_thread(ids["whole"])).messages[-1].content == "cut"


async def test_a_newer_file_is_refused(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "newer.db"
    await filled(str(file))
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 99")
    refused = run_program("import", str(file))
    assert refused.code == 1
    assert "format 99" in refused.err
