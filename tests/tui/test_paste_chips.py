"""A long paste in the composer: a chip that is one thing, and can be opened."""

from textual import events

from tests.tui.conftest import Chat, OpenChat

LINES = "\n".join(f"line {number}" for number in range(30))
CHIP = "[Pasted #1 · 30 lines]"


async def pasted(chat: Chat, before: str = "see ", text: str = LINES) -> None:
    composer = chat.screen.composer
    await chat.until(lambda: chat.screen.conversation is not None)
    await chat.pilot.press(*before)
    count = len(composer.chips.pastes)
    composer.post_message(events.Paste(text))
    await chat.until(lambda: len(composer.chips.pastes) > count)


async def test_a_chip_is_deleted_and_stepped_over_as_a_whole(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await pasted(chat)
        composer = chat.screen.composer
        await chat.pilot.press("x", "left", "left", "y")
        assert composer.text == f"see y{CHIP}x"
        await chat.pilot.press("right", "z")
        assert composer.text == f"see y{CHIP}zx"
        await chat.pilot.press("backspace", "backspace")
        assert composer.text == "see yx"
        await chat.pilot.press("ctrl+z")
        assert LINES in composer.full_text
        await chat.pilot.press("home", *["right"] * 5, "delete")
        assert composer.text == "see yzx"


async def test_chips_side_by_side_are_kept_apart(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await pasted(chat, "", LINES)
        await pasted(chat, "", LINES + " again")
        composer = chat.screen.composer
        await chat.pilot.press("left", "delete")
        assert composer.text == CHIP
        await chat.pilot.press("ctrl+w")
        assert composer.text == ""


async def test_a_click_or_a_key_opens_a_chip_and_undo_closes_it(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await pasted(chat)
        composer = chat.screen.composer
        await chat.pilot.click(composer, offset=(10, 0))
        assert composer.text == f"see {LINES}"
        await chat.pilot.press("ctrl+z")
        assert composer.text == f"see {CHIP}"
        await chat.pilot.press("ctrl+o")
        assert composer.text == f"see {LINES}"
        await chat.pilot.press("enter")
        await chat.shows("line 29")


async def test_a_chip_that_was_not_pasted_is_text_like_any_other(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        chat.screen.composer.set_draft("[Pasted #7 · 99 lines]")
        await chat.pilot.press("backspace")
        assert chat.screen.composer.text == "[Pasted #7 · 99 lines"


async def test_a_prompt_of_a_megabyte_comes_back_from_the_history_as_a_chip(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        huge = "0123456789abcdef" * 65_536
        await pasted(chat, "", huge)
        await chat.pilot.press("ctrl+c", "up")
        assert len(chat.screen.composer.text) < 100
        assert chat.screen.composer.full_text == huge


async def test_a_paste_that_is_too_long_to_be_written_in_stays_a_chip(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        for number, huge in enumerate(["word " * 20_000, "x\n" * 5_000], 1):
            await pasted(chat, "", huge)
            composer = chat.screen.composer
            before = composer.text
            await chat.pilot.press("ctrl+o")
            assert (composer.text, len(composer.chips.pastes)) == (before, number)
            assert "Ctrl+G" in [*chat.app._notifications][-1].message
        await chat.pilot.press("end", "enter")
        await chat.shows("word word")


async def test_an_edit_given_up_brings_the_draft_back_with_its_pastes(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("table")
        await pasted(chat)
        await chat.pilot.press("alt+up", "alt+up", "e")
        await chat.until(lambda: chat.screen.composer.text == "table")
        await chat.pilot.press("escape")
        assert chat.screen.composer.full_text == f"see {LINES}"
