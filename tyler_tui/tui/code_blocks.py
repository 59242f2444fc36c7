"""The code blocks of the transcript: where they stand, and going from one to the next."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

from msgspec import Struct

from tyler_tui.tui.items.reply import Reply
from tyler_tui.tui.lines.item import Item
from tyler_tui.tui.widgets.transcript import Transcript


class CodePlace(Struct, frozen=True):
    """A code block: the number of its item, its first row there, and its text."""

    item: int
    line: int
    code: str

    @property
    def at(self) -> tuple[int, int]:
        return self.item, self.line


def code_of(reply: Reply, number: int = 0) -> list[CodePlace]:
    """The code blocks of an answer that was laid out."""
    return [CodePlace(number, b.first_line, b.code) for b in reply.document.code_blocks()]


def code_in(items: Iterable[Item]) -> str | None:
    """The last code block of some items."""
    for item in reversed(list(items)):
        if isinstance(item, Reply) and (blocks := code_of(item)):
            return blocks[-1].code
    return None


def topmost_code(transcript: Transcript, among: Sequence[Item]) -> str | None:
    """The code block of some items that stands highest on view."""
    for item, rows in groupby(transcript.rows_on_view(), key=itemgetter(0)):
        if isinstance(item, Reply) and item in among:
            blocks, shown = item.document.code_blocks(), {line for _, line in rows}
            for block in blocks:
                if not shown.isdisjoint(range(block.first_line, block.last_line + 1)):
                    return block.code
    return None


class CodeWalk:
    """Goes through the code blocks of a transcript."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._shown: tuple[tuple[int, int], tuple[int, int]] | None = None
        """The block that was shown last, and the top row as it was then: at the end of the text a
        block cannot come up to the top."""

    def step(self, by: int) -> tuple[int, int] | None:
        """Bring the block after (1) or before (-1) the one that was shown last, or else the top of
        the view, there. Returns which it is of how many of its answer; None when there is none."""
        transcript, here = self._transcript, self._transcript.top
        if self._shown is not None and self._shown[1] == here:
            here = self._shown[0]
        items = transcript.viewport.items
        for number in range(here[0], len(items)) if by > 0 else range(here[0], -1, -1):
            item = items[number]
            if not isinstance(item, Reply):
                continue
            item.lines(transcript.viewport.width)
            blocks = code_of(item, number)
            beyond = [place for place in blocks if (place.at > here if by > 0 else place.at < here)]
            if beyond:
                place = beyond[0] if by > 0 else beyond[-1]
                transcript.show_item(item, place.line, above=0)
                self._shown = place.at, transcript.top
                return blocks.index(place) + 1, len(blocks)
        return None

    @property
    def code(self) -> str | None:
        """The code of the block that was shown last, while the view stands there."""
        if self._shown is None or self._shown[1] != self._transcript.top:
            return None
        number, line = self._shown[0]
        items = self._transcript.viewport.items
        item = items[number] if number < len(items) else None
        return item.code_at(line) if isinstance(item, Reply) else None
