from pathlib import Path

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.prompt_history import PromptHistory
from tyler_tui.tui.screens.prompt_search import PromptSearchScreen

PROMPTS = ["the oldest", "Explain the Table", "a\nlong\none about tables", "newest [/b]\x1b[2J"]


def with_prompts(home: Path) -> None:
    history = PromptHistory(home / "prompts.jsonl")
    for prompt in PROMPTS:
        history.add(prompt)


def found(chat: Chat) -> list[str]:
    screen = chat.app.screen
    assert isinstance(screen, PromptSearchScreen)
    options = screen.query_one("OptionList")
    return [str(option.prompt) for option in options.options]  # type: ignore[attr-defined]


async def searching(chat: Chat) -> None:
    await chat.until(lambda: chat.screen.conversation is not None)
    await chat.pilot.press("ctrl+r")
    await chat.opened(PromptSearchScreen)


async def closed(chat: Chat) -> None:
    await chat.until(lambda: chat.app.screen is chat.screen)


async def test_prompts_of_all_sessions_are_found_while_one_types_the_newest_first(
    open_chat: OpenChat, home: Path
) -> None:
    with_prompts(home)
    async with open_chat() as chat:
        await searching(chat)
        assert found(chat) == [
            "newest [/b]␛[2J", "a long one about tables  3 lines", "Explain the Table", "the oldest"
        ]  # fmt: skip
        await chat.pilot.press(*"TABLE")
        await chat.until(lambda: len(found(chat)) == 2)
        await chat.pilot.press(*" ex")
        await chat.until(lambda: found(chat) == ["Explain the Table"])
        await chat.pilot.press("enter")
        await closed(chat)
        assert chat.screen.composer.text == "Explain the Table"
        assert chat.app.focused is chat.screen.composer


async def test_the_same_key_goes_to_older_ones_and_escape_gives_the_draft_back(
    open_chat: OpenChat, home: Path
) -> None:
    with_prompts(home)
    async with open_chat() as chat:
        await searching(chat)
        await chat.pilot.press("ctrl+r", "tab")
        await closed(chat)
        assert chat.screen.composer.text == PROMPTS[2]
        await searching(chat)
        await chat.pilot.press(*"old", "escape")
        await closed(chat)
        assert chat.screen.composer.text == PROMPTS[2]


async def test_the_draft_that_a_prompt_takes_the_place_of_is_not_lost(
    open_chat: OpenChat, home: Path
) -> None:
    with_prompts(home)
    async with open_chat() as chat:
        await chat.pilot.press(*"half a thought")
        await searching(chat)
        await chat.pilot.press(*"oldest", "enter")
        await closed(chat)
        assert chat.screen.composer.text == "the oldest"
        await chat.pilot.press("up")
        assert chat.screen.composer.text == "half a thought"


async def test_what_is_found_far_behind_is_seen(open_chat: OpenChat, home: Path) -> None:
    PromptHistory(home / "prompts.jsonl").add("x " * 500 + "needle " + "y " * 500)
    async with open_chat(size=(60, 20)) as chat:
        await searching(chat)
        await chat.pilot.press(*"needle")
        await chat.until(lambda: len(found(chat)) == 1)
        assert "needle" in found(chat)[0]
        await chat.pilot.press(*"s")
        await chat.until(lambda: found(chat) == [])
        await chat.pilot.press("enter")
        assert isinstance(chat.app.screen, PromptSearchScreen)


async def test_a_click_takes_a_prompt(open_chat: OpenChat, home: Path) -> None:
    with_prompts(home)
    async with open_chat() as chat:
        await searching(chat)
        await chat.pilot.click("OptionList", offset=(3, 3))
        await closed(chat)
        assert chat.screen.composer.text == "the oldest"


async def test_a_question_mark_in_an_empty_composer_shows_the_keys(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await chat.pilot.press("?")
        await chat.opened()
        await chat.pilot.press("escape")
        await closed(chat)
        await chat.pilot.press(*"why?")
        assert chat.screen.composer.text == "why?"


async def test_where_no_editor_can_have_the_terminal_it_is_said(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await chat.pilot.press(*"draft", "ctrl+g")
        await chat.until(
            lambda: any("a terminal of its own" in n.message for n in chat.app._notifications)
        )
        assert chat.screen.composer.text == "draft"
