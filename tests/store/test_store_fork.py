"""A fork: a copy of a branch as a thread of its own."""

import pytest

from tyler_tui.errors import ThreadNotFoundError
from tyler_tui.messages import (
    Attachment,
    Compaction,
    Message,
    MessageStatus,
    Thread,
    ToolCall,
    Usage,
    still_sent,
    summary_message,
)
from tyler_tui.store import ThreadStore


def _thread() -> Thread:
    thread = Thread(title="Ducks", name="ducks", attributes={"model": "gpt-x"})
    thread.add_message(Message("user", "one", attachments=[Attachment("a.txt", b"abc")]))
    thread.add_message(
        Message(
            "assistant",
            "two",
            tool_calls=[ToolCall("c1", "files-read", {"path": "a"})],
            usage=Usage(10, 5, 15),
            metrics={"model": "gpt-x", "cost_usd": 0.5},
        )
    )
    thread.add_message(Message("tool", "result", name="files-read", tool_call_id="c1"))
    thread.add_message(Message("assistant", "three", status=MessageStatus.STREAMING))
    return thread


def _words(thread: Thread) -> list[str]:
    return [message.content for message in thread.messages]


async def test_the_current_branch_cannot_end_with_a_message_of_another_thread(
    store: ThreadStore,
) -> None:
    one, other = await store.save_thread(_thread()), Thread(id="other")
    other.add_message(Message("user", "elsewhere"))
    await store.save_thread(other)
    for id in (other.messages[0].id, "none"):
        await store.set_head(one.id, id)
        assert (await store.get_thread(one.id)).head_id == one.head_id
    await store.set_head(one.id, one.messages[0].id)
    assert (await store.get_thread(one.id)).head_id == one.messages[0].id


async def test_a_fork_says_the_same_has_ids_of_its_own_and_cost_nothing(store: ThreadStore) -> None:
    thread = await store.save_thread(_thread())
    made = await store.fork_thread(thread.id)
    fork = await store.get_thread(made.id)
    assert _words(fork) == _words(thread)
    assert not {m.id for m in fork.all_messages} & {m.id for m in thread.all_messages}
    assert (fork.title, fork.name, fork.cost_usd, fork.usage) == (
        "ducks (fork)",
        None,
        0.0,
        Usage(),
    )
    assert fork.attributes == {"model": "gpt-x", "forked_from": thread.id}
    first, answer, result, cut = fork.messages
    assert first.attachments == [Attachment("a.txt", b"abc")]
    assert answer.tool_calls == [ToolCall("c1", "files-read", {"path": "a"})]
    assert answer.metrics == {"model": "gpt-x"}
    assert result.tool_call_id == "c1"
    assert cut.status is MessageStatus.INTERRUPTED
    assert (await store.get_thread(thread.id)).cost_usd == 0.5


async def test_a_fork_ends_where_it_is_told_on_any_branch(store: ThreadStore) -> None:
    thread = _thread()
    first, answer = thread.messages[:2]
    thread.add_message(Message("assistant", "other", parent_id=first.id))
    await store.save_thread(thread)
    assert _words(await store.fork_thread(thread.id)) == ["one", "other"]
    assert _words(await store.fork_thread(thread.id, answer.id)) == ["one", "two"]
    with pytest.raises(KeyError):
        await store.fork_thread(thread.id, "no such message")
    with pytest.raises(ThreadNotFoundError):
        await store.fork_thread("nobody")
    assert len(await store.list_threads()) == 3


async def test_what_is_said_in_a_fork_is_said_there_alone(store: ThreadStore) -> None:
    thread = await store.save_thread(_thread())
    fork = await store.fork_thread(thread.id)
    fork.add_message(Message("user", "and now?"))
    await store.save_thread(fork)
    assert _words(await store.get_thread(thread.id)) == _words(thread)
    assert _words(await store.get_thread(fork.id)) == [*_words(thread), "and now?"]


async def test_a_summary_in_a_fork_stands_for_the_copies(store: ThreadStore) -> None:
    thread = _thread()
    kept = thread.messages[1:3]
    compaction = Compaction(messages=1, kept=tuple(message.id for message in kept))
    thread.add_message(summary_message("They talked.", compaction))
    thread.add_aside(Message("assistant", "A title", usage=Usage(1, 1, 2)))
    await store.save_thread(thread)
    fork = await store.get_thread((await store.fork_thread(thread.id)).id)
    sent, before = still_sent(fork.messages), still_sent(thread.messages)
    assert [message.content for message in sent] == [message.content for message in before]
    assert [message.content for message in sent[:2]] == ["two", "result"]
    assert fork.usage == Usage()
