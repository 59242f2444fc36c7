"""Which of many texts a few typed letters mean, in 5 ms for a hundred thousand of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded with the first completion
    from frizbee import Matcher

MOST_RANKED = 400
"""So many of the best are looked at more closely."""
LONGEST_QUERY = 200
NAME_BONUS, START_BONUS = 24, 12
"""What a text gains when all letters stand in its last part, as in the name of a file, and when
that begins with them."""


@dataclass(frozen=True, slots=True)
class Hit:
    """The text with that number; `marked` are the characters that were looked for."""

    index: int
    marked: tuple[int, ...] = ()


class Ranking:
    """Texts to find. The letters must come in their order, not side by side; capitals count only
    where some were typed."""

    def __init__(self, texts: Sequence[str]) -> None:
        from frizbee import Haystacks  # noqa: PLC0415 - as above

        self.texts = texts
        self._haystacks: Haystacks = Haystacks(texts)

    def best(self, query: str, limit: int) -> list[Hit]:
        """The texts that fit best, the very best first; without a query the first ones."""
        if not query:
            return [Hit(index) for index in range(min(limit, len(self.texts)))]
        from frizbee import Matcher  # noqa: PLC0415 - as above

        matcher = Matcher(query[:LONGEST_QUERY], casing="smart", max_items=MOST_RANKED)
        found = [
            (match.score, match.index, self._marked(matcher, match.index))
            for match in matcher.match_list(self._haystacks)
        ]
        found.sort(key=lambda one: self._order(*one))
        return [Hit(index, marked) for _, index, marked in found[:limit]]

    def _order(self, score: int, index: int, marked: tuple[int, ...]) -> tuple[int, int, str]:
        text = self.texts[index]
        if marked:
            name = text.rfind("/", 0, -1) + 1
            score += NAME_BONUS * (marked[0] >= name) + START_BONUS * (marked[0] == name)
        return -score, len(text), text

    def _marked(self, matcher: "Matcher", index: int) -> tuple[int, ...]:
        text = self.texts[index]
        match = matcher.match_one_indices(text, 0)
        if match is None:
            return ()
        if text.isascii():
            return tuple(reversed(match.indices))
        # The library counts bytes.
        starts = accumulate((len(character.encode()) for character in text), initial=0)
        characters = {start: number for number, start in enumerate(starts)}
        return tuple(characters[byte] for byte in reversed(match.indices) if byte in characters)
