"""kill -9 in the midst of checkpoints: what was acknowledged is there, the rest does no harm."""

import signal

from tests.store.children import StartChild
from tests.store.places import Place, SqlitePlace
from tyler_tui.messages import MessageStatus
from tyler_tui.store import ThreadStore

ROUNDS = 8

STREAM = """
import asyncio, sys
from tyler_tui.messages import Message, Thread
from tyler_tui.messages import MessageStatus
from tyler_tui.store import ThreadStore
async def main():
    store = await ThreadStore.create(sys.argv[1])
    thread = Thread(id=sys.argv[2])
    question, answer = Message("user", "question"), Message("assistant")
    answer.status = MessageStatus.STREAMING
    for message in (question, answer):
        thread.add_message(message)
        await store.save_message(thread, message)
    number = 0
    while True:
        answer.content += f"w{number} "
        await store.save_message(thread, answer)
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
        number += 1
asyncio.run(main())
"""


async def test_a_kill_in_mid_stream_damages_nothing_and_loses_no_acknowledged_word(
    place: Place, start_child: StartChild
) -> None:
    acknowledged: dict[str, int] = {}
    for first in range(0, ROUNDS, 2):
        pair = {
            f"t{number}": start_child(STREAM, place.url, f"t{number}")
            for number in (first, first + 1)
        }
        for number, (id, child) in enumerate(pair.items(), start=first):
            assert child.stdout is not None
            for _ in range(1 + number % 7):
                line = child.stdout.readline()
                assert line, child.stderr and child.stderr.read()
                acknowledged[id] = int(line)
        for id, child in pair.items():
            child.send_signal(signal.SIGKILL)
            output, _ = child.communicate(timeout=60)
            whole = [line for line in output.split("\n")[:-1] if line]
            acknowledged[id] = max([acknowledged[id], *map(int, whole)])
    async with await ThreadStore.create(place.url) as store:
        for id, last in acknowledged.items():
            question, answer = await store.messages(id)
            assert question.content == "question"
            words = answer.content.split()
            assert words == [f"w{number}" for number in range(len(words))]
            assert len(words) > last
            assert answer.status is MessageStatus.INTERRUPTED
        assert len(await store.list_threads()) == ROUNDS
    if isinstance(place, SqlitePlace):
        assert place.execute("PRAGMA integrity_check") == [("ok",)]
        assert place.execute("PRAGMA foreign_key_check") == []


async def test_an_interrupted_answer_is_searchable_and_marked_for_good_after_the_next_write(
    place: Place, start_child: StartChild
) -> None:
    child = start_child(STREAM, place.url, "t")
    assert child.stdout is not None
    for _ in range(3):
        child.stdout.readline()
    child.kill()
    child.wait()
    async with await ThreadStore.create(place.url) as store:
        thread = await store.get_thread("t")
        answer = thread.messages[-1]
        assert answer.status is MessageStatus.INTERRUPTED
        await store.save_thread(thread)
        assert [hit.message_id for hit in await store.search("w0 w1")] == [answer.id]
    rows = place.execute("SELECT status FROM messages WHERE role = 'assistant'")
    assert rows == [("interrupted",)]
