"""What an empty session says."""

import pytest

from tests.tui.conftest import OpenChat


@pytest.mark.parametrize(("width", "column"), [(60, -1), (80, 36), (120, 36)])
async def test_the_first_keys_stand_in_two_columns_where_there_is_room(
    open_chat: OpenChat, width: int, column: int
) -> None:
    async with open_chat(size=(width, 24)) as chat:
        await chat.shows("attach a file")
        sends = next(row for row in chat.rows if row.startswith("Enter "))
        assert sends.find("Ctrl+T") == column
        for words in ("Shift+Tab  what runs unasked", "Ctrl+P     all commands; / too", "F1 "):
            assert words in chat.text


async def test_the_first_keys_are_the_users_own(open_chat: OpenChat) -> None:
    keys = {"session.open": "f5", "tools.panel": ""}
    async with open_chat(keys=keys) as chat:
        await chat.shows("F5         sessions, search")
        assert "tool calls" not in chat.text


async def test_it_follows_what_is_chosen_before_the_first_prompt(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.shows("Model      demo:fast")
        await chat.send("/model openai/other")
        await chat.shows("Model      openai/other")
        await chat.send("/rename stars")
        await chat.shows("Session    stars")
