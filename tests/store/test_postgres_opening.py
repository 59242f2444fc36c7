"""A database on a server: made once, migrated whole or not at all, or refused with a reason."""

import asyncio
import re
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme

from tests.store.children import StartChild, finish
from tests.store.places import PostgresPlace
from tests.store.postgres_server import PostgresServer
from tests.store.test_store_processes import CREATORS
from tyler_tui.errors import (
    StoreError,
    StoreTooNewError,
    StoreUnavailableError,
    TylerError,
    UsageError,
)
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore
from tyler_tui.store.postgres.schema import MIGRATIONS
from tyler_tui.store.sqlite.schema import MIGRATIONS as SQLITE_MIGRATIONS

NEXT = "ALTER TABLE threads ADD COLUMN colour text NOT NULL DEFAULT 'blue';"
BROKEN = "CREATE TABLE early (id integer); INSERT INTO nowhere VALUES (1);"

NewPlace = Callable[[], PostgresPlace]


@pytest.fixture
def new_place(postgres_server: PostgresServer) -> NewPlace:
    """Makes an empty database."""
    return lambda: PostgresPlace(postgres_server, postgres_server.new_database())


async def made(url: str, text: str = "from before") -> None:
    async with await ThreadStore.create(url) as store:
        thread = Thread(id="t")
        thread.add_message(Message("user", text))
        await store.save_thread(thread)


async def texts(url: str) -> list[str]:
    async with await ThreadStore.create(url) as store:
        return [message.content for message in await store.messages("t")]


async def refused(url: str, kind: type[TylerError]) -> TylerError:
    with pytest.raises(kind) as failure:
        await ThreadStore.create(url)
    assert failure.value.hint
    return failure.value


@pytest.mark.parametrize(
    "scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"]
)
async def test_all_ways_to_begin_the_url_lead_there(
    scheme: str, postgres_server: PostgresServer, postgres_database: str
) -> None:
    url = postgres_server.url(postgres_database).replace("postgresql", scheme, 1)
    async with await ThreadStore.create(url) as store:
        assert await store.list_threads() == []


async def test_a_new_database_can_be_made_by_several_processes_at_once(
    new_place: NewPlace, start_child: StartChild
) -> None:
    children = [start_child(CREATORS) for _ in range(3)]
    for place in (new_place(), new_place()):
        for child in children:
            assert child.stdin is not None
            child.stdin.write(f"{place.url}\n")
            child.stdin.flush()
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "made\n", child.communicate()[1]
        async with await ThreadStore.create(place.url) as store:
            assert len(await store.list_threads()) == 3
    for child in children:
        finish(child)


