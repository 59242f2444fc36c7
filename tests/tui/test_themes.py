"""Themes: chosen, remembered, and legible."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color as RichColor
from rich.color import ColorSystem
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import OptionList

from tests.tui.conftest import Chat, OpenChat
from tyler_tui import paths
from tyler_tui.build import Options
from tyler_tui.config import load
from tyler_tui.front_ends import tui_launch
from tyler_tui.tui import themes
from tyler_tui.tui.contrast import READABLE, contrast, readable
from tyler_tui.tui.nearest_color import nearest_number
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.remembered import Remembered

OURS = {theme.name: theme for theme in themes.built_in_themes()}
ALL = BUILTIN_THEMES | OURS

XTERM_COLORS = [
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
    (229, 229, 229), (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255),
    (255, 0, 255), (0, 255, 255), (255, 255, 255),
]  # fmt: skip
"""Those of xterm, as it comes."""
XTERM = TerminalTheme((0, 0, 0), (229, 229, 229), XTERM_COLORS[:8], XTERM_COLORS[8:])
XTERM_LIGHT = TerminalTheme((255, 255, 255), (0, 0, 0), XTERM_COLORS[:8], XTERM_COLORS[8:])


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(Color.parse("#000"), Color.parse("#fff")) == pytest.approx(21)
    assert contrast(Color.parse("#777"), Color.parse("#fff")) == pytest.approx(4.48, abs=0.01)
    assert contrast(Color.parse("#767676"), Color.parse("#fff")) == pytest.approx(4.54, abs=0.01)
    assert contrast(Color.parse("#f00"), Color.parse("#f00")) == 1


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    white, grey = Color.parse("#ffffff"), Color.parse("#eeeeee")
    assert readable(Color.parse("#0000ff"), [white, grey]) == Color.parse("#0000ff")
    moved = readable(Color.parse("#ffff00"), [white, grey])
    assert contrast(moved, grey) >= 4.5
    assert moved.hsl.h == pytest.approx(60 / 360, abs=0.01), "it is still a yellow"


def _texts(palette: Palette) -> Iterator[tuple[str, Style]]:
    """Every style that text is drawn with."""
    for name in palette.__struct_fields__:
        style = getattr(palette, name)
        if isinstance(style, Style) and name != "chosen_bar":  # a bar is no text
            yield name, style
    markdown = palette.markdown
    for name in markdown.__struct_fields__:
        style = getattr(markdown, name)
        if isinstance(style, Style) and name != "border":
            yield f"markdown.{name}", style
    for style in markdown.headings:
        yield "heading", style
    for name, style in markdown.syntax:
        yield f"code: {name}", markdown.code_panel + style


def _hard_to_read(theme: Theme, terminal: TerminalTheme, colors: ColorSystem) -> dict[str, float]:
    """What of a theme has less than the contrast of WCAG's level AA, on such a terminal."""
    own = theme.to_color_system().generate()

    def seen(color: RichColor | None, *, foreground: bool) -> Color:
        if color is None:
            color = Color.parse(own["foreground" if foreground else "background"]).rich_color
        if color.triplet is not None:
            color = color.downgrade(colors)
        red, green, blue = color.get_truecolor(terminal, foreground=foreground)
        return Color(red, green, blue)

    ratios = {
        name: contrast(seen(style.color, foreground=True), seen(style.bgcolor, foreground=False))
        for name, style in _texts(Palette.from_theme(theme))
    }
    assert len(ratios) > 30
    return {name: round(ratio, 2) for name, ratio in ratios.items() if ratio < 4.5}


@pytest.mark.parametrize("name", [name for name, theme in ALL.items() if not theme.ansi])
def test_every_text_of_a_conversation_can_be_read_in_every_theme(name: str) -> None:
    assert _hard_to_read(ALL[name], XTERM, ColorSystem.TRUECOLOR) == {}


@pytest.mark.parametrize("name", [themes.DARK, themes.LIGHT])
def test_our_themes_can_be_read_in_256_colours(name: str) -> None:
    assert _hard_to_read(OURS[name], XTERM, ColorSystem.EIGHT_BIT) == {}


@pytest.mark.parametrize(
    ("name", "terminal"), [(themes.ANSI_DARK, XTERM), (themes.ANSI_LIGHT, XTERM_LIGHT)]
)
def test_our_themes_for_16_colours_can_be_read_with_those_of_xterm(
    name: str, terminal: TerminalTheme
) -> None:
    assert _hard_to_read(OURS[name], terminal, ColorSystem.STANDARD) == {}


def test_auto_goes_by_the_terminal() -> None:
    for is_dark, few_colors, name in (
        (True, False, themes.DARK), (False, False, themes.LIGHT),
        (True, True, themes.ANSI_DARK), (False, True, themes.ANSI_LIGHT),
    ):  # fmt: skip
        assert themes.theme_name("auto", ALL, is_dark=is_dark, few_colors=few_colors) == name
    assert themes.theme_name("light", ALL, is_dark=True, few_colors=True) == themes.LIGHT
    assert themes.theme_name("nord", ALL, is_dark=False) == "nord"


async def _open_picker(chat: Chat) -> OptionList:
    await chat.send("/theme")
    await chat.opened()
    await chat.pilot.pause()
    return chat.app.screen.query_one(OptionList)


