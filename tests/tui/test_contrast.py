"""Everything that is drawn can be read: the screens as they are, cell by cell."""

import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from rich.style import Style
from textual.color import Color
from textual.screen import Screen

from tests.tui.conftest import Chat, OpenChat
from tyler_tui.errors import ProviderError
from tyler_tui.tui.contrast import READABLE, contrast
from tyler_tui.tui.widgets.queue_list import QueueList


def hard_to_read(screen: Screen[object]) -> set[tuple[str, float]]:
    """The texts on a screen that have less than the contrast of WCAG's level AA, and theirs.
    Frames, bars and marks of disclosure are no text; and what lies behind a dialog is dimmed."""
    found = set()
    background = screen.background_colors[1]
    for text, style in _drawn(screen):
        if any(unicodedata.category(letter)[0] in "LN" for letter in text):
            assert style.color is not None, text
            ground = background if style.bgcolor is None else Color.from_rich_color(style.bgcolor)
            ratio = contrast(Color.from_rich_color(style.color), ground)
            if ratio < READABLE:
                found.add((text, round(ratio, 2)))
    return found


def _drawn(screen: Screen[object]) -> Iterator[tuple[str, Style]]:
    """What is on the screen, or in its dialog."""
    area = screen.children[0].region if screen.is_modal else screen.region
    for strip in screen._compositor.render_strips(screen.size)[area.y : area.bottom]:
        for segment in strip.crop(area.x, area.right):
            if segment.style is not None:
                yield segment.text.strip(), segment.style


async def _conversation(chat: Chat) -> None:
    for prompt in ("hello", "table", "code", "list"):
        await chat.ask(prompt)
    chat.screen.view.show_error(ProviderError("The key was refused.", hint="Set OPENAI_API_KEY."))


def _keys(*keys: str) -> Callable[[Chat], Awaitable[None]]:
    async def press(chat: Chat) -> None:
        await chat.pilot.press(*keys)

    return press


def _dialog(word: str) -> Callable[[Chat], Awaitable[None]]:
    async def send(chat: Chat) -> None:
        await chat.send(f"/{word}")
        await chat.opened()

    return send


async def _question(chat: Chat) -> None:
    await chat.send("write notes")
    await chat.until(lambda: chat.screen.approval.display)
    chat.screen.approval.focus()


async def _queue(chat: Chat) -> None:
    chat.screen.composer.focus()
    await chat.send("and then?")
    queue = chat.screen.query_one(QueueList)
    await chat.until(lambda: queue.display)
    queue.focus()


async def _model_found(chat: Chat) -> None:
    await _dialog("model")(chat)
    await chat.pilot.press(*"sonnet")
    await chat.until(lambda: "as typed" in "".join(text for text, _ in _drawn(chat.app.screen)))


SCENES: dict[str, Callable[[Chat], Awaitable[None]]] = {
    "conversation": _conversation,
    "tools": _keys("ctrl+t"),
    "keys": _dialog("help"),
    "sessions": _dialog("sessions"),
    "models": _dialog("model"),
    "costs": _dialog("cost"),
    "themes": _dialog("theme"),
    "palette": _keys("ctrl+p"),
    "find": _keys("ctrl+f", "f", "i"),
    "models that fit": _model_found,
    "agents": _dialog("agent"),
    "earlier prompts": _keys("ctrl+r", "t", "a"),
    "completion": _keys("slash", "t", "h"),
    "question": _question,
    "queue": _queue,
}
LASTING = ("conversation", "question", "queue")
"""These stay."""


async def _scenes(chat: Chat) -> AsyncIterator[str]:
    """Walks through the screens; gives the name of each while it is on."""
    await chat.until(lambda: chat.screen.conversation is not None)
    for name, show in SCENES.items():
        await show(chat)
        await chat.pilot.pause(0.2)
        yield name
        if name not in LASTING:
            await chat.pilot.press("escape")
            await chat.until(lambda: len(chat.app.screen_stack) == 1)


