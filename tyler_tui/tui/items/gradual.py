"""Rows that are made over several frames, where there are many."""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from msgspec.structs import replace

from tyler_tui.tui.lines import turn_time
from tyler_tui.tui.markdown import Line

PIECE_ROWS = 100
"""Rows that are made before the clock is looked at."""

Rows = Iterable[Line | None]
"""Rows as they are made. None stands for work that has given no row yet."""


class GradualRows:
    """Takes `rows` as long as there is time, one piece of them in any case. The list grows in
    place."""

    def __init__(self, rows: Rows) -> None:
        self._left: Iterator[Line | None] | None = iter(rows)
        self._rests = False
        self.rows: list[Line] = []

    def make(self) -> None:
        """Make more, unless that was done in this frame."""
        if self._left is None or self._rests:
            return
        until = time.monotonic() + turn_time.left_s()
        while not self._rests:
            ended = True
            for row in islice(self._left, PIECE_ROWS):
                ended = False
                if row is None:
                    break
                self.rows.append(row)
            if ended:
                self._left = None
                return
            self._rests = time.monotonic() >= until

    @property
    def is_behind(self) -> bool:
        return self._left is not None

    def go_on(self) -> None:
        self._rests = False


class KeptRows:
    """Rows that are made once for a key, and given again as copies: a view knows a row that it has
    drawn, cursor and all, by its identity."""

    def __init__(self) -> None:
        self._key: object = None
        self._made: list[Line | None] = []
        self._left: Iterator[Line | None] = iter(())

    def of(self, key: object, make: Callable[[], Rows]) -> Iterator[Line | None]:
        """The rows that `make` gives, or gave for the same key."""
        if key != self._key:
            self._key, self._made, self._left = key, [], iter(make())
        return self._copies(self._made, self._left)

    def _copies(
        self, made: list[Line | None], left: Iterator[Line | None]
    ) -> Iterator[Line | None]:
        at = 0
        while True:
            if at == len(made):
                row = next(left, _END)
                if row is _END:
                    return
                made.append(row)
            row = made[at]
            yield replace(row) if row is not None else None
            at += 1


_END = Line([])