async def test_an_older_database_is_migrated_once_and_keeps_what_it_had(
    new_place: NewPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tyler_tui.store.postgres import migrating  # noqa: PLC0415 - an extra

    place, before = new_place(), MIGRATIONS
    await made(place.url)
    monkeypatch.setattr(migrating, "MIGRATIONS", (*before, NEXT))
    found = await asyncio.gather(*(texts(place.url) for _ in range(4)))
    assert found == [["from before"]] * 4
    assert place.execute("SELECT version FROM format") == [(len(before) + 1,)]
    assert place.execute("SELECT colour FROM threads") == [("blue",)]


async def test_a_migration_that_fails_leaves_the_database_as_it_was(
    new_place: NewPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tyler_tui.store.postgres import migrating  # noqa: PLC0415 - an extra

    place, before = new_place(), MIGRATIONS
    await made(place.url)
    monkeypatch.setattr(migrating, "MIGRATIONS", (*before, NEXT, BROKEN))
    await refused(place.url, StoreError)
    assert place.execute("SELECT version FROM format") == [(len(before),)]
    assert place.execute("SELECT to_regclass('early')") == [(None,)]
    monkeypatch.setattr(migrating, "MIGRATIONS", before)
    assert await texts(place.url) == ["from before"]


async def test_a_newer_database_is_refused_and_left_alone(new_place: NewPlace) -> None:
    place = new_place()
    await made(place.url)
    place.execute("UPDATE format SET version = 9999")
    place.execute("ALTER TABLE messages RENAME TO utterances")
    error = await refused(place.url, StoreTooNewError)
    assert "9999" in error.message
    assert place.execute("SELECT content FROM utterances") == [("from before",)]
    assert place.execute("SELECT version FROM format") == [(9999,)]


def test_both_kinds_of_database_have_the_same_columns(new_place: NewPlace, tmp_path: Path) -> None:
    import sqlite3  # noqa: PLC0415 - for this alone

    place = new_place()
    asyncio.run(made(place.url))
    with_sqlite = sqlite3.connect(":memory:")
    with_sqlite.executescript("".join(SQLITE_MIGRATIONS))
    for table in ("threads", "messages", "attachments"):
        theirs = {row[1] for row in with_sqlite.execute(f"PRAGMA table_info({table})")}
        ours = place.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_schema = 'tyler_chat' AND table_name = ?",
            (table,),
        )
        assert {name for (name,) in ours} - {"rowid"} == theirs
    with_sqlite.close()


async def test_who_may_not_make_the_schema_is_told_what_to_ask_for_and_can_go_on_then(
    postgres_server: PostgresServer, new_place: NewPlace
) -> None:
    place = new_place()
    role = f"guest_of_{place.name}"
    postgres_server.execute("postgres", f"CREATE ROLE {role} LOGIN")
    url = postgres_server.url(place.name, role)
    error = await refused(url, StoreUnavailableError)
    assert "CREATE SCHEMA tyler_chat AUTHORIZATION" in error.hint
    assert place.execute("SELECT to_regnamespace('tyler_chat')") == [(None,)]
    place.execute(f"CREATE SCHEMA tyler_chat AUTHORIZATION {role}")
    await made(url, "found without an index")
    assert place.execute("SELECT to_regclass('messages_text')") == [(None,)]
    async with await ThreadStore.create(url) as store:
        assert [hit.thread_id for hit in await store.search("WITHOUT an")] == ["t"]
    place.execute("CREATE EXTENSION pg_trgm")
    async with await ThreadStore.create(url) as store:
        assert [hit.thread_id for hit in await store.search("WITHOUT an")] == ["t"]
    assert place.execute("SELECT to_regclass('messages_text') IS NOT NULL") == [(True,)]


async def test_a_search_can_use_the_index(new_place: NewPlace) -> None:
    from tyler_tui.store.postgres.dialect import PostgresDialect, translated  # noqa: PLC0415

    place = new_place()
    await made(place.url)
    found = PostgresDialect().matching(["needle"])
    sql = f"SELECT m.id FROM {found.tables} WHERE {' AND '.join(found.conditions)}"
    with place.connect() as connection:
        connection.execute("SET enable_seqscan = off")
        plan = connection.execute(f"EXPLAIN {translated(sql)}", found.values).fetchall()
    assert "messages_text" in str(plan)


async def test_a_database_that_cannot_hold_every_text_is_refused(
    postgres_server: PostgresServer, new_place: NewPlace
) -> None:
    name = f"{new_place().name}_ascii"
    postgres_server.execute(
        "postgres",
        f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0",
    )
    error = await refused(postgres_server.url(name), StoreError)
    assert "SQL_ASCII" in error.message
    assert "createdb" in error.hint


SECRET = "s3cr€t:p@ss/w?rd"


async def test_a_password_opens_the_database_and_is_shown_nowhere(
    postgres_server: PostgresServer, new_place: NewPlace
) -> None:
    place = new_place()
    role = postgres_server.role_with(SECRET)
    right, wrong = quote(SECRET, safe=""), "hush-hush"
    url = postgres_server.url(place.name, f"{role}:{right}", "?sslmode=disable")
    await made(url)
    for bad in (
        url.replace(right, wrong),
        url.replace(f":{right}", "") + f"&password={wrong}",
        url.replace(right, wrong).replace(place.name, "nowhere"),
        url.replace(right, wrong).replace("127.0.0.1", "127.0.0.1:x"),
        url.replace(right, wrong) + "&no_such_parameter=1",
    ):
        with pytest.raises(TylerError) as failure:
            await ThreadStore.create(bad)
        shown = "".join(traceback.format_exception(failure.value)) + failure.value.hint
        assert wrong not in shown.replace(bad, "") + repr(failure.value)
        assert failure.value.hint


def test_what_the_server_or_its_library_says_of_a_password_is_not_passed_on() -> None:
    psycopg = pytest.importorskip("psycopg")
    from tyler_tui.store.postgres.address import Address  # noqa: PLC0415 - an extra
    from tyler_tui.store.postgres.failures import translating  # noqa: PLC0415

    address = Address.of("postgresql://me:hush-hush@db.example/x?sslpassword=so-secret")
    assert "hush" not in repr(address) + address.shown
    said = "no way with hush-hush and so-secret"
    with pytest.raises(StoreUnavailableError) as failure, translating(address):
        raise psycopg.OperationalError(said)
    shown = "".join(traceback.format_exception(failure.value))
    assert "no way with … and …" in shown
    assert not re.search("hush|so-secret", shown)


@pytest.mark.parametrize(
    "url", ["postgresql://me:hu@sh@db.example/x", "postgres://me:hu/sh@db.example/x"]
)
async def test_a_password_that_is_not_written_as_it_must_be_is_told_and_not_shown(url: str) -> None:
    pytest.importorskip("psycopg")
    error = await refused(url, UsageError)
    assert "%40" in error.hint
    assert not re.search("hu|sh", error.message)


async def test_a_url_that_cannot_be_read_is_a_mistake_of_the_user() -> None:
    pytest.importorskip("psycopg")
    await refused("postgresql://u:hush@h/x?no_such_parameter=1", UsageError)


async def test_parameters_of_the_connection_are_passed_on(
    postgres_server: PostgresServer, postgres_database: str
) -> None:
    url = postgres_server.url(
        postgres_database,
        rest="?sslmode=disable&application_name=our%20team&options=-c%20statement_timeout%3D7777",
    )
    async with await ThreadStore.create(url) as store:
        await store.list_threads()
        rows = postgres_server.execute(
            postgres_database,
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'our team'",
        )
        assert rows == [(2,)]
        row = await store._database.read_one("SELECT current_setting('statement_timeout') AS it")
        assert row is not None
        assert row["it"] == "7777ms"


async def test_the_server_is_known_by_its_certificate(
    postgres_server: PostgresServer, postgres_database: str, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    verified = "?sslmode=verify-full&sslrootcert="
    url = postgres_server.url(postgres_database, rest=f"{verified}{postgres_server.certificate}")
    async with await ThreadStore.create(url) as store:
        row = await store._database.read_one(
            "SELECT ssl AS it FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        )
        assert row is not None
        assert row["it"] is True
    url = postgres_server.url(postgres_database, rest=f"{verified}{other}")
    await refused(url, StoreUnavailableError)


def test_without_the_extra_the_error_says_what_to_install() -> None:
    code = """
import asyncio, sys
sys.modules["psycopg"] = None
from tyler_tui.errors import UsageError
from tyler_tui.store import ThreadStore
try:
    asyncio.run(ThreadStore.create("postgresql://u:hush@h/d"))
except UsageError as error:
    print(error.hint)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "tyler-tui[postgres]" in run.stdout
