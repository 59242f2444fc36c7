"""Which function does what a command says."""

import inspect
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tyler_tui.commands import Command

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

Pending = Coroutine[Any, Any, None] | None
"""What an action returns. One that has to wait for something is an async function; it runs as a
worker of the screen, which goes on meanwhile."""
Action = Callable[["ChatScreen"], Pending]
ActionWith = Callable[["ChatScreen", str], Pending]
A = TypeVar("A", bound=Action)
W = TypeVar("W", bound=ActionWith)

_actions: dict[str, Action] = {}
_actions_with: dict[str, ActionWith] = {}
_late: set[str] = set()
"""Commands that need what comes behind the first paint."""


def does(id: str, *, is_late: bool = False) -> Callable[[A], A]:
    """Marks the function that does the command with that id. One that `is_late` needs what comes
    behind the first paint, and waits for it."""

    def register(action: A) -> A:
        _actions[id] = action
        if is_late:
            _late.add(id)
        return action

    return register


def does_with(id: str, *, is_late: bool = False) -> Callable[[W], W]:
    """Like `does`, for a command that takes an argument: "" when none was given."""

    def register(action: W) -> W:
        _actions_with[id] = action
        if is_late:
            _late.add(id)
        return action

    return register


def run(chat: "ChatScreen", command: Command, argument: str = "") -> None:
    """Do what `command` says."""
    do = _bound(chat, command, argument)
    if command.id in _late and not chat.furnished.is_set():
        work = partial(_do_late, chat, do)
    elif inspect.iscoroutinefunction(do.func):
        work = partial(_do, do)
    else:
        do()
        return
    chat.app.type_ahead.follow(chat.work_on(work, group=command.id))


def _bound(chat: "ChatScreen", command: Command, argument: str) -> partial[Pending]:
    if command.takes_argument:
        return partial(_actions_with[command.id], chat, argument)
    return partial(_actions[command.id], chat)


async def _do(do: Callable[[], Pending]) -> None:
    if (work := do()) is not None:
        await work


async def _do_late(chat: "ChatScreen", do: Callable[[], Pending]) -> None:
    await chat.furnished.wait()
    await _do(do)


def ids(*, takes_argument: bool) -> list[str]:
    """The commands for which there is a function."""
    return list(_actions_with if takes_argument else _actions)
