"""What is typed where no text is taken begins a prompt."""

from textual import events

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.tui.screens.keys import KeysScreen


def _at_once(chat: Chat, text: str) -> None:
    """The keys of `text` before the app has done anything about the first of them, as over a slow
    line."""
    for character in text:
        key = {" ": "space", "\n": "enter"}.get(character, character)
        chat.app.post_message(events.Key(key, character))


async def test_a_word_typed_in_one_go_in_the_tool_panel_is_a_prompt_and_no_commands(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("read the files")
        await chat.pilot.press("ctrl+t")
        rows = chat.screen.view.panel.rows
        await chat.until(lambda: rows.has_focus)
        calls, opened = len(rows.runs), [row.is_open for row in rows.shown]
        _at_once(chat, "table or code, then copy\n")
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
        _at_once(chat, "what?")
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
        _at_once(chat, "why your query? ")
        await chat.until(lambda: chat.screen.composer.text == "why your query? ")
        assert chat.screen.cursor.marked is None
        assert not chat.app.clipboard


async def test_a_question_mark_anywhere_shows_the_keys(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        await chat.pilot.press("alt+up", "?")
        await chat.until(lambda: isinstance(chat.app.screen, KeysScreen))
