"""Lists to choose from by number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tyler_tui.errors import UsageError
from tyler_tui.plain.wording import counted

MOST = 20
"""So many of a list are said at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a list: what it stands for, and how it is said."""

    value: Any
    text: str


class Numbered:
    """Remembers what the numbers stand for that were said last, for each kind of thing."""

    def __init__(self) -> None:
        self._told: dict[str, list[Any]] = {}

    def tell(self, kind: str, entries: Sequence[Entry]) -> list[str]:
        """The list as lines; from here on its numbers count."""
        self._told[kind] = [entry.value for entry in entries]
        return [f"{number}. {entry.text}" for number, entry in enumerate(entries, 1)]

    def has(self, kind: str) -> bool:
        """Whether such a list was told."""
        return kind in self._told

    def pick(self, kind: str, typed: str) -> Any | None:
        """What the number stands for; None when `typed` is none. Raises UsageError for one that no
        list has."""
        if not typed.isdecimal() or kind not in self._told:
            return None
        told = self._told[kind]
        if not 1 <= int(typed) <= len(told):
            raise UsageError(f"The list has {counted(len(told), 'entry', 'entries')}.")
        return told[int(typed) - 1]
