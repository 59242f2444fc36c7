"""Windows of a branch: the last messages, then those before, without loading the whole thread."""

import time

import pytest

from tests.store.places import Place
from tyler_tui.errors import ThreadNotFoundError
from tyler_tui.messages import Message, Thread
from tyler_tui.store import ThreadStore

LENGTH = 20_000
MOMENT = "2025-01-01T00:00:00.000000+00:00"


async def counted(store: ThreadStore, length: int) -> Thread:
    thread = Thread()
    for number in range(length):
        thread.add_message(Message("user" if number % 2 == 0 else "assistant", str(number)))
    await store.save_thread(thread)
    return thread


def contents(messages: list[Message]) -> list[str]:
    return [message.content for message in messages]


async def test_windows_go_upward_until_nothing_is_left(store: ThreadStore) -> None:
    thread = await counted(store, 7)
    last = await store.messages(thread.id, limit=3)
    assert contents(last) == ["4", "5", "6"]
    middle = await store.messages(thread.id, before=last[0].id, limit=3)
    assert contents(middle) == ["1", "2", "3"]
    first = await store.messages(thread.id, middle[0].id, 3)
    assert contents(first) == ["0"]
    assert await store.messages(thread.id, first[0].id, 3) == []
    assert contents(await store.messages(thread.id)) == [str(number) for number in range(7)]
    assert await store.messages(thread.id, limit=0) == []


async def test_a_window_shows_the_current_branch_only(store: ThreadStore) -> None:
    thread = await counted(store, 4)
    second = thread.messages[1]
    branch = Message("user", "edited", parent_id=second.id)
    thread.add_message(branch)
    await store.save_message(thread, branch)
    assert contents(await store.messages(thread.id)) == ["0", "1", "edited"]
    assert contents(await store.messages(thread.id, before=branch.id)) == ["0", "1"]


async def test_a_window_before_a_message_of_another_branch_shows_what_led_to_it(
    store: ThreadStore,
) -> None:
    thread = await counted(store, 4)
    abandoned = thread.messages[3]
    branch = Message("user", "edited", parent_id=thread.messages[1].id)
    thread.add_message(branch)
    await store.save_message(thread, branch)
    assert contents(await store.messages(thread.id, before=abandoned.id)) == ["0", "1", "2"]


async def test_a_window_of_an_unknown_message_or_thread_is_empty_or_refused(
    store: ThreadStore,
) -> None:
    thread = await counted(store, 2)
    other = await counted(store, 2)
    assert await store.messages(thread.id, before="nowhere") == []
    assert await store.messages(thread.id, before=other.messages[1].id) == []
    with pytest.raises(ThreadNotFoundError):
        await store.get_thread("nowhere")


async def test_a_window_of_a_very_long_thread_comes_at_once(
    store: ThreadStore, place: Place
) -> None:
    thread = await counted(store, 1)
    first = thread.messages[0]
    place.execute_many(
        "INSERT INTO messages (id, thread_id, seq, parent_id, role, content, status, timestamp)"
        " VALUES (?, ?, ?, ?, 'user', ?, 'complete', ?)",
        [
            (str(n), thread.id, n + 1, str(n - 1) if n > 1 else first.id, str(n), MOMENT)
            for n in range(1, LENGTH)
        ],
    )
    place.execute("UPDATE threads SET head_id = ?", (str(LENGTH - 1),))
    short = await counted(store, 100)
    _, for_short = await timed(store, short.id, None)
    for before, last in ((None, LENGTH - 1), (str(LENGTH // 2), LENGTH // 2 - 1)):
        window, for_long = await timed(store, thread.id, before)
        assert contents(window) == [str(n) for n in range(last - 49, last + 1)]
        assert for_long < 5 * for_short, "it does not walk through the thread"


async def timed(store: ThreadStore, id: str, before: str | None) -> tuple[list[Message], float]:
    """A window, and how many seconds it took at best."""
    best = float("inf")
    for _ in range(9):
        start = time.perf_counter()
        window = await store.messages(id, before, 50)
        best = min(best, time.perf_counter() - start)
    return window, best


async def test_windows_go_downward_from_the_first_or_any_message(store: ThreadStore) -> None:
    thread = await counted(store, 7)
    assert contents(await store.messages_from(thread.id, limit=3)) == ["0", "1", "2"]
    fifth = thread.messages[4].id
    assert contents(await store.messages_from(thread.id, fifth, 2)) == ["4", "5"]
    assert contents(await store.messages_from(thread.id, fifth)) == ["4", "5", "6"]
    assert await store.messages_from("no-such-thread") == []


async def test_a_downward_window_keeps_to_the_current_branch(store: ThreadStore) -> None:
    thread = await counted(store, 4)
    abandoned = thread.messages[2]
    branch = Message("user", "edited", parent_id=thread.messages[1].id)
    thread.add_message(branch)
    await store.save_message(thread, branch)
    assert contents(await store.messages_from(thread.id)) == ["0", "1", "edited"]
    assert await store.messages_from(thread.id, abandoned.id) == []


async def test_text_is_found_in_the_current_branch_as_it_is_written(store: ThreadStore) -> None:
    thread = Thread()
    thread.add_message(Message("user", "100% Sure_"))
    thread.add_message(Message("assistant", "100 per cent"))
    thread.add_message(Message("tool", "100%", tool_call_id="1"))
    await store.save_thread(thread)
    ids = [message.id for message in thread.messages]
    assert await store.find_messages(thread.id, "100%") == ids[:1]
    assert await store.find_messages(thread.id, "sure_") == ids[:1]
    assert await store.find_messages(thread.id, "100") == ids[:2]
    assert await store.find_messages(thread.id, "\\") == []
