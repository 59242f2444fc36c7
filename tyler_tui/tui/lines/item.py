"""What a LineView shows, and how the rows of a long one are made a part at a time."""

import asyncio
import time
from collections.abc import Sequence
from typing import Protocol

from rich.segment import Segment
from rich.style import Style

from tyler_tui.tui.markdown import Line


class Item(Protocol):
    """Something that a LineView shows. `lines` is called with the same width again and again, so
    it must be cheap when nothing changed."""

    @property
    def gutter(self) -> Segment:
        """What stands left of every row; all gutters of a view have the same width."""
        ...

    @property
    def fill(self) -> Style | None:
        """Style of the rest of each row; None leaves the view's background."""
        ...

    def lines(self, width: int) -> Sequence[Line]: ...

    def estimate(self, width: int) -> int:
        """About how many rows `lines` would give, without laying out."""
        ...

    def source_of(self, block: int) -> str | None:
        """The source text of a block, for copying; None when its rows are the source."""
        ...


async def all_lines(item: Item, width: int) -> Sequence[Line]:
    """The rows of an item, those too that it would leave for later frames. Half of the time is left
    for the keys."""
    began = time.monotonic()
    lines = item.lines(width)
    while go_on(item):
        await asyncio.sleep(time.monotonic() - began)
        began = time.monotonic()
        lines = item.lines(width)
    return lines


def is_behind(item: Item) -> bool:
    """Whether `lines` is to give more: most items give all at once. What has not stays as it is
    until it is told to `go_on`."""
    return getattr(item, "is_behind", False)


def go_on(item: Item) -> bool:
    """Let `lines` give more, where it has not given all. Returns whether it has not."""
    if is_behind(item):
        item.go_on()  # type: ignore[attr-defined]
        return True
    return False
