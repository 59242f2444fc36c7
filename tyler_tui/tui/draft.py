"""An unsent prompt."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from tyler_tui.tui.paste_chips import PasteChips


class Draft(Struct, frozen=True):
    """An unsent prompt: its text, the long pastes that stand in it as chips, by number, and the
    cursor's row and column (None for the end)."""

    text: str = ""
    pastes: Mapping[int, str] = field(default_factory=dict)
    cursor: tuple[int, int] | None = None

    def after(self, text: str) -> "Draft":
        """The draft with `text` before it."""
        joined = f"{text}\n{self.text}" if self.text.strip() else text
        return replace(self, text=joined, cursor=None)

    def without(self, start: str) -> "Draft":
        """The draft without `start`, where it begins with that."""
        if not start or not self.text.startswith(start):
            return self
        return replace(self, text=self.text.removeprefix(start), cursor=None)


def joined(parts: Sequence[Draft], at: int) -> Draft:
    """Drafts as one, each on lines of its own; the cursor stays where it stands in the one with the
    index `at`. Chips of the others whose numbers are taken are written out."""
    pastes = dict(parts[at].pastes)
    texts: list[str] = []
    row = 0
    for number, part in enumerate(parts):
        text = part.text
        if number == at:
            row = sum(text.count("\n") + 1 for text in texts)
        elif pastes.keys() & part.pastes.keys():
            text = PasteChips(part.pastes).expanded(text)
        else:
            pastes |= part.pastes
        if text or number == at:
            texts.append(text)
    written = parts[at]
    if not written.text and len(texts) > 1:  # nothing is being written: no empty line for it
        return Draft("\n".join(filter(None, texts)), pastes)
    cursor = written.cursor or _end(written.text)
    return Draft("\n".join(texts), pastes, (row + cursor[0], cursor[1]))


def _end(text: str) -> tuple[int, int]:
    return text.count("\n"), len(text) - text.rfind("\n") - 1
