"""What is typed where no text is taken begins a prompt."""

from tests.tui.conftest import OpenChat
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
