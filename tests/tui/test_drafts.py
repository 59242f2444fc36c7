"""What is being written outlives the program."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from textual import events

from tests.tui.conftest import Chat, OpenChat
from tyler_tui import paths
from tyler_tui.config import Settings
from tyler_tui.store import owner, patient
from tyler_tui.store.sqlite import connection as connecting
from tyler_tui.tui import writing
from tyler_tui.tui.draft import Draft
from tyler_tui.tui.draft_files import DraftFiles
from tyler_tui.web_settings import WebSettings

LINES = "\n".join(f"line {number}" for number in range(30))


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SAVE_SECONDS", 0.05)


def saved(home: Path) -> list[dict[str, object]]:
    return [json.loads(file.read_text("utf-8")) for file in sorted((home / "drafts").glob("*"))]


async def ready(chat: Chat) -> None:
    await chat.until(lambda: chat.screen.conversation is not None)


def left_by_one_that_crashed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is on disk belong to a program that is no more."""
    child = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                           capture_output=True, text=True, check=True)  # fmt: skip
    mark = owner.own_mark().split(":")
    for file in (home / "drafts").glob("*.json"):
        form = json.loads(file.read_text("utf-8"))
        form["owner"] = f"{mark[0]}:{child.stdout.strip()}:{mark[2]}"
        file.write_text(json.dumps(form), "utf-8")


async def test_a_draft_is_on_disk_while_it_is_written_and_goes_when_it_is_sent(
    open_chat: OpenChat, home: Path
) -> None:
    async with open_chat() as chat:
        await ready(chat)
        await chat.pilot.press(*"half a thought")
        await chat.until(lambda: [form["text"] for form in saved(home)] == ["half a thought"])
        (file,) = (home / "drafts").iterdir()
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        await chat.pilot.press("enter")
        await chat.until(lambda: saved(home) == [])


async def test_the_draft_of_a_session_is_there_at_its_next_start_pastes_and_cursor_too(
    open_chat: OpenChat,
) -> None:
    async with open_chat(session="trip") as chat:
        await chat.ask("table")
        await chat.pilot.press(*"see ")
        chat.screen.composer.post_message(events.Paste(LINES))
        await chat.until(lambda: "[Pasted" in chat.screen.composer.text)
        await chat.pilot.press(*"!", "home")
    async with open_chat(session="trip") as chat:
        await chat.until(lambda: chat.screen.composer.text)
        assert "what you were writing is back" in chat.status
        assert chat.screen.composer.full_text == f"see {LINES}!"
        assert chat.screen.composer.cursor_location == (0, 0)
        await chat.pilot.press("ctrl+c")
    async with open_chat(session="trip") as chat:
        await ready(chat)
        assert chat.screen.composer.text == ""


async def test_each_session_keeps_its_own(open_chat: OpenChat, home: Path) -> None:
    async with open_chat(session="one") as chat:
        await chat.ask("table")
        await chat.pilot.press(*"first")
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: chat.screen.composer.text == "")
        await chat.pilot.press(*"second")
        await chat.until(lambda: {form["text"] for form in saved(home)} == {"first", "second"})
    async with open_chat(session="one") as chat:
        await chat.until(lambda: chat.screen.composer.text == "first")


async def test_what_a_crash_left_in_a_new_session_goes_to_the_next_new_one_here(
    open_chat: OpenChat, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_chat() as chat:
        await ready(chat)
        await chat.pilot.press(*"a start")
        await chat.until(lambda: saved(home))
        async with open_chat() as beside:  # one that still runs is left its own
            await ready(beside)
            assert beside.screen.composer.text == ""
    left_by_one_that_crashed(home, monkeypatch)
    async with open_chat(session="named") as chat:
        await ready(chat)
        assert chat.screen.composer.text == ""
    assert DraftFiles(home / "drafts", tmp_path).adopt("elsewhere", "") is None
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.composer.text == "a start")
        await chat.until(lambda: len(saved(home)) == 1)
        await chat.pilot.press("enter")
        await chat.until(lambda: saved(home) == [])


