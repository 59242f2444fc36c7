"""Commands of the table as Textual's bindings, which the config may give other keys."""

from collections.abc import Mapping

from textual.binding import Binding

from tyler_tui.commands import Command


def bound(command: Command, action: str, *, priority: bool = False) -> Binding:
    """The binding of a command. Textual's keymap finds it by the command's id, also when it has no
    key of its own."""
    keys = ",".join(command.keys) or _no_key(command.id)
    return Binding(keys, action, command.name, id=command.id, priority=priority, show=False)


def keymap(own: Mapping[str, str]) -> dict[str, str]:
    """The user's own keys, by the ids of commands, for Textual: one that is to have none gets one
    that no keyboard has, for Textual would leave it the default."""
    return {id: keys or _no_key(id) for id, keys in own.items()}


def _no_key(id: str) -> str:
    return f"none.{id}"
