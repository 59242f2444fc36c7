"""Several tasks and several processes on one file at once."""

import asyncio
import os
import sqlite3
import subprocess
from pathlib import Path

from tests.store.children import StartChild, finish
from tests.store.places import Place, SqlitePlace
from tyler_tui.messages import Message, MessageStatus, Thread
from tyler_tui.store import ThreadStore

WRITER = """
import asyncio, sys
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore
path, thread_id, mark, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
async def main():
    async with await ThreadStore.create(path) as store:
        thread = await store.get(thread_id) or Thread(id=thread_id)
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(count):
            message = Message("user", f"{mark}{number}")
            thread.add_message(message)
            await store.save_message(thread, message)
asyncio.run(main())
"""


async def run_together(start_child: StartChild, *arguments: tuple[str | Path, ...]) -> None:
    children = [start_child(WRITER, *each) for each in arguments]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n", child.stderr and child.stderr.read()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        finish(child)


def sound(place: Place) -> bool:
    clashes = place.execute("SELECT thread_id, seq FROM messages GROUP BY 1, 2 HAVING count(*) > 1")
    orphans = place.execute(
        "SELECT id FROM messages WHERE thread_id NOT IN (SELECT id FROM threads)"
    )
    is_whole = not isinstance(place, SqlitePlace) or (
        place.execute("PRAGMA integrity_check") == [("ok",)]
        and not place.execute("PRAGMA foreign_key_check")
    )
    return is_whole and not clashes and not orphans


async def test_processes_that_write_different_sessions_lose_nothing(
    place: Place, start_child: StartChild
) -> None:
    await run_together(start_child, *((place.url, f"t{number}", "m", "100") for number in range(3)))
    async with await ThreadStore.create(place.url) as store:
        for number in range(3):
            texts = [m.content for m in (await store.get_thread(f"t{number}")).messages]
            assert texts == [f"m{index}" for index in range(100)]
        assert [s.message_count for s in await store.list_threads()] == [100, 100, 100]
    assert sound(place)


async def test_processes_that_write_one_session_keep_every_message_of_both(
    place: Place, start_child: StartChild
) -> None:
    async with await ThreadStore.create(place.url) as store:
        thread = Thread(id="t")
        thread.add_message(Message("user", "start"))
        await store.save_thread(thread)
    await run_together(start_child, *((place.url, "t", mark, "100") for mark in ("a", "b")))
    async with await ThreadStore.create(place.url) as store:
        loaded = await store.get_thread("t")
        texts = {m.content for m in loaded.all_messages}
        assert texts == {"start"} | {f"{m}{n}" for m in ("a", "b") for n in range(100)}
        assert len(loaded.messages) == 101, "the current branch is one process's whole branch"
        assert (await store.find("t")).message_count in (101, 201)
    assert sound(place)


async def test_many_tasks_write_at_once(store: ThreadStore, place: Place) -> None:
    async def write(number: int) -> None:
        thread = Thread(id=f"t{number}")
        for index in range(10):
            message = Message("user", str(index))
            thread.add_message(message)
            await store.save_message(thread, message)

    await asyncio.gather(*(write(number) for number in range(30)))
    assert {s.message_count for s in await store.list_threads()} == {10}
    assert sound(place)


CREATORS = """
import asyncio, sys
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore
async def main():
    async with await ThreadStore.create(":memory:"):
        pass
    for line in sys.stdin:
        async with await ThreadStore.create(line.strip()) as store:
            thread = Thread()
            thread.add_message(Message("user", "x"))
            await store.save_thread(thread)
        print("made", flush=True)
asyncio.run(main())
"""


async def test_a_new_file_can_be_made_by_several_processes_at_once(
    tmp_path: Path, start_child: StartChild
) -> None:
    children = [start_child(CREATORS) for _ in range(3)]
    for number in range(8):
        database = tmp_path / f"{number}.db"
        for child in children:
            assert child.stdin is not None
            child.stdin.write(f"{database}\n")
            child.stdin.flush()
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "made\n", child.communicate()[1]
        async with await ThreadStore.create(database) as store:
            assert len(await store.list_threads()) == 3
    for child in children:
        finish(child)


STREAMER = """
import asyncio, sys
from tyler_tui.messages import Message, Thread
from tyler_tui.messages import MessageStatus
from tyler_tui.store import ThreadStore
async def main():
    async with await ThreadStore.create(sys.argv[1]) as store:
        thread = Thread(id="t")
        question, answer = Message("user", "q"), Message("assistant", "half")
        answer.status = MessageStatus.STREAMING
        for message in (question, answer):
            thread.add_message(message)
            await store.save_message(thread, message)
        print(answer.id, flush=True)
        sys.stdin.readline()
        answer.content, answer.status = "whole", MessageStatus.COMPLETE
        await store.save_message(thread, answer)
asyncio.run(main())
"""


async def test_an_answer_that_streams_in_another_live_process_stays_streaming(
    store: ThreadStore, place: Place, start_child: StartChild
) -> None:
    child = start_child(STREAMER, place.url)
    assert child.stdout is not None
    answer_id = child.stdout.readline().strip()
    seen = await store.get_thread("t")
    assert [(m.content, m.status) for m in seen.messages[1:]] == [("half", MessageStatus.STREAMING)]
    assert (await store.messages("t"))[-1].status is MessageStatus.STREAMING
    assert child.communicate("go\n", timeout=60)[1] == ""
    [_, answer] = await store.messages("t")
    assert (answer.id, answer.content, answer.status) == (
        answer_id,
        "whole",
        MessageStatus.COMPLETE,
    )