async def test_what_was_typed_before_the_start_stands_before_the_draft(
    open_chat: OpenChat,
) -> None:
    async with open_chat(session="trip") as chat:
        await chat.ask("table")
        await chat.pilot.press(*"old")
    async with open_chat(session="trip", typed="early") as chat:
        await chat.until(lambda: chat.screen.composer.text == "early\nold")


async def test_a_prompt_that_is_edited_does_not_cost_the_draft(
    open_chat: OpenChat, home: Path
) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        await chat.pilot.press(*"my draft")
        await chat.pilot.press("alt+up", "alt+up", "e")
        await chat.until(lambda: chat.screen.composer.text == "table")
        await chat.pilot.press(*"s")
        await chat.until(lambda: [form["text"] for form in saved(home)] == ["tables\nmy draft"])
        await chat.pilot.press("escape")
        await chat.until(lambda: [form["text"] for form in saved(home)] == ["my draft"])


async def test_a_deleted_session_takes_its_draft_along(open_chat: OpenChat, home: Path) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        await chat.pilot.press(*"draft")
        await chat.until(lambda: saved(home))
        assert chat.screen.desk.shown
        await chat.screen.desk.delete(chat.screen.desk.shown.id)
        await chat.until(lambda: saved(home) == [])


async def _with_two_waiting(chat: Chat) -> None:
    await chat.send("long")
    await chat.until(lambda: chat.screen.conversation and chat.screen.conversation.is_busy)
    for prompt in ("one", "two"):
        await chat.send(prompt)
    await chat.until(lambda: chat.screen.queue_list.option_count == 2)


async def test_what_waits_is_on_disk_before_the_draft_until_it_is_sent(
    open_chat: OpenChat, home: Path
) -> None:
    async with open_chat("demo:20") as chat:
        await _with_two_waiting(chat)
        await chat.pilot.press(*"three")
        await chat.until(lambda: [form["text"] for form in saved(home)] == ["one\ntwo\nthree"])
        assert chat.screen.conversation
        chat.screen.sending.drop_queued(chat.screen.conversation.queue[0].id)
        assert [form["text"] for form in saved(home)] == ["two\nthree"]
        await chat.pilot.press("ctrl+c")
        await chat.idle()
        await chat.until(lambda: [form["text"] for form in saved(home)] == ["two\nthree"])
        await chat.pilot.press("enter")
        await chat.until(lambda: saved(home) == [])


async def test_what_was_waiting_goes_from_the_disk_when_its_turn_has_come(
    open_chat: OpenChat, home: Path
) -> None:
    async with open_chat("demo:200") as chat:
        await _with_two_waiting(chat)
        await chat.until(lambda: [form["text"] for form in saved(home)] == ["two"])
        await chat.shows("one")
        await chat.until(lambda: saved(home) == [])


async def test_what_waits_behind_the_screen_is_on_disk_too(open_chat: OpenChat, home: Path) -> None:
    async with open_chat("demo:20", session="one") as chat:
        await _with_two_waiting(chat)
        await chat.pilot.press(*"three")
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: chat.screen.composer.text == "")
        await chat.pilot.press(*"another")
        wanted = {"one\ntwo\nthree", "another"}
        await chat.until(lambda: {form["text"] for form in saved(home)} == wanted)


@pytest.mark.parametrize("is_shown", [True, False], ids=["on the screen", "behind it"])
async def test_leaving_makes_what_waits_the_draft(open_chat: OpenChat, is_shown: bool) -> None:
    async with open_chat("demo:20", session="one") as chat:
        await _with_two_waiting(chat)
        await chat.pilot.press(*"three")
        if not is_shown:
            await chat.pilot.press("ctrl+n")
            await chat.until(lambda: chat.screen.composer.text == "")
        await chat.screen.leaving.leave()
    async with open_chat(session="one") as chat:
        await chat.until(lambda: chat.screen.composer.text == "one\ntwo\nthree")
        assert not chat.screen.conversation or not chat.screen.conversation.queue