async def test_the_picker_shows_each_theme_as_the_cursor_gets_there(open_chat: OpenChat) -> None:
    async with open_chat(theme="dark") as chat:
        options = await _open_picker(chat)
        highlighted = options.highlighted_option
        assert highlighted
        assert highlighted.id == themes.DARK
        await chat.pilot.press("down")
        await chat.until(lambda: chat.app.theme == themes.LIGHT)
        assert chat.screen.view.transcript.background_colors[1].hex == "#FCFCFA"
        await chat.pilot.press(*"drac")
        await chat.until(lambda: chat.app.theme == "dracula")
        await chat.pilot.press("escape")
        await chat.until(lambda: len(chat.app.screen_stack) == 1)
        assert chat.app.theme == themes.DARK


async def test_what_is_picked_is_remembered_for_the_next_start(open_chat: OpenChat) -> None:
    async with open_chat(state=paths.state_file()) as chat:
        await _open_picker(chat)
        await chat.pilot.press(*"nord", "enter")
        await chat.until(lambda: "theme nord · remembered" in chat.status)
        assert chat.app.theme == "nord"
    assert Remembered(paths.state_file()).theme == "nord"
    assert paths.state_file().stat().st_mode & 0o777 == 0o600


async def test_a_theme_is_named_behind_the_command(open_chat: OpenChat) -> None:
    async with open_chat(theme="light", state=paths.state_file()) as chat:
        await chat.send("/theme Gruvbox")
        await chat.until(lambda: chat.app.theme == "gruvbox")
        await chat.send("/theme nrod")
        await chat.until(lambda: "there is no theme nrod · Did you mean `nord`?" in chat.status)
        assert chat.app.theme == "gruvbox"
        await chat.send("/theme auto")
        await chat.until(lambda: chat.app.theme == themes.DARK)
    assert Remembered(paths.state_file()).theme == "auto"


async def test_where_the_config_sets_the_theme_another_lasts_for_this_run(
    open_chat: OpenChat,
) -> None:
    fixed = {"theme": "light", "theme_origin": "config.toml, line 2", "state": paths.state_file()}
    async with open_chat(**fixed) as chat:
        await chat.send("/theme nord")
        await chat.until(lambda: "for this run; config.toml, line 2 sets another" in chat.status)
        assert chat.app.theme == "nord"
    assert Remembered(paths.state_file()).theme is None


def test_the_next_start_takes_what_is_remembered_unless_something_sets_a_theme(
    tmp_path: Path,
) -> None:
    Remembered(paths.state_file()).keep_theme("nord")
    file, options = tmp_path / "config.toml", Options(tmp_path)
    assert tui_launch(options, load(file, {})).theme == "nord"
    file.write_text('[ui]\ntheme = "auto"\n')
    launch = tui_launch(options, load(file, {}))
    assert (launch.theme, launch.theme_origin) == ("auto", f"{file}, line 2")
    launch = tui_launch(options, load(file, {"TYLER_CHAT_THEME": "light"}))
    assert (launch.theme, launch.theme_origin) == ("light", "TYLER_CHAT_THEME")


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"theme": 3}', "\x00"])
def test_what_was_remembered_and_cannot_be_read_does_no_harm(kept: str) -> None:
    paths.private_folder(paths.state_file().parent)
    paths.state_file().write_text(kept)
    assert Remembered(paths.state_file()).theme is None
    Remembered(paths.state_file()).keep_theme("nord")
    assert Remembered(paths.state_file()).theme == "nord"


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_what_was_remembered_does_no_harm() -> None:
    paths.private_folder(paths.state_file().parent)
    os.mkfifo(paths.state_file())
    assert Remembered(paths.state_file()).theme is None
    Remembered(paths.state_file()).keep_theme("nord")
    assert Remembered(paths.state_file()).theme == "nord"


def test_what_a_newer_program_remembers_stays() -> None:
    paths.private_folder(paths.state_file().parent)
    paths.state_file().write_text('{"seen": [1]}')
    Remembered(paths.state_file()).keep_theme("nord")
    assert json.loads(paths.state_file().read_text()) == {"seen": [1], "theme": "nord"}


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_no_other_of_the_256_is_nearer(rgb: tuple[int, int, int]) -> None:
    def distance(number: int) -> int:
        there = RichColor.from_ansi(number).get_truecolor()
        return sum((one - other) ** 2 for one, other in zip(rgb, there, strict=True))

    assert distance(nearest_number(rgb)) == min(map(distance, range(16, 256)))


@pytest.mark.parametrize("name", [themes.DARK, themes.LIGHT])
def test_with_256_colours_the_text_of_a_theme_can_be_read(name: str) -> None:
    theme = OURS[name]

    def drawn(color: RichColor | None) -> Color:
        assert color is not None
        number = nearest_number(color.get_truecolor())
        return Color(*RichColor.from_ansi(number).get_truecolor())

    palette = Palette.from_theme(theme)
    ground = drawn(Color.parse(theme.background or "").rich_color)
    for ink in (palette.text, palette.muted, palette.primary, palette.accent, palette.error):
        assert contrast(drawn(ink.color), ground) >= READABLE, ink