@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_every_text_can_be_read(open_chat: OpenChat, theme: str) -> None:
    async with open_chat(theme=theme) as chat:
        async for scene in _scenes(chat):
            assert hard_to_read(chat.app.screen) == set(), scene


@pytest.mark.parametrize("theme", ["ansi-dark", "ansi-light", "tyler-ansi-light"])
async def test_without_colours_the_terminals_own_can_still_be_read(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch, theme: str
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_chat(theme=theme) as chat:
        await chat.ask("hello")
        assert chat.app.current_theme.dark is ("dark" in theme)
        assert hard_to_read(chat.app.screen) == set()
        assert chat.app.wanted_theme == theme, "with colours it is that one again"


@pytest.mark.parametrize("theme", ["tyler-ansi-dark", "tyler-ansi-light"])
async def test_with_the_terminals_own_colours_no_other_is_drawn(
    open_chat: OpenChat, theme: str
) -> None:
    async with open_chat(theme=theme) as chat:
        async for scene in _scenes(chat):
            for text, style in _drawn(chat.app.screen):
                for color in (style.color, style.bgcolor):
                    assert color is None or color.is_default or color.is_system_defined, (
                        scene, text, color,
                    )  # fmt: skip
                if style.color is not None and not style.reverse:
                    assert style.color != style.bgcolor or style.color.is_default, (scene, text)
                    on_color = style.bgcolor is not None and not style.bgcolor.is_default
                    # How the terminal's own text colour looks on another ground nobody knows.
                    assert not (text and on_color and style.color.is_default), (scene, text)


async def test_colours_are_greys_where_there_should_be_none(
    open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_chat(theme="dark") as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        await _conversation(chat)
        await chat.pilot.press("ctrl+f", *"sentence")
        await chat.pilot.pause(0.2)
        assert any(text == "sentence" for text, _ in _drawn(chat.app.screen)), "it is marked"
        assert hard_to_read(chat.app.screen) == set()
        for text, style in _drawn(chat.app.screen):
            for color in (style.color, style.bgcolor):
                assert color is None or len(set(color.get_truecolor())) == 1, text


@pytest.mark.parametrize("theme", ["dark", "light", "nord", "dracula"])
async def test_what_matters_less_stands_out_less(open_chat: OpenChat, theme: str) -> None:
    """In the top line, the bottom line and the palette."""
    async with open_chat(theme=theme) as chat:
        await chat.ask("hello")
        text = Color.parse(chat.app.theme_variables["foreground"])
        muted = Color.parse(chat.app.theme_variables["muted"])
        ground = Color.parse(chat.app.theme_variables["background"])
        assert 4.5 <= contrast(muted, ground) < contrast(text, ground)
        seen = _colors(chat.app.screen)
        assert seen["Enter send · Ctrl+P commands · F1 keys"] == muted.rich_color
        assert seen[" · hello"] != muted.rich_color
        await chat.send("write notes")
        await chat.until(lambda: chat.screen.approval.has_focus)
        await chat.pilot.pause(0.2)
        seen = _colors(chat.app.screen)
        assert seen["y allow · n deny · ↑↓ scroll · Ctrl+C stop"] == text.rich_color
        await chat.pilot.press("ctrl+p")
        await chat.until(lambda: len(chat.app.screen_stack) == 2)
        await chat.pilot.pause(0.2)
        seen = _colors(chat.app.screen)
        assert {color for words, color in seen.items() if "/sessions" in words} == {
            muted.rich_color
        }
        assert seen["Ctrl+S"] == text.rich_color


def _colors(screen: Screen[object]) -> dict[str, object]:
    """The colour of each piece of text that is drawn."""
    return {
        segment.text: segment.style.color
        for strip in screen._compositor.render_strips(screen.size)
        for segment in strip
        if segment.style is not None
    }