@pytest.mark.parametrize("is_shown", [True, False], ids=["on the screen", "behind it"])
async def test_a_prompt_whose_turn_has_come_but_cannot_begin_is_on_disk_and_becomes_the_draft(
    open_chat: OpenChat, home: Path, monkeypatch: pytest.MonkeyPatch, is_shown: bool
) -> None:
    monkeypatch.setattr(connecting, "BUSY_TIMEOUT_S", 60.0)
    monkeypatch.setattr(patient, "CLAIM_PATIENCE_S", 60.0)
    async with open_chat(session="one") as chat:
        await chat.ask("table")
        with closing(sqlite3.connect(paths.database_file(), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await chat.send("mine")
            conversation = chat.screen.conversation
            assert conversation
            await chat.until(lambda: conversation.is_busy and not conversation.queue)
            await chat.pilot.press(*"more")
            await chat.until(lambda: [form["text"] for form in saved(home)] == ["mine\nmore"])
            if not is_shown:
                await chat.pilot.press("ctrl+n")
                await chat.until(lambda: chat.screen.composer.text == "")
            await chat.screen.desk.close()
        await chat.screen.leaving.leave()
    async with open_chat(session="one") as chat:
        await chat.until(lambda: chat.screen.composer.text == "mine\nmore")
        assert "mine" not in chat.text


LOCAL = Settings(web=WebSettings(allow_hosts=["127.0.0.1"]))


@pytest.fixture
def slow_page() -> Iterator[str]:
    """The address of a page that never comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/page"


@pytest.mark.parametrize("is_shown", [True, False], ids=["on the screen", "behind it"])
async def test_a_prompt_whose_page_is_still_read_is_on_disk_and_becomes_the_draft(
    open_chat: OpenChat, home: Path, slow_page: str, is_shown: bool
) -> None:
    prompt = f"tell of @{slow_page} now"
    async with open_chat(session="one", settings=LOCAL) as chat:
        await chat.ask("table")
        await chat.send(prompt)
        await chat.until(lambda: "reading http" in chat.status)
        await chat.until(lambda: [form["text"] for form in saved(home)] == [prompt])
        if not is_shown:
            await chat.pilot.press("ctrl+n")
            await chat.until(lambda: chat.screen.conversation and chat.screen.conversation.is_new)
        await chat.pilot.press(*"more")
        await chat.screen.leaving.leave()
    async with open_chat(session="one") as chat:
        wanted = f"{prompt}\nmore" if is_shown else prompt
        await chat.until(lambda: chat.screen.composer.text == wanted)


async def test_what_a_crash_left_on_its_way_in_a_new_session_goes_to_the_next_new_one(
    open_chat: OpenChat, home: Path, slow_page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prompt = f"tell of @{slow_page} now"
    async with open_chat(settings=LOCAL) as chat:
        await chat.send(prompt)
        await chat.until(lambda: "reading http" in chat.status)
        await chat.until(lambda: [form["text"] for form in saved(home)] == [prompt])
        left_by_one_that_crashed(home, monkeypatch)
        async with open_chat() as beside:
            await beside.until(lambda: beside.screen.composer.text == prompt)


def test_damaged_files_cost_nothing(tmp_path: Path) -> None:
    files = DraftFiles(tmp_path, tmp_path)
    files.write("one", Draft("text"), None)
    (file,) = tmp_path.iterdir()
    for damage in (
        b"",
        b"[]",
        b"\xff",
        b'{"session": "one"}',
        b'{"session": "one", "text": 1, "pastes": 3}',
    ):
        file.write_bytes(damage)
        assert files.read("one") is None
        assert files.adopt("two", "") is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    DraftFiles(tmp_path / "drafts", tmp_path).write("one", Draft("text"), None)


def test_ids_that_are_no_file_names_are_kept_apart(tmp_path: Path) -> None:
    files = DraftFiles(tmp_path, tmp_path)
    for id in ("../../etc/passwd", "a/b", "\ud800", "x" * 500):
        files.write(id, Draft(f"of {id[:20]}"), None)
    assert len(list(tmp_path.iterdir())) == 4
    assert files.read("a/b") == Draft("of a/b")


def test_a_file_under_the_name_of_another_session_is_no_draft_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "drafts"
    files = DraftFiles(folder, tmp_path)
    files.write("one", Draft("of one"), None)
    [file] = folder.iterdir()
    files.write("other", Draft("of other"), None)
    [other] = [each for each in folder.iterdir() if each != file]
    other.write_bytes(file.read_bytes())
    assert (draft := files.read("one")) is not None
    assert draft.text == "of one"
    assert files.read("other") is None
