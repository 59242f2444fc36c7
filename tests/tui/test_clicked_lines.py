"""A click on the top line or the bottom line does what stands there."""

from typing import Any

import pytest
from textual.widget import Widget

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.agent.approval import ApprovalMode
from tyler_tui.tui.screens.command_palette import CommandPaletteScreen
from tyler_tui.tui.screens.costs import CostsScreen
from tyler_tui.tui.screens.keys import KeysScreen
from tyler_tui.tui.screens.models import ModelsScreen
from tyler_tui.tui.screens.sessions import SessionsScreen
from tyler_tui.tui.widgets.header import Header


async def _click(chat: Chat, widget: Widget, words: str) -> None:
    line = str(widget.render())
    await chat.pilot.click(widget, offset=(1 + line.index(words) + 1, 0))


async def _opens_and_closes(chat: Chat, screen: type[Any]) -> None:
    await chat.until(lambda: isinstance(chat.app.screen, screen))
    await chat.pilot.press("escape")
    await chat.until(lambda: len(chat.app.screen_stack) == 1)


@pytest.mark.parametrize("size", [(60, 20), (120, 40)])
async def test_the_top_line(open_chat: OpenChat, size: tuple[int, int]) -> None:
    async with open_chat(size=size, session="stars") as chat:
        await chat.ask("hello")
        header = chat.screen.query_one(Header)
        for words, screen in (
            ("demo:fast", ModelsScreen), ("ctx", CostsScreen), ("stars", SessionsScreen),
        ):  # fmt: skip
            await _click(chat, header, words)
            await _opens_and_closes(chat, screen)


async def test_the_bottom_line(open_chat: OpenChat) -> None:
    async with open_chat(size=(80, 24)) as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        for words, screen in (("Ctrl+P", CommandPaletteScreen), ("F1", KeysScreen)):
            await _click(chat, chat.screen.status, words)
            await _opens_and_closes(chat, screen)
        await _click(chat, chat.screen.status, "Enter send")  # nothing is there to send
        assert len(chat.app.screen_stack) == 1
        await _click(chat, chat.screen.status, "asks first")
        conversation = chat.screen.conversation
        assert conversation is not None
        await chat.until(lambda: conversation.policy.mode is ApprovalMode.EDITS)
