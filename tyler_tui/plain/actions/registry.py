"""Which function does what a command says."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tyler_tui.commands import IN_LINE_MODE, Command, by_id
from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line
from tyler_tui.toml_file import nearest

if TYPE_CHECKING:
    from tyler_tui.plain.chat import Chat

Action = Callable[["Chat", str], Awaitable[None]]

_actions: dict[str, Action] = {}


def does(id: str) -> Callable[[Action], Action]:
    """Marks the function that does the command with that id."""

    def register(action: Action) -> Action:
        _actions[id] = action
        return action

    return register


async def run(chat: "Chat", command: Command, argument: str) -> None:
    """Do what `command` says. Raises TylerError."""
    action = _actions.get(command.id)
    if action is None:
        raise UsageError(
            f"/{command.slash[0]} belongs to the full screen.", hint="/help lists what there is."
        )
    await action(chat, argument)


def unknown(word: str) -> UsageError:
    """For a slash name that there is not."""
    near = nearest(word, slash_names())
    hint = near.replace("`", "/", 1).replace("`", "") if "`" in near else "/help lists them."
    return UsageError(f"There is no command /{one_line(word, 40)}.", hint=hint)


def slash_names() -> list[str]:
    """All names, without the slash."""
    return [word for id in IN_LINE_MODE for word in by_id(id).slash]


def ids() -> list[str]:
    """The commands for which there is a function."""
    return list(_actions)
