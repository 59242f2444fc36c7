import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.tui.conftest import Chat, OpenChat
from tyler_tui import Message, Thread, ThreadNotFoundError, ThreadStore, paths
from tyler_tui.store.owner import mark_of
from tyler_tui.tui.screens.sessions import SessionsScreen
from tyler_tui.tui.widgets.header import Header

LONG = 5_000


def _long_thread() -> Thread:
    thread = Thread(name="long", title="A long one")
    for number in range(LONG // 2):
        thread.add_message(Message("user", f"question {number}"))
        thread.add_message(Message("assistant", f"answer **{number}**"))
    thread.attributes["model"] = "demo:fast"
    return thread


async def test_a_named_session_resumes_by_name_id_and_as_the_latest(open_chat: OpenChat) -> None:
    async with open_chat(session="mine") as chat:
        await chat.ask("table")
        assert chat.screen.conversation
        id = chat.screen.conversation.thread.id
    for options in ({"resume": "mine"}, {"resume": id[:8]}, {"continue_latest": True}):
        async with open_chat(None, **options) as chat:
            await chat.shows("table")
            assert chat.screen.conversation
            assert chat.screen.conversation.thread.id == id


async def test_a_session_that_cannot_be_opened_ends_the_program_with_its_error(
    open_chat: OpenChat,
) -> None:
    async with open_chat(resume="nobody") as chat:
        await chat.until(lambda: chat.app.return_value is not None)
        assert isinstance(chat.app.return_value, ThreadNotFoundError)


async def test_the_picker_comes_first_when_it_was_asked_for_and_needs_no_model(
    open_chat: OpenChat,
) -> None:
    async with open_chat(session="alpha") as chat:
        await chat.ask("table")
    async with open_chat(None, pick_session=True) as chat:
        await chat.opened(SessionsScreen)
        await chat.pilot.press("enter")
        await chat.shows("table")


async def test_a_session_is_found_by_its_title_when_no_other_has_it(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table of planets")
    async with open_chat(None, resume="table of planets") as chat:
        await chat.shows("table of planets")


async def test_what_another_program_added_is_shown_and_known_to_the_model(
    open_chat: OpenChat,
) -> None:
    async with open_chat(session="shared") as first:
        await first.ask("table")
        async with open_chat(session="shared") as second:
            await second.shows("table")
            await second.ask("code")
        await first.ask("unicode")
        assert "One question, five languages" in first.text
        assert first.screen.conversation
        prompts = [m.content for m in first.screen.conversation.thread.messages if m.role == "user"]
        assert prompts == ["table", "code", "unicode"]


async def test_a_session_in_which_another_program_is_answering_takes_no_prompt(
    open_chat: OpenChat, home: Path
) -> None:
    async with open_chat(session="shared") as chat:
        await chat.ask("table")
        with closing(sqlite3.connect(paths.database_file())) as database, database:
            database.execute("UPDATE threads SET owner = ?", (mark_of(os.getppid()),))
        await chat.send("code")
        await chat.shows("This session is already answering")
        await chat.shows("Another tyler-chat is answering")
        assert chat.screen.composer.text == "code"


async def test_the_picker_filters_and_opens(open_chat: OpenChat) -> None:
    for name, prompt in (("alpha", "table"), ("beta", "code")):
        async with open_chat(session=name) as chat:
            await chat.ask(prompt)
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await chat.pilot.press("ctrl+s")
        await chat.opened(SessionsScreen)
        await chat.pilot.press(*"alp")
        await chat.pilot.pause()
        await chat.pilot.press("enter")
        await chat.shows("table")
        assert chat.screen.conversation
        assert chat.screen.conversation.thread.name == "alpha"


async def test_a_name_can_be_given_before_and_after_the_first_message(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.send("/rename early bird")
        await chat.until(lambda: "early bird" in str(chat.screen.query_one("Header").render()))
        await chat.ask("table")
        await chat.send("/rename late bird")
        await chat.until(lambda: "late bird" in str(chat.screen.query_one("Header").render()))
    async with open_chat(resume="late bird") as chat:
        await chat.shows("table")
        await chat.send("/new")
        await chat.until(lambda: "table" not in chat.text)
        await chat.send("/rename LATE BIRD")
        await chat.until(lambda: len(chat.app._notifications) == 1)
        assert "late bird" not in str(chat.screen.query_one("Header").render())


async def test_a_long_session_opens_on_its_end_and_reads_upward_on_demand(
    open_chat: OpenChat,
) -> None:
    async with await ThreadStore.create(paths.database_file()) as store:
        await store.save_thread(_long_thread())
    async with open_chat(resume="long", size=(80, 24)) as chat:
        await chat.shows(f"answer {LONG // 2 - 1}")
        transcript = chat.screen.view.transcript
        assert len(transcript.viewport.items) < 400
        before = transcript.render_line(0).text
        oldest = transcript.viewport.items[0]
        for _ in range(40):
            await chat.pilot.press("pageup")
            if transcript.viewport.items[0] is not oldest:
                break
        await chat.until(lambda: transcript.viewport.items[0] is not oldest)
        assert transcript.render_line(0).text != before
        assert len(transcript.viewport.items) < 1_000
        await chat.ask("table")
        assert chat.screen.conversation
        assert len(chat.screen.conversation.thread.messages) >= LONG + 2


async def test_two_programs_write_into_one_store(open_chat: OpenChat, workspace: Path) -> None:
    async with open_chat(session="one") as first, open_chat(session="two") as second:
        await asyncio.gather(first.ask("table"), second.ask("code"))
    async with await ThreadStore.create(paths.database_file()) as store:
        assert {summary.name for summary in await store.list_threads()} == {"one", "two"}


async def test_what_is_stored_cannot_drive_the_screen(open_chat: OpenChat) -> None:
    hostile = "x \x1b]52;c;x\x07 [@click=app.quit]y[/] [/foo] \u202e"
    thread = Thread(title=hostile)
    thread.add_message(Message("user", hostile))
    thread.add_message(Message("assistant", hostile))
    async with await ThreadStore.create(paths.database_file()) as store:
        await store.save_thread(thread)
    async with open_chat(continue_latest=True) as chat:
        await chat.shows("[/foo]")
        await chat.pilot.press("ctrl+s")
        await chat.opened(SessionsScreen)
        await chat.pilot.pause()
        assert "\x1b" not in chat.text
        assert "\x1b]52" not in chat.app.export_screenshot()


async def test_a_session_is_exported_into_the_workspace(
    open_chat: OpenChat, workspace: Path
) -> None:
    async with open_chat(session="tea") as chat:
        await chat.send("/export")
        await chat.until(lambda: "nothing was said yet" in chat.status)
        await chat.ask("list")
        await chat.send("/export")
        await chat.until((workspace / "tea.md").is_file)
        assert "From an idea to a release" in (workspace / "tea.md").read_text("utf-8")
        await chat.send("/export tea.html --redact")
        await chat.until((workspace / "tea.html").is_file)
        await chat.send("/export README.md")
        await chat.until(lambda: any("is there already" in said for said in _notes(chat)))
        assert (workspace / "README.md").read_text("utf-8").startswith("# A project")


@pytest.mark.parametrize(
    ("said", "told"),
    [("/export ~nobody-of-that-name/tea.md", "cannot be written"),
     ("/model replay:~nobody-of-that-name/tea", "cannot be read")],
)  # fmt: skip
async def test_a_file_in_the_home_of_nobody_is_told_and_the_chat_goes_on(
    open_chat: OpenChat, said: str, told: str
) -> None:
    async with open_chat() as chat:
        await chat.ask("list")
        await chat.send(said)
        await chat.until(lambda: told in "\n".join([chat.text, *_notes(chat)]))
        await chat.ask("list")


def _notes(chat: Chat) -> list[str]:
    return [note.message for note in chat.app._notifications]


async def test_a_name_is_asked_for_in_the_composer_and_the_draft_is_in_the_history(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation)
        chat.press_at_once("a long draft", "ctrl+p", "rename\n")
        await chat.until(lambda: chat.screen.composer.text == "/rename ")
        chat.press_at_once("early bird\n")
        await chat.until(lambda: "early bird" in str(chat.screen.query_one(Header).render()))
        await chat.pilot.press("up", "up")
        await chat.until(lambda: chat.screen.composer.text == "a long draft")
