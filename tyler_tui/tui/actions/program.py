"""Help, themes, and moving between the parts of the screen."""

from typing import TYPE_CHECKING

from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line
from tyler_tui.toml_file import nearest
from tyler_tui.tui.actions.registry import does, does_with

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does("app.palette")
async def open_palette(chat: "ChatScreen") -> None:
    from tyler_tui.tui.screens.command_palette import CommandPaletteScreen  # noqa: PLC0415 - as below

    chosen = await chat.app.push_screen_wait(CommandPaletteScreen(chat))
    if chosen is not None:
        chat.run_command(chosen.command, chosen.argument)


@does("app.keys")
def show_keys(chat: "ChatScreen") -> None:
    from tyler_tui.tui.screens.keys import KeysScreen  # noqa: PLC0415 - not for start

    chat.app.push_screen(KeysScreen(chat.launch.keys))


@does_with("app.theme")
async def change_theme(chat: "ChatScreen", name: str) -> None:
    from tyler_tui.tui.screens.themes import AUTO, ThemesScreen  # noqa: PLC0415 - not for start

    app = chat.app
    if not name:
        picked = await app.push_screen_wait(ThemesScreen(app.wanted_theme))
    else:
        picked = name.casefold()
        known = [AUTO, "dark", "light", *app.available_themes]
        if picked not in known:
            chat.composer.begin("/theme ")
            chat.status.say(f"there is no theme {one_line(name, 30)} · {nearest(picked, known)}")
            return
    if picked is not None:
        app.wear(picked)
        origin = chat.launch.theme_origin
        kept = f"for this run; {one_line(origin, 60)} sets another" if origin else "remembered"
        chat.status.say(f"theme {picked} · {kept}")


@does("app.suspend")
def suspend(chat: "ChatScreen") -> None:
    from tyler_tui.tui import suspending  # noqa: PLC0415 - not for start

    try:
        suspending.suspend(chat.app, is_answering=chat.desk.is_answering)
    except UsageError as error:
        chat.report(error)


@does("focus.next")
def focus_answer_or_next(chat: "ChatScreen") -> None:
    """A question that waits comes first."""
    if (card := chat.asking_card) is not None and not card.has_focus:
        card.focus()
    else:
        chat.focus_next()
