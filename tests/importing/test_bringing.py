"""What is imported again, and what became of it meanwhile."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.importing import database_files, llm_file
from tests.importing.web_exports import chatgpt, chatgpt_zip, claude, node
from tyler_tui import Message, ThreadStore
from tyler_tui.importing import Outcome, State, bring, opened


async def imported(path: Path, store: ThreadStore, *, dry_run: bool = False) -> list[Outcome]:
    _, reading = opened(path)
    return [await bring(store, found, dry_run=dry_run) for found in reading.conversations]


def states(outcomes: list[Outcome]) -> list[State]:
    return [outcome.state for outcome in outcomes]


def make(kind: str, folder: Path) -> Path:
    path = folder / kind
    match kind:
        case "llm":
            return llm_file.make(path)
        case "chatgpt":
            return chatgpt_zip(path)
        case "claude":
            path.write_text(json.dumps(claude()))
            return path
        case _:
            maker = getattr(database_files, kind)
            made: Path = maker(path)
            return made


@pytest.mark.parametrize("kind", ["llm", "elia", "oterm", "tyler", "chatgpt", "claude"])
async def test_a_second_import_adds_nothing_and_changes_nothing(kind: str, tmp_path: Path) -> None:
    path = make(kind, tmp_path)
    async with await ThreadStore.create(tmp_path / "sessions.db") as store:
        first = await imported(path, store)
        assert set(states(first)) == {State.ADDED}
        before = [(await store.get_thread(one.thread_id)).to_dict() for one in first]
        path.touch()
        second = await imported(path.rename(tmp_path / "elsewhere"), store)
        assert set(states(second)) == {State.UNCHANGED}
        assert [(await store.get_thread(one.thread_id)).to_dict() for one in second] == before


def longer(tmp_path: Path) -> Path:
    """The export of ChatGPT, after the conversation went on there."""
    conversations = chatgpt()
    more: dict[str, Any] = node("u9", "a2", "user", "And blue ones?", time=1714560000.0)
    conversations[0]["mapping"]["u9"] = more
    conversations[0]["current_node"] = "u9"
    return chatgpt_zip(tmp_path / "longer.zip", conversations)


async def test_what_went_on_there_comes_with_the_next_import(tmp_path: Path) -> None:
    async with await ThreadStore.create() as store:
        first, _ = await imported(chatgpt_zip(tmp_path / "x.zip"), store)
        grown, other = await imported(longer(tmp_path), store)
        assert (grown.state, grown.messages, other.state) == (State.GROWN, 1, State.UNCHANGED)
        assert (await store.get_thread(first.thread_id)).messages[-1].content == "And blue ones?"


async def test_whoever_went_on_here_stays_where_they_are(tmp_path: Path) -> None:
    async with await ThreadStore.create() as store:
        first, _ = await imported(chatgpt_zip(tmp_path / "x.zip"), store)
        thread = await store.get_thread(first.thread_id)
        mine = Message("user", "My own question")
        thread.add_message(mine)
        thread.attributes["model"] = "demo"
        await store.save_thread(thread)
        await store.rename(thread.id, "kites")
        assert states(await imported(longer(tmp_path), store))[0] is State.GROWN
        stored = await store.get_thread(thread.id)
        assert stored.messages[-1].id == mine.id
        assert any(message.content == "And blue ones?" for message in stored.all_messages)
        assert (stored.name, stored.attributes["model"]) == ("kites", "demo")


async def test_what_was_deleted_does_not_come_back(tmp_path: Path) -> None:
    path = chatgpt_zip(tmp_path / "x.zip")
    async with await ThreadStore.create() as store:
        first, second = await imported(path, store)
        await store.delete_thread(first.thread_id)
        assert states(await imported(path, store)) == [State.DELETED, State.UNCHANGED]
        assert [one.id for one in await store.list_threads()] == [second.thread_id]


async def test_a_trial_says_the_same_and_writes_nothing(tmp_path: Path) -> None:
    path = chatgpt_zip(tmp_path / "x.zip")
    async with await ThreadStore.create() as store:
        trial = await imported(path, store, dry_run=True)
        assert await store.list_threads() == []
        assert await imported(path, store) == trial


async def test_what_is_imported_is_found_and_lies_at_its_time(tmp_path: Path) -> None:
    async with await ThreadStore.create() as store:
        await imported(llm_file.make(tmp_path / "logs.db"), store)
        assert [hit.title for hit in await store.search("NOVEL\nSum")] == ["What is this?"]
        times = [one.updated_at for one in await store.list_threads()]
        assert max(times).year == 2026
        assert min(times).year == 2024


async def test_a_foreign_model_does_not_become_the_one_that_goes_on(tmp_path: Path) -> None:
    async with await ThreadStore.create() as store:
        (outcome, *_) = await imported(chatgpt_zip(tmp_path / "x.zip"), store)
        thread = await store.get_thread(outcome.thread_id)
        assert "model" not in thread.attributes
        assert thread.attributes["imported"] == {"from": "chatgpt", "id": "c-1", "model": "gpt-4o"}
        assert thread.usage.total_tokens == 0
