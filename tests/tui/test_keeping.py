"""What cannot be saved: the chat goes on, the top line says so, and it is saved when it can be."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.store.children import contents
from tests.tui.conftest import Chat, OpenChat
from tyler_tui import ThreadStore, paths
from tyler_tui.errors import StoreDamagedError
from tyler_tui.store import patient
from tyler_tui.store.sqlite import connection as connecting
from tyler_tui.tui.screens.no_store import NoStoreScreen
from tyler_tui.tui.widgets.header import Header


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is not waited for longer than a test likes to."""
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_S", 0.2)
    monkeypatch.setattr(patient, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(patient, "LONGEST_WAIT_S", 0.05)


@pytest.fixture
def no_database(home: Path) -> Path:
    """Something else stands in the place of the database."""
    home.mkdir()
    spoilt = paths.database_file()
    spoilt.write_bytes(b"no database at all\n" * 300)
    return spoilt


@contextmanager
def locked() -> Iterator[None]:
    """Another program holds the database."""
    with closing(sqlite3.connect(paths.database_file(), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def top_line(chat: Chat) -> str:
    return str(chat.screen.query_one(Header).render())


async def stored_prompts(database: Path | None = None) -> list[str]:
    async with await ThreadStore.create(database or paths.database_file()) as store:
        latest = await store.latest()
        assert latest is not None
        thread = await store.get_thread(latest.id)
    return [message.content for message in thread.messages if message.role == "user"]


async def test_where_the_store_cannot_be_opened_a_session_in_memory_is_offered_and_saved_later(
    open_chat: OpenChat, no_database: Path
) -> None:
    before = contents(no_database)
    async with open_chat(session="talk") as chat:
        await chat.opened(NoStoreScreen)
        await chat.pilot.press("down", "enter")
        await chat.ask("a list")
        assert "not saved" in top_line(chat)
        assert contents(no_database) == before
        os.rename(no_database, no_database.with_name("spoilt.db"))
        await chat.until(lambda: "not saved" not in top_line(chat))
        await chat.until(lambda: "all is saved" in chat.status)
        await chat.ask("a table")
    assert await stored_prompts() == ["a list", "a table"]


async def test_trying_again_opens_it_once_it_can_be_opened(
    open_chat: OpenChat, no_database: Path
) -> None:
    async with open_chat() as chat:
        await chat.opened(NoStoreScreen)
        shown = chat.app.screen
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.app.screen is not shown)
        await chat.opened(NoStoreScreen)
        os.remove(no_database)
        await chat.pilot.press("enter")
        await chat.ask("a list")
        assert "not saved" not in top_line(chat)


async def test_whoever_leaves_there_gets_the_error(open_chat: OpenChat, no_database: Path) -> None:
    async with open_chat() as chat:
        await chat.opened(NoStoreScreen)
        await chat.pilot.press("escape")
        await chat.until(lambda: chat.app.return_value is not None)
        assert isinstance(chat.app.return_value, StoreDamagedError)


async def test_a_lock_in_mid_session_costs_no_answer_and_all_is_saved_when_it_is_gone(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("a list")
        with locked():
            await chat.ask("a table")
            await chat.ask("some code")
            await chat.until(lambda: "not saved" in top_line(chat))
            assert "some code" in chat.text
            assert "✗" not in chat.text
            await chat.pilot.press("ctrl+n")
            await chat.ask("hello")
            await chat.pilot.pause()
        await chat.until(lambda: "not saved" not in top_line(chat))
        assert await stored_prompts() == ["hello"]
        async with await ThreadStore.create(paths.database_file()) as store:
            first = (await store.list_threads())[1]
            kept = (await store.get_thread(first.id)).messages
    assert [m.content for m in kept if m.role == "user"] == ["a list", "a table", "some code"]


async def test_leaving_what_is_not_saved_takes_a_second_press_or_a_copy(
    open_chat: OpenChat, tmp_path: Path
) -> None:
    async with open_chat() as chat:
        await chat.ask("a list")
        with locked():
            await chat.ask("a table")
            await chat.pilot.press("ctrl+q")
            await chat.until(lambda: "1 session is not saved" in chat.status)
            assert chat.app.return_value is None
            await chat.send(f"/save {tmp_path}/copy.db")
            await chat.until(lambda: (tmp_path / "copy.db").exists())
            await chat.pilot.pause()
            assert await stored_prompts(tmp_path / "copy.db") == ["a list", "a table"]
            await chat.pilot.press("ctrl+q")
            await chat.until(lambda: chat.app.return_value is not None)
            await chat.until(lambda: not chat.app.is_running)
            assert chat.screen.backend.keeper is None
    assert await stored_prompts() == ["a list"]


async def test_a_copy_of_nothing_is_told_as_that_and_not_made(
    open_chat: OpenChat, tmp_path: Path
) -> None:
    async with open_chat() as chat:
        await chat.ask("a list")
        await chat.send(f"/save {tmp_path}/copy.db")
        await chat.until(lambda: "nothing is unsaved" in chat.status)
    assert not (tmp_path / "copy.db").exists()


async def test_a_copy_in_the_home_of_nobody_is_told_and_the_chat_goes_on(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("a list")
        with locked():
            await chat.ask("a table")
            await chat.until(lambda: "not saved" in top_line(chat))
            await chat.send("/save ~nobody-of-that-name/tea.db")
            await chat.until(
                lambda: any(
                    "~nobody-of-that-name/tea.db" in note.message
                    for note in chat.app._notifications
                )
            )
        await chat.ask("code")


async def test_saving_by_hand_tells_how_it_went(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("a list")
        await chat.send("/save")
        await chat.until(lambda: "all is saved" in chat.status)
        with locked():
            await chat.ask("a table")
            await chat.until(lambda: "not saved" in top_line(chat))
            await chat.send("/save")
            await chat.until(lambda: chat.status.startswith("not saved"))
        await chat.send("/save")
        await chat.until(lambda: "all is saved" in chat.status)
    assert await stored_prompts() == ["a list", "a table"]
