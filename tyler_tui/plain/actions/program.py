"""Help, and leaving."""

from typing import TYPE_CHECKING

from tyler_tui.commands import IN_LINE_MODE, by_id
from tyler_tui.plain.actions.registry import does

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat

KEYS = """\
Enter: send the line.
A backslash before Enter: go on in the next line. So do three quotes, until the next three.
@path in a prompt: send that file with it.
Up and Down: earlier prompts. Ctrl+R: look for one. Tab behind a slash: complete the command.
Ctrl+C: stop the answer, or clear the line; twice: leave.
Ctrl+D on an empty line: leave."""


@does("app.keys")
async def tell_commands(chat: "Chat", _: str) -> None:
    for id, done in IN_LINE_MODE.items():
        names = ", ".join(f"/{word}" for word in by_id(id).slash)
        await chat.voice.say(f"{names} {done.takes}".rstrip() + f": {done.help}.")
    await chat.voice.say(KEYS)


@does("app.quit")
async def leave(chat: "Chat", _: str) -> None:
    chat.is_over = True
