"""The keys of a command, and how people read them."""

from collections.abc import Mapping

from tyler_tui.commands.command import Command


def keys_of(command: Command, own: Mapping[str, str]) -> tuple[str, ...]:
    """The keys of a command, in Textual's names; `own` are the user's, by the ids of commands."""
    keys = own.get(command.id)
    return command.keys if keys is None else tuple(key.strip() for key in keys.split(",") if key)


def key_label(key: str) -> str:
    """A key in Textual's names as people read it: "ctrl+home" -> "Ctrl+Home". A letter stays as it
    is typed: "a" and "A" are two keys."""
    if len(key) == 1:
        return key
    names = {
        "pageup": "PageUp", "pagedown": "PageDown", "escape": "Esc",
        "left_square_bracket": "[", "right_square_bracket": "]", "slash": "/",
    }  # fmt: skip
    return "+".join(names.get(part, part.capitalize()) for part in key.split("+"))
