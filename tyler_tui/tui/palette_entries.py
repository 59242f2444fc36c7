"""What the command palette lists: every command, and what some of them choose from."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tyler_tui.commands import COMMANDS, Command, by_id, key_label, keys_of
from tyler_tui.tui import fuzzy
from tyler_tui.tui.completion.arguments import Arguments

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

MARKING = "message.previous"
"""What must be pressed before the keys of a marked message are no letters."""

CHOOSING = {
    "session.switch": "Go to a session",
    "model.pick": "Use a model",
    "agent.pick": "Use an agent",
    "app.theme": "Use a theme",
}
"""The heading over what a command chooses from, by its id."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something to choose: a command, or with an argument what it is to choose."""

    group: str
    name: str
    help: str
    command: Command
    argument: str = ""
    slash: str = ""
    key: str = ""
    """How people read its key, "" when it has none."""


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that fits, and the letters of its name that were looked for."""

    entry: Entry
    marked: tuple[int, ...] = ()


def command_entries(keys: Mapping[str, str]) -> list[Entry]:
    """All commands by their groups; `keys` are the user's own, by the ids of the commands."""
    groups: dict[str, list[Entry]] = {}
    for command in COMMANDS:
        if command.in_palette:
            slash = f"/{command.slash[0]}" if command.slash else ""
            key = _key(command, keys)
            entry = Entry(command.group, command.name, command.help, command, "", slash, key)
            groups.setdefault(command.group, []).append(entry)
    return [entry for group in groups.values() for entry in group]


def _key(command: Command, keys: Mapping[str, str]) -> str:
    first = next((key_label(key) for key in keys_of(command, keys) if key), "")
    if first and command.on_marked:
        marking = next((key_label(key) for key in keys_of(by_id(MARKING), keys) if key), "")
        return f"{marking} {first}" if marking else ""
    return first


async def choices(chat: "ChatScreen") -> AsyncIterator[list[Entry]]:
    """The sessions, models, agents and themes. Raises TylerError."""
    for id, values in Arguments(chat).sources.items():
        yield [
            Entry(CHOOSING[id], value.label, value.help, by_id(id), value.text)
            for value in await values.all()
        ]


def fitting(entries: Sequence[Entry], typed: str) -> list[Found]:
    """The entries that fit `typed`, the best of each group first, and the groups in the order of
    their best; all of them while nothing is typed."""
    words = typed.casefold().split()
    if not words:
        return [Found(entry) for entry in entries]
    scored = [(score, found) for entry in entries for score, found in _match(entry, words)]
    best: dict[str, int] = {}
    for score, found in scored:
        best[found.entry.group] = max(score, best.get(found.entry.group, score))
    scored.sort(key=lambda one: (-best[one[1].entry.group], one[1].entry.group, -one[0]))
    return [found for _, found in scored]


def _match(entry: Entry, words: Sequence[str]) -> Iterator[tuple[int, Found]]:
    name = entry.name.casefold()
    match = fuzzy.match(words, name)
    if match is not None:
        yield match.score, Found(entry, match.positions)
        return
    said = f"{name} {entry.slash} {entry.help}".casefold()
    if all(word in said for word in words):
        yield 0, Found(entry)
