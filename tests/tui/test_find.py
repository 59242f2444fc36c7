import asyncio

import pytest
from textual.widgets import Input, TextArea

from tests.tui.conftest import Chat, OpenChat
from tests.tui.test_long_sessions import long_thread as long_thread
from tests.tui.test_long_sessions import on_view, opened
from tyler_tui.messages import Thread
from tyler_tui.tui import type_ahead
from tyler_tui.tui.screens.chat import ChatScreen


def said(chat: Chat) -> str:
    return str(chat.screen.query_one("#find-count").render())


def found_cells(chat: Chat) -> int:
    """How many cells on view are highlighted as found."""
    transcript = chat.screen.view.transcript
    style = transcript.get_component_rich_style("line-view--found")
    strips = transcript.render_lines(transcript.size.region)
    return sum(
        segment.cell_length
        for strip in strips
        for segment in strip
        if segment.style and segment.style.bgcolor == style.bgcolor
    )


async def test_text_is_found_from_the_end_upwards_and_highlighted(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("code")
        await chat.ask("table")
        await chat.ask("list")
        await chat.pilot.press("ctrl+f", *"typescript")
        await chat.until(lambda: "1 of 1 message " in said(chat))
        assert "TypeScript" in on_view(chat)
        assert found_cells(chat) == len("typescript")
        await chat.pilot.press("escape")
        assert isinstance(chat.app.focused, TextArea)
        assert found_cells(chat) == 0


async def test_nothing_found_is_said_and_the_next_text_is_looked_for(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("code")
        await chat.pilot.press("ctrl+f", *"[/b]")
        await chat.until(lambda: "nothing found" in said(chat))
        chat.screen.query_one(Input).value = "shell"
        await chat.until(lambda: "1 of 1 message " in said(chat))


async def test_hits_are_walked_through_a_session_that_is_not_all_there(
    open_chat: OpenChat, long_thread: Thread
) -> None:
    async with opened(open_chat) as chat:
        await chat.pilot.press("ctrl+f", *"question 1")
        await chat.until(lambda: "of 111 messages" in said(chat))
        assert "question 199." in on_view(chat)
        await chat.pilot.press("up")
        await chat.until(lambda: "question 198." in on_view(chat))
        await chat.pilot.press("down", "down")
        await chat.until(lambda: "1 of 111 messages" in said(chat))
        assert "question 1." in on_view(chat)
        await chat.pilot.press("escape")
        await chat.ask("table")
        assert "question 1." not in on_view(chat)


async def test_several_hits_in_one_message_are_walked_one_by_one(open_chat: OpenChat) -> None:
    async with open_chat(size=(80, 24)) as chat:
        await chat.ask("long")
        await chat.send("/find terminal")
        await chat.until(lambda: "1 of 1 message " in said(chat))
        tops = set()
        for _ in range(6):
            tops.add(chat.screen.view.transcript.viewport.position()[0])
            await chat.pilot.press("enter")
            await chat.pilot.pause()
        assert len(tops) > 3
        assert found_cells(chat) > 0


async def test_what_is_pressed_right_behind_the_first_paint_waits_for_what_it_is_meant_for(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on, furnish = asyncio.Event(), ChatScreen.furnish

    async def late(screen: ChatScreen) -> None:
        await goes_on.wait()
        await furnish(screen)

    monkeypatch.setattr(ChatScreen, "furnish", late)
    monkeypatch.setattr(type_ahead, "PATIENCE_SECONDS", 60.0)
    async with open_chat("demo:fast") as chat:
        await chat.pilot.press("ctrl+t", "ctrl+f", *"word")
        assert not chat.screen.query("#find")
        goes_on.set()
        await chat.until(lambda: chat.screen.furnished.is_set())
        await chat.until(lambda: chat.screen.query_one("#find Input", Input).value == "word")
        assert chat.screen.view.panel.display
        assert chat.screen.composer.text == ""
