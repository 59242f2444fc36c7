"""Finding names by a few of their letters."""

from collections.abc import Sequence
from dataclasses import dataclass

_BOUNDARIES = "/-_. :@"
WHOLE, LOOSE = 1_000, 500
"""What a word scores that stands in the text as it is, and one whose letters stand apart."""
MOST_GAPS = 3
"""So many times its length may letters be missing between those of a word."""


@dataclass(frozen=True, slots=True)
class Match:
    """How well a text fits, and which of its letters do."""

    score: int
    positions: tuple[int, ...]


def match(words: Sequence[str], text: str) -> Match | None:
    """How `text` fits `words`, all of which it must hold; both are casefolded. None when not."""
    score = 0
    positions: list[int] = []
    for word in words:
        found = _match_word(word, text)
        if found is None:
            return None
        score += found.score
        positions += found.positions
    return Match(score - len(text), tuple(positions))


def _match_word(word: str, text: str) -> Match | None:
    at = text.find(word)
    if at >= 0:
        # The whole word, best of all where a part of the text begins with it.
        while not _begins_part(text, at):
            another = text.find(word, at + 1)
            if another < 0:
                break
            at = another
        bonus = 100 if _begins_part(text, at) else 0
        return Match(WHOLE + bonus, tuple(range(at, at + len(word))))
    best: tuple[int, ...] | None = None
    start = text.find(word[0])
    while start >= 0:
        positions = _letters(word, text, start)
        if positions is None:
            break  # further on there are fewer letters still
        if best is None or _gaps(positions) < _gaps(best):
            best = positions
        start = text.find(word[0], start + 1)
    if best is None or _gaps(best) > MOST_GAPS * len(word):
        return None
    return Match(LOOSE - 10 * _gaps(best) + 20 * _begins_part(text, best[0]), best)


def _letters(word: str, text: str, start: int) -> tuple[int, ...] | None:
    positions, at = [], start
    for letter in word:
        at = text.find(letter, at)
        if at < 0:
            return None
        positions.append(at)
        at += 1
    return tuple(positions)


def _gaps(positions: Sequence[int]) -> int:
    return positions[-1] - positions[0] + 1 - len(positions)


def _begins_part(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in _BOUNDARIES
