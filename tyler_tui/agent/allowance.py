"""How much of an answer is taken: a model that never comes to an end is stopped."""

from dataclasses import replace

from tyler_tui.errors import ProviderError
from tyler_tui.providers import Delta

MAX_CHARACTERS = 5_000_000
"""More than any model says; the memory and the disk must hold it several times over."""


class Allowance:
    """Counts the characters of one answer, its thinking and its tool calls."""

    def __init__(self, characters: int = MAX_CHARACTERS) -> None:
        self._characters = self._left = characters

    def cut(self, delta: Delta) -> Delta:
        """As much of `delta` as there is room for."""
        room = max(0, self._left)
        self._left -= len(delta.text) + len(delta.thinking)
        self._left -= sum(len(call.name) + len(call.arguments) for call in delta.calls)
        if self._left >= 0:
            return delta
        thinking = delta.thinking[:room]
        text = delta.text[: room - len(thinking)]
        return replace(delta, text=text, thinking=thinking, calls=())

    def check(self) -> None:
        """Raises ProviderError once there was more than is taken."""
        if self._left < 0:
            raise ProviderError(
                f"The answer was stopped at {self._characters:,} characters.",
                kind="truncated",
                hint="What arrived is kept. Ask it to go on, or raise `max_characters` in the "
                "config.",
            )
