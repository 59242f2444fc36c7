"""Our own JSON comes back as it went."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.importing.reading import all_in
from tyler_tui import Message, Thread, ThreadStore
from tyler_tui.export import exported
from tyler_tui.importing import State, bring, opened
from tyler_tui.importing.found import Damaged, Found
from tyler_tui.messages import Attachment, MessageStatus, ToolCall, Usage


def everything() -> Thread:
    """A thread with all that one can hold."""
    thread = Thread(title="Everything", name="all of it", attributes={"model": "demo", "n": [1, 2]},
                    created_at=datetime(2025, 1, 2, 3, 4, 5, 6, UTC))  # fmt: skip
    thread.add_message(
        Message(
            "user", "Look \x1b[31m\u202e at this", attachments=[Attachment("a.bin", b"\x00\xff")]
        )
    )
    first = Message("assistant", "One", status=MessageStatus.CANCELLED, usage=Usage(1, 2, 3, 1, 1),
                    metrics={"model": "demo", "cost_usd": 0.25, "latency_ms": 12.5})  # fmt: skip
    thread.add_message(first)
    second = Message("assistant", "", parent_id=thread.messages[0].id, reasoning_content="Hm.",
                     tool_calls=[ToolCall("c1", "files-read", {"path": "ä"}),
                                 ToolCall("c2", "files-read", {}, "no JSON")],
                     usage=Usage(5, 6, 11, estimated=True))  # fmt: skip
    thread.add_message(second)
    thread.add_message(Message("tool", "text", tool_call_id="c1", name="files-read",
                               metrics={"failed": True, "duration_ms": 3}))  # fmt: skip
    thread.add_message(Message("assistant", "cut", status=MessageStatus.TRUNCATED))
    thread.add_aside(Message("assistant", "title", usage=Usage(1, 1, 2)))
    thread.rewind_to(first.id)
    return thread


def written(path: Path, thread: Thread) -> Path:
    path.write_text(exported(thread, "json"))
    return path


async def imported(path: Path, store: ThreadStore) -> list[State]:
    _, reading = opened(path)
    return [(await bring(store, found)).state for found in reading.conversations]


async def test_what_is_exported_and_imported_is_equal(tmp_path: Path) -> None:
    async with (
        await ThreadStore.create(tmp_path / "a.db") as here,
        await ThreadStore.create(tmp_path / "b.db") as there,
    ):
        thread = await here.save_thread(everything())
        before = exported(await here.get_thread(thread.id), "json")
        (tmp_path / "x.json").write_text(before)
        assert await imported(tmp_path / "x.json", there) == [State.ADDED]
        assert exported(await there.get_thread(thread.id), "json") == before
        summaries = [(await store.list_threads())[0].to_dict() for store in (here, there)]
        assert summaries[0] == summaries[1]  # the totals too


async def test_an_import_over_the_original_changes_nothing(tmp_path: Path) -> None:
    async with await ThreadStore.create(tmp_path / "a.db") as store:
        thread = await store.save_thread(everything())
        path = written(tmp_path / "x.json", thread)
        before = exported(await store.get_thread(thread.id), "json")
        assert await imported(path, store) == [State.UNCHANGED]
        assert exported(await store.get_thread(thread.id), "json") == before


async def test_an_answer_that_was_under_way_comes_as_interrupted(tmp_path: Path) -> None:
    thread = Thread(title="x")
    thread.add_message(Message("user", "Hi"))
    thread.add_message(Message("assistant", "Hel", status=MessageStatus.STREAMING))
    async with await ThreadStore.create() as store:
        await imported(written(tmp_path / "x.json", thread), store)
        stored = await store.get_thread(thread.id)
        assert stored.messages[-1].status is MessageStatus.INTERRUPTED


async def test_a_name_that_is_taken_stays_with_its_session(tmp_path: Path) -> None:
    thread = everything()
    async with await ThreadStore.create() as store:
        await store.save_thread(Thread(name="ALL of it"))
        _, reading = opened(written(tmp_path / "x.json", thread))
        (outcome,) = [await bring(store, found) for found in reading.conversations]
        assert outcome.state is State.ADDED
        assert "is taken" in outcome.remarks[0]
        stored = await store.get_thread(thread.id)
        assert (stored.name, stored.title) == (None, "Everything")


@pytest.mark.parametrize(
    ("agent", "keep", "is_kept"),
    [("yolo", False, False), ("yolo", True, True), ("default", False, True)],
)
async def test_an_agent_comes_along_only_when_that_is_wanted(
    tmp_path: Path, agent: str, keep: bool, is_kept: bool
) -> None:
    """An agent may let everything run unasked, and a file must not choose one."""
    thread = everything()
    thread.attributes["agent"] = agent
    async with await ThreadStore.create() as store:
        _, reading = opened(written(tmp_path / "x.json", thread))
        (outcome,) = [await bring(store, found, keep_agent=keep) for found in reading.conversations]
        stored = await store.get_thread(thread.id)
        assert stored.attributes.get("agent") == (agent if is_kept else None)
        assert any("'yolo'" in remark for remark in outcome.remarks) is not is_kept


async def test_an_import_leaves_a_session_the_agent_that_it_has_here(tmp_path: Path) -> None:
    thread = everything()
    thread.attributes["agent"] = "careful"
    async with await ThreadStore.create() as store:
        await store.save_thread(thread)
        thread.attributes["agent"] = "yolo"
        thread.add_message(Message("user", "More"))
        assert await imported(written(tmp_path / "x.json", thread), store) == [State.GROWN]
        assert (await store.get_thread(thread.id)).attributes["agent"] == "careful"


def _set(form: dict[str, Any], path: str, value: object) -> None:
    *way, last = path.split(".")
    inner: Any = form
    for step in way:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    inner[int(last) if isinstance(inner, list) else last] = value


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        ("version", 99, "version 99"),
        ("thread", [], "got `array`"),
        ("thread.id", "", "`$.id`"),
        ("thread.id", "a\x1b[2Jb", "id"),
        ("thread.title", 7, "`$.title`"),
        ("thread.head_id", "nobody", "last message"),
        ("thread.created_at", "yesterday", "`$.created_at`"),
        ("thread.created_at", "2025-01-01T00:00:00", "timezone"),
        ("thread.messages.0.role", "boss", "boss"),
        ("thread.messages.0.status", "odd", "status"),
        ("thread.messages.0.timestamp", 7, "timestamp"),
        ("thread.messages.1.usage.total_tokens", 10**30, "tokens"),
        ("thread.messages.0.attachments", [{"filename": "x", "content": "a"}], "understood"),
        ("thread.messages", [7], "`$.messages[0]`"),
        ("thread.attributes.asides", 7, "asides"),
        ("thread.attributes.model", 7, "model"),
        ("thread.messages.1.metrics.cost_usd", "much", "cost_usd"),
        ("thread.messages.1.metrics.cost_usd", -5.0, "cost_usd"),
        ("thread.messages.1.metrics.latency_ms", 1e300, "latency_ms"),
        ("thread.messages.1.metrics.decision", {"verdict": 1}, "decision"),
    ],
)
def test_a_session_that_nothing_can_hold_is_refused_with_the_reason(
    tmp_path: Path, path: str, value: object, reason: str
) -> None:
    form = json.loads(exported(everything(), "json"))
    _set(form, path, value)
    (tmp_path / "x.json").write_text(json.dumps(form))
    _, (found,) = all_in(tmp_path / "x.json")
    assert isinstance(found, Damaged)
    assert reason in found.reason


def test_parents_in_a_circle_are_refused(tmp_path: Path) -> None:
    form = json.loads(exported(everything(), "json"))
    messages = form["thread"]["messages"]
    messages[0]["parent_id"] = messages[1]["id"]
    (tmp_path / "x.json").write_text(json.dumps(form))
    _, (found,) = all_in(tmp_path / "x.json")
    assert isinstance(found, Damaged)
    assert "before its parent" in found.reason


@pytest.mark.parametrize(
    ("base", "is_kept"),
    [
        ("http://127.0.0.1:8000/v1", True),
        ("http://localhost:11434", True),
        ("https://collects-keys.example/v1", False),
        ("http://localhost.example/v1", False),
        ("http://127.0.0.1@collects-keys.example", False),
    ],
)
def test_the_server_that_a_file_names_is_not_believed(
    tmp_path: Path, base: str, is_kept: bool
) -> None:
    thread = everything()
    thread.attributes["api_base"] = base
    _, (found,) = all_in(written(tmp_path / "x.json", thread))
    assert isinstance(found, Found)
    assert ("api_base" in found.thread.attributes) is is_kept
    assert bool(found.remarks) is not is_kept