async def test_an_answer_whose_process_was_killed_reads_as_interrupted_at_once(
    store: ThreadStore, place: Place, start_child: StartChild
) -> None:
    child = start_child(STREAMER, place.url)
    assert child.stdout is not None
    child.stdout.readline()
    child.kill()
    child.wait()
    await noticed(store, place)
    statuses = [m.status for m in (await store.get_thread("t")).messages]
    assert statuses == [MessageStatus.COMPLETE, MessageStatus.INTERRUPTED]
    assert (await store.messages("t"))[-1].status is MessageStatus.INTERRUPTED
    assert (await store.messages("t"))[-1].content == "half"


async def test_what_a_killed_process_left_is_written_down_with_the_next_message_and_found(
    store: ThreadStore, place: Place, start_child: StartChild
) -> None:
    child = start_child(STREAMER, place.url)
    assert child.stdout is not None
    child.stdout.readline()
    statuses = "SELECT status, owner IS NULL FROM messages ORDER BY seq"
    thread = await store.get_thread("t")
    await add(store, thread, "while it lives")
    assert place.execute(statuses)[1][0] == "streaming", "it is its writer's still"
    child.kill()
    child.wait()
    await noticed(store, place, 1)
    await add(store, thread, "when it is gone")
    status, is_free = place.execute(statuses)[1]
    assert (status, bool(is_free)) == ("interrupted", True)
    assert [hit.snippet for hit in await store.search("half")] == ["half"]


async def add(store: ThreadStore, thread: Thread, text: str) -> None:
    message = Message("user", text)
    thread.add_message(message)
    await store.save_message(thread, message)


async def test_a_process_with_a_reused_number_is_not_taken_for_the_one_that_streamed(
    store: ThreadStore, database: Path, start_child: StartChild
) -> None:
    child = start_child(STREAMER, database)
    assert child.stdout is not None
    child.stdout.readline()
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        [(owner,)] = connection.execute("SELECT owner FROM messages WHERE status = 'streaming'")
        assert str(child.pid) in str(owner)
        start = str(owner).replace(str(child.pid), "", 1)
        digit = next(i for i in range(len(start) - 1, -1, -1) if start[i].isdigit())
        forged = (
            str(owner)[: len(str(child.pid))]
            + start[:digit]
            + str((int(start[digit]) + 1) % 10)
            + start[digit + 1 :]
        )
        connection.execute("UPDATE messages SET owner = ? WHERE status = 'streaming'", (forged,))
    finally:
        connection.close()
    assert (await store.messages("t"))[-1].status is MessageStatus.INTERRUPTED
    child.communicate("go\n", timeout=60)


async def noticed(store: ThreadStore, place: Place, number: int = -1) -> None:
    """A server learns from the network that a process is gone, a moment later; `number` is that of
    the message that it wrote."""
    if not isinstance(place, SqlitePlace):
        async with asyncio.timeout(20):
            while (await store.messages("t"))[number].status is MessageStatus.STREAMING:  # noqa: ASYNC110
                await asyncio.sleep(0.01)


def kill_into_zombie(child: subprocess.Popen[str]) -> None:
    """Kill, and see the end without collecting it, as a careless parent does."""
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)


async def test_an_ended_process_that_nobody_has_waited_for_counts_as_gone(
    store: ThreadStore, place: Place, start_child: StartChild
) -> None:
    child = start_child(STREAMER, place.url)
    assert child.stdout is not None
    child.stdout.readline()
    kill_into_zombie(child)
    await noticed(store, place)
    assert (await store.messages("t"))[-1].status is MessageStatus.INTERRUPTED


async def test_a_stale_copy_does_not_undo_what_the_writing_process_wrote(
    store: ThreadStore, place: Place, start_child: StartChild
) -> None:
    child = start_child(STREAMER, place.url)
    assert child.stdout is not None
    answer_id = child.stdout.readline().strip()
    [(_, before)] = rows_of(place, answer_id)
    assert before
    copy = await store.get_thread("t")
    copy.messages[-1].content = "stale"
    for status in (MessageStatus.STREAMING, MessageStatus.CANCELLED, MessageStatus.COMPLETE):
        copy.messages[-1].status = status
        await store.save_thread(copy)
        await store.save_message(copy, copy.messages[-1])
        [(content, owner)] = rows_of(place, answer_id)
        assert content == "half"
        assert owner == before, "the answer still belongs to the process that writes it"
    copy.messages[-1].status = MessageStatus.STREAMING
    assert child.communicate("go\n", timeout=60)[1] == ""
    await store.save_thread(copy)
    [_, answer] = await store.messages("t")
    assert (answer.content, answer.status) == ("whole", MessageStatus.COMPLETE)
    assert [hit.message_id for hit in await store.search("whole")] == [answer_id]


def rows_of(place: Place, message_id: str) -> list[tuple[str, str]]:
    return place.execute("SELECT content, owner FROM messages WHERE id = ?", (message_id,))
