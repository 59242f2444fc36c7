"""Everything that is drawn can be read: the screens as they are, cell by cell."""

import unicodedata
from collections.abc import Awaitable, Callable

import pytest
from textual.color import Color
from textual.screen import Screen

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.errors import ProviderError
from tyler_tui.tui.contrast import READABLE, contrast


def hard_to_read(screen: Screen[object]) -> set[tuple[str, float]]:
    """The texts on a screen that have less than the contrast of WCAG's level AA, and theirs.
    Frames, bars and marks of disclosure are no text; and what lies behind a dialog is dimmed."""
    found = set()
    background = screen.background_colors[1]
    area = screen.children[0].region if screen.is_modal else screen.region
    for strip in screen._compositor.render_strips(screen.size)[area.y : area.bottom]:
        for segment in strip.crop(area.x, area.right):
            text, style = segment.text.strip(), segment.style
            if not any(unicodedata.category(letter)[0] in "LN" for letter in text):
                continue
            assert style is not None
            assert style.color is not None, text
            ground = background if style.bgcolor is None else Color.from_rich_color(style.bgcolor)
            ratio = contrast(Color.from_rich_color(style.color), ground)
            if ratio < READABLE:
                found.add((text, round(ratio, 2)))
    return found


async def _conversation(chat: Chat) -> None:
    for prompt in ("hello", "table", "code", "list"):
        await chat.ask(prompt)
    chat.screen.view.show_error(ProviderError("The key was refused.", hint="Set OPENAI_API_KEY."))


async def _card(chat: Chat) -> None:
    await chat.send("write notes")
    await chat.until(lambda: chat.screen.approval.display)
    chat.screen.approval.focus()


def _after(*keys: str) -> Callable[[Chat], Awaitable[None]]:
    async def press(chat: Chat) -> None:
        await chat.ask("hello")
        await chat.pilot.press(*keys)

    return press


def _by_slash(word: str) -> Callable[[Chat], Awaitable[None]]:
    async def send(chat: Chat) -> None:
        await chat.ask("hello")
        await chat.send(f"/{word}")
        await chat.until(lambda: len(chat.app.screen_stack) == 2)

    return send


SCENES: dict[str, Callable[[Chat], Awaitable[None]]] = {
    "conversation": _conversation,
    "question": _card,
    "tools": _after("ctrl+t"),
    "keys": _after("f1"),
    "sessions": _after("ctrl+s"),
    "models": _after("ctrl+l"),
    "palette": _after("ctrl+p"),
    "find": _after("ctrl+f", "f", "i"),
    "themes": _by_slash("theme"),
}


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("scene", SCENES)
async def test_every_text_can_be_read(open_chat: OpenChat, theme: str, scene: str) -> None:
    async with open_chat(theme=theme) as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await SCENES[scene](chat)
        await chat.pilot.pause(0.2)
        assert hard_to_read(chat.app.screen) == set()


async def test_colours_are_greys_where_there_should_be_none(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_chat(theme="dark") as chat:
        await _conversation(chat)
        await chat.pilot.pause(0.2)
        assert hard_to_read(chat.app.screen) == set()
        for strip in chat.app.screen._compositor.render_strips(chat.app.screen.size):
            for segment in strip:
                for color in (segment.style.color, segment.style.bgcolor) if segment.style else ():
                    assert color is None or len(set(color.get_truecolor())) == 1
