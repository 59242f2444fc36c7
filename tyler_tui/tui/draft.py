"""An unsent prompt."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsent prompt: its text, the long pastes that stand in it as chips, by number, and the
    cursor's row and column (None for the end)."""

    text: str = ""
    pastes: Mapping[int, str] = field(default_factory=dict)
    cursor: tuple[int, int] | None = None

    def after(self, text: str) -> "Draft":
        """The draft with `text` before it."""
        joined = f"{text}\n{self.text}" if self.text.strip() else text
        return replace(self, text=joined, cursor=None)
