from pathlib import Path

import pytest
from textual import events

from tests.tui.conftest import OpenChat


async def test_enter_sends_and_other_keys_start_a_line(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await chat.pilot.press(*"a", "ctrl+j", *"b", "shift+enter", *"c", "alt+enter", *"d\\")
        await chat.pilot.press("enter", *"e")
        assert chat.screen.composer.text == "a\nb\nc\nd\ne"
        await chat.pilot.press("enter")
        await chat.shows("a\nb\nc\nd\ne")
        assert chat.screen.composer.text == ""


async def test_the_box_grows_with_its_text_and_not_beyond_a_third(open_chat: OpenChat) -> None:
    async with open_chat(size=(80, 40)) as chat:
        composer = chat.screen.composer
        composer.set_draft("one\ntwo\nthree")
        await chat.until(lambda: composer.size.height == 3)
        composer.set_draft("\n".join("many" for _ in range(50)))
        await chat.until(lambda: composer.size.height == 10)


async def test_up_and_down_walk_the_history_from_the_first_and_last_line(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        await chat.ask("code")
        composer = chat.screen.composer
        await chat.pilot.press(*"draft", "up")
        assert composer.text == "code"
        await chat.pilot.press("up")
        assert composer.text == "table"
        await chat.pilot.press("down", "down")
        assert composer.text == "draft"
        composer.set_draft("two\nlines")
        await chat.pilot.press("up")
        assert composer.text == "two\nlines"
        await chat.pilot.press("up")
        assert composer.text == "code"


async def test_the_history_is_there_in_the_next_session(open_chat: OpenChat, home: Path) -> None:
    async with open_chat() as chat:
        await chat.ask("table\nwith two lines")
    assert (home / "prompts.jsonl").stat().st_mode & 0o777 == 0o600
    async with open_chat() as chat:
        await chat.pilot.press("up")
        assert chat.screen.composer.text == "table\nwith two lines"


async def test_a_long_paste_is_a_chip_until_it_is_sent(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        pasted = "\n".join(f"line {number}" for number in range(30))
        await chat.pilot.press(*"see ")
        chat.screen.composer.post_message(events.Paste(pasted))
        await chat.until(lambda: "[Pasted #1 · 30 lines]" in chat.screen.composer.text)
        await chat.pilot.press(*" please", "enter")
        await chat.shows("line 29 please")
        assert chat.screen.conversation
        sent = chat.screen.conversation.thread.messages[0].content
        assert sent == f"see {pasted} please"


async def test_a_paste_of_a_megabyte_is_taken_whole(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        pasted = "0123456789abcdef" * 65_536
        chat.screen.composer.post_message(events.Paste(pasted))
        await chat.until(lambda: "[Pasted #1" in chat.screen.composer.text)
        assert chat.screen.composer.full_text == pasted


async def test_a_short_paste_is_text_without_control_characters(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        chat.screen.composer.post_message(events.Paste("a\x1b[31m\r\nb"))
        await chat.until(lambda: chat.screen.composer.text)
        assert chat.screen.composer.text == "a␛[31m\nb"


async def test_ctrl_d_deletes_or_leaves(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.pilot.press(*"ab", "home", "ctrl+d")
        assert chat.screen.composer.text == "b"
        await chat.pilot.press("ctrl+d", "ctrl+d")
        assert "Ctrl+D again to leave" in chat.status


async def test_undo_and_redo(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.pilot.press(*"word", "ctrl+z")
        assert chat.screen.composer.text == ""
        await chat.pilot.press("ctrl+shift+z")
        assert chat.screen.composer.text == "word"


async def test_keys_take_effect_in_the_order_in_which_they_come(open_chat: OpenChat) -> None:
    async with open_chat(keys={"composer.undo": "ctrl+_"}) as chat:
        composer = chat.screen.composer
        for key in (*"abc", "left", "backspace", *"xy", "home", "delete", "ctrl+_", *"z"):
            composer.post_message(events.Key(key, key if len(key) == 1 else None))
        await chat.until(lambda: composer.text == "zaxyc")


async def test_a_paste_that_needed_a_scrollbar_is_taken_back(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        composer = chat.screen.composer
        composer.post_message(events.Paste("\n".join("many" for _ in range(15))))
        await chat.until(lambda: composer.document.line_count == 15)
        await chat.until(lambda: composer.show_vertical_scrollbar)
        await chat.pilot.press("ctrl+z", "x")
        assert composer.text == "x"


@pytest.mark.parametrize("still", [True, False])
async def test_the_cursor_blinks_while_one_writes_unless_motion_is_not_wanted(
    open_chat: OpenChat, still: bool
) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        chat.screen.composer.still = still
        await chat.pilot.press("x")
        assert chat.screen.composer.cursor_blink is not still
