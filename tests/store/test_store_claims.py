"""Who answers in a session keeps others from it, in every process, to the end or to death."""

import asyncio
import subprocess
from collections.abc import Callable

import pytest

from tests.store.children import StartChild
from tests.store.places import Place, PostgresPlace
from tyler_tui.errors import NameTakenError, ThreadBusyError
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore

CLAIMING = """
import asyncio, sys
from tyler_tui.store import ThreadStore
async def main():
    async with await ThreadStore.create(sys.argv[1]) as store:
        await store.claim("t")
        print("claimed", flush=True)
        sys.stdin.readline()
        await store.release("t")
        print("released", flush=True)
        sys.stdin.readline()
asyncio.run(main())
"""
ClaimElsewhere = Callable[[], subprocess.Popen[str]]


async def with_a_session(store: ThreadStore) -> None:
    thread = Thread(id="t")
    thread.add_message(Message("user", "hello"))
    await store.save_thread(thread)


@pytest.fixture
def claim_elsewhere(place: Place, start_child: StartChild) -> ClaimElsewhere:
    """Starts a process that has claimed the session; it releases it when it reads a line."""

    def claim() -> subprocess.Popen[str]:
        child = start_child(CLAIMING, place.url)
        assert child.stdout is not None
        assert child.stdout.readline() == "claimed\n"
        return child

    return claim


async def test_a_session_that_another_process_answers_in_is_busy_until_it_is_released(
    store: ThreadStore, place: Place, claim_elsewhere: ClaimElsewhere
) -> None:
    await with_a_session(store)
    child = claim_elsewhere()
    assert child.stdout is not None
    assert child.stdin is not None
    with pytest.raises(ThreadBusyError):
        await store.claim("t")
    child.stdin.write("\n")
    child.stdin.flush()
    assert child.stdout.readline() == "released\n"
    await store.claim("t")
    with pytest.raises(ThreadBusyError):
        await store.claim("t")
    await store.release("t")
    assert place.execute("SELECT owner FROM threads") == [(None,)]


async def test_a_session_whose_process_was_killed_is_free(
    store: ThreadStore, claim_elsewhere: ClaimElsewhere
) -> None:
    await with_a_session(store)
    child = claim_elsewhere()
    child.kill()
    child.wait()
    async with asyncio.timeout(20):  # a server learns of it from the network, a moment later
        while True:
            try:
                await store.claim("t")
                break
            except ThreadBusyError:
                await asyncio.sleep(0.01)
    await store.release("t")


async def test_only_who_has_a_session_gives_it_back(
    store: ThreadStore, claim_elsewhere: ClaimElsewhere
) -> None:
    await with_a_session(store)
    claim_elsewhere()
    await store.release("t")
    with pytest.raises(ThreadBusyError):
        await store.claim("t")


async def test_of_two_that_claim_at_once_the_later_one_waits_and_sees_the_first(
    server_place: PostgresPlace,
) -> None:
    async with await ThreadStore.create(server_place.url) as store:
        await with_a_session(store)
        with server_place.connect() as other:
            other.execute("SELECT pg_advisory_lock_shared(4711)")
            other.execute("UPDATE threads SET owner = %s WHERE id = 't'", (f"{4711:016x}",))
            claiming = asyncio.create_task(store.claim("t"))
            async with asyncio.timeout(60):
                while not server_place.execute(  # noqa: ASYNC110 - nothing tells of it
                    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                    "AND datname = current_database()"
                ):
                    await asyncio.sleep(0.01)
            other.commit()
            with pytest.raises(ThreadBusyError):
                await claiming


async def test_a_session_is_claimed_before_it_is_stored(
    store: ThreadStore, place: Place, start_child: StartChild
) -> None:
    await store.claim("t")
    await with_a_session(store)
    child = start_child(CLAIMING, place.url)
    assert "ThreadBusyError" in child.communicate(timeout=60)[1]
    await store.release("t")
    assert place.execute("SELECT owner FROM threads") == [(None,)]
    message = Message("user", "by itself")
    second = Thread(id="second")
    second.add_message(message)
    await store.claim("second")
    await store.save_message(second, message)
    third = Thread(id="third")
    await store.save_thread(third)
    marks = place.execute("SELECT id, owner IS NULL FROM threads ORDER BY id")
    assert [(id, bool(is_free)) for id, is_free in marks] == [
        ("second", False),
        ("t", True),
        ("third", True),
    ]


async def test_what_is_claimed_comes_out_of_the_trash(store: ThreadStore) -> None:
    await with_a_session(store)
    await store.rename("t", "notes")
    claimed = await store.claim("t")
    assert claimed
    assert (claimed.name, claimed.was_deleted) == ("notes", False)
    await store.release("t")
    await store.delete_thread("t")
    claimed = await store.claim("t")
    assert claimed
    assert (claimed.name, claimed.was_deleted) == ("notes", True)
    assert [summary.name for summary in await store.list_threads()] == ["notes"]
    assert await store.list_threads(deleted=True) == []


async def test_what_comes_out_of_the_trash_leaves_its_name_to_who_has_it_now(
    store: ThreadStore,
) -> None:
    await with_a_session(store)
    await store.rename("t", "notes")
    await store.delete_thread("t")
    for name in ("Notes", "NOTES-2"):
        await store.save_thread(Thread(name=name))
    claimed = await store.claim("t")
    assert claimed
    assert claimed.name == "notes-3"
    assert (await store.find("notes-3")).id == "t"
    assert (await store.find("notes")).id != "t"


async def test_a_new_session_is_not_claimed_under_a_name_that_another_has(
    store: ThreadStore,
) -> None:
    await with_a_session(store)
    await store.rename("t", "notes")
    with pytest.raises(NameTakenError):
        await store.claim("new", "NOTES")
    assert await store.claim("new", "others") is None  # nothing is left of the first try
    await store.release("new")
    await store.delete_thread("t")
    assert await store.claim("new", "notes") is None


async def test_a_session_that_another_answers_in_stays_in_the_trash(
    store: ThreadStore, claim_elsewhere: ClaimElsewhere
) -> None:
    await with_a_session(store)
    claim_elsewhere()
    await store.delete_thread("t")
    with pytest.raises(ThreadBusyError):
        await store.claim("t")
    assert [summary.id for summary in await store.list_threads(deleted=True)] == ["t"]


async def test_of_many_processes_one_gets_the_session(
    store: ThreadStore, place: Place, start_child: StartChild
) -> None:
    await with_a_session(store)
    children = [start_child(CLAIMING, place.url) for _ in range(4)]
    for child in children:
        assert child.stdin is not None
        child.stdin.close()
        child.stdin = None
    outcomes = [child.communicate(timeout=60) for child in children]
    ends = sorted("ThreadBusyError" in errors for _, errors in outcomes)
    assert ends[0] is False
    assert all(child.returncode == busy for child, busy in zip(
        sorted(children, key=lambda child: child.returncode), ends, strict=True))  # fmt: skip
