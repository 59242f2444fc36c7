"""The command palette: every action with its key, and the sessions, models, agents and themes."""

import pytest
from textual.widgets import Input, OptionList, Static

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.commands import COMMANDS, key_label
from tyler_tui.config import Settings
from tyler_tui.tui.screens.command_palette import CommandPaletteScreen


def _listed(chat: Chat) -> list[str]:
    options = chat.app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]


async def _open(chat: Chat, *typed: str, lists: str = "") -> None:
    await chat.until(lambda: chat.screen.conversation is not None)
    await chat.pilot.press("ctrl+p")
    await chat.opened(CommandPaletteScreen)
    await chat.pilot.press(*typed)
    await chat.until(
        lambda: (
            chat.app.screen.query_one(Input).value == "".join(typed)
            and any(lists in row for row in _listed(chat))
        )
    )


async def test_every_action_stands_there_with_its_key(open_chat: OpenChat) -> None:
    async with open_chat(size=(200, 50), keys={"session.new": "f7", "app.keys": ""}) as chat:
        await _open(chat, lists="New session")
        rows = _listed(chat)
        for command in COMMANDS:
            if command.in_palette:
                row = next(row for row in rows if row.startswith(f"{command.name} "))
                assert all(f"/{word}" in row for word in command.slash[:1])
                if command.keys and command.id not in ("session.new", "app.keys"):
                    assert row.endswith(key_label(command.keys[0])), command.id
        assert next(row for row in rows if row.startswith("New session")).endswith("F7")
        assert not next(row for row in rows if "/help" in row).endswith("F1")
        assert next(row for row in rows if row.startswith("Quote ")).endswith("Alt+Up q")


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 50)])
async def test_a_row_is_one_line_that_fits(open_chat: OpenChat, size: tuple[int, int]) -> None:
    async with open_chat(size=size) as chat:
        await _open(chat, lists="tyler-light")
        options = chat.app.screen.query_one(OptionList)
        assert max(len(row) for row in _listed(chat)) <= options.size.width
        assert options.virtual_size.height == options.option_count
        assert any(row.rstrip().endswith("Ctrl+S") for row in _listed(chat))


async def test_the_help_of_what_is_chosen_stands_below_it(open_chat: OpenChat) -> None:
    async with open_chat(size=(80, 24)) as chat:
        await _open(chat, *"budget", lists="Budget")
        told = chat.app.screen.query_one(".palette--help", Static)
        await chat.until(lambda: "/budget 2.50, /budget off" in str(told.render()))


async def test_a_theme_is_put_on(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await _open(chat, *"nord", lists="nord")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.app.theme == "nord")


async def test_a_session_is_gone_to(open_chat: OpenChat) -> None:
    async with open_chat(session="about-stars") as chat:
        await chat.ask("hello")
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: "hello" not in chat.text)
        await _open(chat, *"stars", lists="about-stars")
        await chat.pilot.press("enter")
        await chat.shows("hello")


async def test_a_model_is_used(open_chat: OpenChat) -> None:
    settings = Settings(fallback=["demo:75"], model="demo:75")
    async with open_chat("demo:fast", settings=settings) as chat:
        await _open(chat, *"demo:75", lists="demo:75")
        await chat.pilot.press("enter")
        await chat.until(
            lambda: (
                chat.screen.conversation is not None
                and chat.screen.conversation.agent.model_name == "demo:75"
            )
        )


async def test_a_click_runs_what_stands_there_and_escape_runs_nothing(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        await _open(chat, *"copy reply", lists="Copy reply")
        await chat.pilot.press("escape")
        await chat.until(lambda: len(chat.app.screen_stack) == 1)
        assert not chat.app.clipboard
        await _open(chat, *"copy reply", lists="Copy reply")
        await chat.pilot.click(OptionList, offset=(3, 1))
        await chat.until(lambda: chat.app.clipboard)


async def test_words_of_the_help_find_a_command_too(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await _open(chat, *"terminal shell", lists="Suspend")
        assert any(row.startswith("Suspend ") for row in _listed(chat))
        await chat.pilot.press(*"zzzz")
        await chat.until(lambda: not _listed(chat))
        told = chat.app.screen.query_one(".palette--help", Static)
        await chat.until(lambda: "Nothing fits" in str(told.render()))
        await chat.pilot.press("enter")
        await chat.pilot.pause()
        assert isinstance(chat.app.screen, CommandPaletteScreen)
