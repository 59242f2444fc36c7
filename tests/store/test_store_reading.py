"""What reading a thread leaves in memory, and that it reads one moment."""

import sys
import tracemalloc
from pathlib import Path

import pytest

from tests.store.drawn import facts
from tyler_tui.messages import Attachment, Message, Thread
from tyler_tui.packing import KEPT_PLAIN
from tyler_tui.store import ThreadStore
from tyler_tui.store.sqlite.database import PART_ROWS


async def test_what_was_read_is_kept_by_nobody_but_who_asked(store: ThreadStore) -> None:
    mine = Message("user", "long " * 1_000)
    await store.save_thread(Thread("t", messages=[mine]))
    (of_thread,) = (await store.get_thread("t")).all_messages
    assert _holders(of_thread) == _holders(mine)
    (of_window,) = await store.messages("t")
    assert _holders(of_window) == _holders(mine)


def _holders(message: Message) -> int:
    return sys.getrefcount(message.content)


@pytest.mark.parametrize("packed", [False, True])
async def test_a_thread_of_many_parts_comes_back_whole(store: ThreadStore, packed: bool) -> None:
    thread = Thread("t")
    for number in range(2 * PART_ROWS + 3):
        files = [Attachment("a.txt", b"text")] if number % PART_ROWS == 1 else []
        thread.add_message(Message("user", f"{number} " * 400, attachments=files))
    await store.save_thread(thread)
    loaded = await store.get_thread("t", packed=packed)
    are_packed = [Message.content.is_packed(message) for message in loaded.all_messages]
    assert are_packed == [packed] * (len(are_packed) - KEPT_PLAIN) + [False] * KEPT_PLAIN
    assert [facts(m) for m in loaded.messages] == [facts(m) for m in thread.messages]
    assert loaded.head_id == thread.head_id


async def test_a_long_thread_is_read_in_little_memory(database: Path) -> None:
    async with await ThreadStore.create(database) as store:
        text, count = "what was said " * 2_000, 400
        await store.save_thread(Thread("t", messages=_chain(text, count)))
        tracemalloc.start()
        try:
            await store.get_thread("t", packed=True)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < len(text) * count / 2


async def test_all_parts_are_of_one_moment(database: Path) -> None:
    async with (
        await ThreadStore.create(database) as store,
        await ThreadStore.create(database) as other,
    ):
        thread = Thread("t", messages=_chain("text", PART_ROWS + 1))
        await store.save_thread(thread)
        counts = []
        async for rows in store._database.read_parts("SELECT id FROM messages"):
            counts.append(len(rows))
            if len(counts) == 1:
                copy = await other.get_thread("t")
                copy.add_message(Message("user", "meanwhile"))
                await other.save_thread(copy)
        assert counts == [PART_ROWS, 1]
        assert len((await store.get_thread("t")).all_messages) == PART_ROWS + 2


def _chain(text: str, count: int) -> list[Message]:
    thread = Thread()
    for number in range(count):
        thread.add_message(Message("user", f"{number} {text}"))
    return thread.all_messages
