"""Long pastes, which stand in a prompt as short chips until it is sent."""

import re
from collections.abc import Mapping

MOST_LINES = 20
MOST_CHARACTERS = 4_000
"""A paste longer than either becomes a chip."""

_CHIP = re.compile(r"\[Pasted #(\d+) · \d+ lines?\]")


class PasteChips:
    """The pastes of one prompt by number."""

    def __init__(self, pastes: Mapping[int, str] | None = None) -> None:
        self.pastes = dict(pastes or {})

    def chip_for(self, text: str) -> str:
        """What stands for a paste in the prompt: the text itself when it is short."""
        lines = text.rstrip("\n").count("\n") + 1
        if lines <= MOST_LINES and len(text) <= MOST_CHARACTERS:
            return text
        number = max(self.pastes, default=0) + 1
        self.pastes[number] = text
        return f"[Pasted #{number} · {lines} {'line' if lines == 1 else 'lines'}]"

    def expanded(self, text: str) -> str:
        """`text` with the pastes in the place of their chips."""
        return _CHIP.sub(lambda match: self.pastes.get(int(match[1]), match[0]), text)

    def spans(self, line: str) -> list[tuple[int, int]]:
        """The columns at which each chip in `line` starts and ends."""
        return [match.span() for match in _CHIP.finditer(line) if int(match[1]) in self.pastes]
