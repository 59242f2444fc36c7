"""A server that goes away, comes back, is locked or does not answer."""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.children import StartChild, finish
from tests.store.places import PostgresPlace
from tests.store.postgres_server import PostgresServer
from tyler_tui.build import Options
from tyler_tui.config import Settings
from tyler_tui.errors import StoreUnavailableError
from tyler_tui.local_backend import LocalBackend
from tyler_tui.messages import Message, MessageStatus, Thread
from tyler_tui.store import PatientStore, ThreadStore, ThreadSummary, patient

OURS = (
    "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for longer than a test likes to."""
    pytest.importorskip("psycopg")
    from tyler_tui.store.postgres import connection  # noqa: PLC0415 - an extra

    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 0.2)
    monkeypatch.setattr(patient, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(patient, "LONGEST_WAIT_S", 0.05)


def said(*texts: str) -> Thread:
    thread = Thread(id="t")
    for text in texts:
        thread.add_message(Message("user", text))
    return thread


async def say(store: ThreadStore, thread: Thread, text: str) -> None:
    message = Message("user", text)
    thread.add_message(message)
    await store.save_message(thread, message)


async def texts(store: ThreadStore) -> list[str]:
    return [message.content for message in await store.messages("t")]


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - nothing tells of each step
            await asyncio.sleep(0.01)


async def test_connections_that_were_ended_are_made_anew_unnoticed(
    server_place: PostgresPlace,
) -> None:
    async with await ThreadStore.create(server_place.url) as store:
        thread = said("one")
        await store.save_thread(thread)
        assert await texts(store) == ["one"]
        for text in ("two", "three"):
            server_place.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}"
            )
            await say(store, thread, text)
            assert (await texts(store))[-1] == text
        message = thread.messages[-1]
        server_place.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}")
        await store.claim("t")
        await store.release("t")
        assert (await texts(store))[-1] == message.content


async def test_a_write_that_is_cut_off_before_its_end_happens_once(
    server_place: PostgresPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tyler_tui.store.postgres import connection  # noqa: PLC0415 - an extra

    monkeypatch.setattr(connection, "BUSY_TIMEOUT_S", 30.0)
    async with await ThreadStore.create(server_place.url) as store:
        thread = said("one")
        await store.save_thread(thread)
        with server_place.connect() as blocker:
            blocker.execute("LOCK TABLE messages IN EXCLUSIVE MODE")
            saving = asyncio.create_task(say(store, thread, "two"))
            waits = f"{OURS} AND wait_event_type = 'Lock'"
            await until(
                lambda: bool(server_place.execute(f"SELECT 1 FROM pg_stat_activity WHERE {waits}"))
            )
            server_place.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {waits}"
            )
            await until(
                lambda: bool(server_place.execute(f"SELECT 1 FROM pg_stat_activity WHERE {waits}"))
            )
        await saving
        assert await texts(store) == ["one", "two"]
        assert (await store.find("t")).message_count == 2


async def test_a_locked_database_is_given_up_in_time_and_works_again_afterwards(
    server_place: PostgresPlace,
) -> None:
    async with await ThreadStore.create(server_place.url) as store:
        thread = said("one")
        await store.save_thread(thread)
        with server_place.connect() as blocker:
            blocker.execute("LOCK TABLE messages IN EXCLUSIVE MODE")
            with pytest.raises(StoreUnavailableError, match="locked"):
                await say(store, thread, "two")
            assert await texts(store) == ["one"], "readers do not wait"
        await store.save_thread(thread)
        assert await texts(store) == ["one", "two"]


async def test_a_server_that_does_not_answer_is_given_up(
    server_place: PostgresPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tyler_tui.store.postgres import database  # noqa: PLC0415 - an extra

    async with await ThreadStore.create(server_place.url) as store:
        thread = said("one")
        await store.save_thread(thread)
        [(pid,)] = server_place.execute(f"SELECT pid FROM pg_stat_activity WHERE {OURS}")
        monkeypatch.setattr(database, "SILENCE_S", 0.2)
        os.kill(pid, signal.SIGSTOP)
        try:
            async with asyncio.timeout(30):
                with pytest.raises(StoreUnavailableError, match="does not answer"):
                    await say(store, thread, "two")
        finally:
            os.kill(pid, signal.SIGCONT)
        monkeypatch.setattr(database, "SILENCE_S", 30.0)
        await store.save_thread(thread)
        assert await texts(store) == ["one", "two"]


async def test_who_leaves_waits_once_for_a_server_that_is_away_however_many_sessions_were_open(
    server_place: PostgresPlace,
    postgres_server: PostgresServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    find_by_id = PatientStore.find_by_id

    async def counted(store: PatientStore, thread_id: str) -> ThreadSummary | None:
        asked.append(thread_id)
        return await find_by_id(store, thread_id)

    monkeypatch.setattr(PatientStore, "find_by_id", counted)
    settings = Settings(database=server_place.url)
    backend = LocalBackend(Options(tmp_path, model="demo:fast"), settings)
    for _ in range(3):
        await (await backend.new_session()).ask("hello")
    postgres_server.kill()
    try:
        await backend.close()
    finally:
        postgres_server.start()
    assert len(asked) == 1


STATUS = """
import asyncio, sys
from tyler_tui.store import ThreadStore
async def main():
    async with await ThreadStore.create(sys.argv[1]) as store:
        print((await store.messages("t"))[-1].status.value)
asyncio.run(main())
"""


async def test_the_chat_goes_on_while_the_server_is_away_and_all_is_saved_when_it_is_back(
    server_place: PostgresPlace, postgres_server: PostgresServer, start_child: StartChild
) -> None:
    url = server_place.url
    async with await PatientStore.create(url) as store:
        thread = said("one")
        await store.save_thread(thread)
        await store.claim("t")
        postgres_server.kill()
        try:
            await say(store, thread, "two")
            assert isinstance(store.trouble, StoreUnavailableError)
            assert store.is_behind("t")
            with pytest.raises(StoreUnavailableError) as refused:
                await PatientStore.create(url)
            async with await PatientStore.in_memory(url, refused.value) as other:
                new = Thread(id="new")
                await say(other, new, "begun without a server")
                postgres_server.start()
                await until(lambda: other.trouble is None)
        finally:
            if not postgres_server.is_running:
                postgres_server.start()
        await until(lambda: store.trouble is None)
        answer = Message("assistant", "half", status=MessageStatus.STREAMING)
        thread.add_message(answer)
        await store.save_message(thread, answer)
        child = await asyncio.to_thread(finish, start_child(STATUS, url))
        assert child == "streaming\n", "who lost its connections has not died"
        assert await texts(store) == ["one", "two", "half"]
        assert [m.content for m in await store.messages("new")] == ["begun without a server"]
        await store.release("t")
