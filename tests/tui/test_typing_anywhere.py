"""What is typed where no text is taken begins a prompt."""

import asyncio

import pytest

from tests.tui.conftest import OpenChat
from tyler_tui.tui import type_ahead
from tyler_tui.tui.screens.keys import KeysScreen


async def test_a_word_typed_in_one_go_in_the_tool_panel_is_a_prompt_and_no_commands(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("read the files")
        await chat.pilot.press("ctrl+t")
        rows = chat.screen.view.panel.rows
        await chat.until(lambda: rows.has_focus)
        calls, opened = len(rows.runs), [row.is_open for row in rows.shown]
        chat.press_at_once("table or code, then copy\n")
        await chat.until(lambda: "table or code, then copy" in chat.text)
        await chat.idle()
        assert (len(rows.runs), [row.is_open for row in rows.shown]) == (calls, opened)
        assert not chat.app.clipboard
        assert chat.screen.composer.text == ""


async def test_the_first_letter_may_still_be_a_command_of_the_panel(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("read the files")
        await chat.pilot.press("ctrl+t")
        await chat.until(lambda: chat.screen.view.panel.rows.has_focus)
        await chat.pilot.press("c")
        await chat.until(lambda: chat.app.clipboard)
        chat.press_at_once("what?")
        await chat.until(lambda: chat.screen.composer.text == "what?")
        await chat.until(lambda: chat.screen.composer.has_focus)
        await chat.pilot.press("ctrl+c", "ctrl+t")
        await chat.until(lambda: chat.screen.view.panel.rows.has_focus)
        await chat.pilot.press("enter")
        await chat.until(lambda: any(row.is_open for row in chat.screen.view.panel.rows.shown))


async def test_a_word_typed_in_one_go_beside_a_marked_message_is_a_prompt(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        await chat.pilot.press("alt+up")
        await chat.until(lambda: chat.screen.cursor.marked is not None)
        chat.press_at_once("why your query? ")
        await chat.until(lambda: chat.screen.composer.text == "why your query? ")
        assert chat.screen.cursor.marked is None
        assert not chat.app.clipboard


async def test_a_question_mark_anywhere_shows_the_keys(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        await chat.pilot.press("alt+up", "?")
        await chat.until(lambda: isinstance(chat.app.screen, KeysScreen))


async def test_a_dialog_gets_the_keys_that_came_with_the_one_that_opens_it(
    open_chat: OpenChat,
) -> None:
    async with open_chat(session="alpha") as chat:
        await chat.ask("table")
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: chat.screen.desk.unsaid == [] and "Planet" not in chat.text)
        await chat.ask("code")
        chat.press_at_once("for this one", "ctrl+s", "alpha\n", "list\n", "and more")
        await chat.shows("From an idea to a release")
        await chat.idle()
        assert "Planet" in chat.text
        assert chat.screen.composer.text == "and more"
        await chat.pilot.press("ctrl+c")
        chat.press_at_once("ctrl+s", "escape", "unicode\n")
        await chat.shows("Wide, joined and marked")
        chat.press_at_once("ctrl+p", "theme\n", "dracula\n", "behind it")
        await chat.until(lambda: chat.screen.composer.text == "behind it")
        await chat.until(lambda: chat.app.theme == "dracula")


async def test_a_command_that_takes_long_holds_no_key_for_long(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def long() -> None:
        await asyncio.Event().wait()

    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation)
        chat.app.type_ahead.follow(chat.screen.work_on(long, group="long"))
        chat.press_at_once("some words")
        await chat.until(lambda: chat.screen.composer.text == "some words")
        monkeypatch.setattr(type_ahead, "PATIENCE_SECONDS", 1000)
        chat.press_at_once(", and more")
        await chat.until(lambda: chat.screen.composer.text == "some words, and more")
