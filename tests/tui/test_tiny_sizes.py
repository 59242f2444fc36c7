"""Terminals of any size, also while they change: nothing that is on the screen minds."""

import threading
from collections.abc import Sequence

import pytest

from tests.provider_server import Call, Finish, Pause, ProviderServer, Reply, Text
from tests.tui.conftest import Chat, OpenChat

SIZES = [(1, 1), (400, 3), (3, 2), (1, 40), (120, 1), (12, 6)]
SCREENS: dict[str, Sequence[str]] = {
    "the chat": [],
    "a draft": ["a", "ctrl+j", "b"],
    "completions": ["/"],
    "the tool panel": ["ctrl+t"],
    "sessions": ["ctrl+s"],
    "models": ["ctrl+l"],
    "keys": ["f1"],
    "the palette": ["ctrl+p"],
    "find": ["ctrl+f"],
    "prompts": ["ctrl+r"],
    "a marked message": ["alt+up"],
}


async def through_all_sizes(chat: Chat) -> None:
    for columns, rows in SIZES:
        await chat.pilot.resize_terminal(columns, rows)
        await chat.pilot.pause()
        assert chat.app.is_running
    await chat.pilot.resize_terminal(120, 40)


@pytest.mark.parametrize("keys", SCREENS.values(), ids=SCREENS)
async def test_what_is_on_the_screen_fits_into_any_size(
    open_chat: OpenChat, keys: Sequence[str]
) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        await chat.ask("table")
        await chat.pilot.press(*keys)
        await chat.pilot.pause(0.1)
        await through_all_sizes(chat)
        await chat.pilot.press("escape", "escape", "escape")
        await chat.ask("list")


@pytest.mark.parametrize("command", ["/cost", "/theme", "/agent", "/system", "/help"])
async def test_dialogs_fit_into_any_size(open_chat: OpenChat, command: str) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        await chat.send(command)
        await chat.pilot.pause(0.1)
        await through_all_sizes(chat)


async def test_an_answer_and_a_question_fit_into_any_size(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    go_on = threading.Event()
    table = "| a | b |\n|---|---|\n| 日本 | 2 |\n\n```python\nx = 1\n```\n\nword " * 9
    call = Call(0, "c1", "files-write", '{"path": "a", "content": "b"}')
    served.script(Reply([Text(table), Pause(go_on), call, Finish("tool_calls")]))
    async with open_chat("openai/x") as chat:
        await chat.send("go")
        await chat.shows("word")
        await through_all_sizes(chat)
        go_on.set()
        await chat.shows("files-write")
        await through_all_sizes(chat)
