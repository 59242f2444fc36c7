"""Bars out of block characters, or of plain ones where a terminal has no others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil

from rich.cells import set_cell_size
from rich.style import Style
from rich.text import Text

_RISING = " ▁▂▃▄▅▆▇█"
_GROWING = "▏▎▍▌▋▊▉█"
PLAIN = "#"
WIDEST_COLUMN = 4


@dataclass(frozen=True, slots=True)
class Inks:
    """What charts are drawn with; the defaults are a terminal's own colours. Without `blocks`
    every character is ASCII."""

    bar: Style | str = "cyan"
    failed: Style | str = "red"
    muted: Style | str = "dim"
    strong: Style | str = "bold"
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch from `start` to `end`, each a share of the whole, 0 to 1."""

    label: str
    start: float
    end: float
    caption: str
    failed: bool = False


def columns(
    values: Sequence[float], width: int, height: int, in_words: Callable[[float], str], inks: Inks
) -> list[Text]:
    """`height` lines of at most `width` cells with a column for each value, on an axis that begins
    at 0. Where there are more values than room, a column stands for the highest of some."""
    top = max(values, default=0.0)
    label = in_words(top)
    margin = max(len(label), 1)
    room = max(1, width - margin - 2)
    shown = _grouped(values, room)
    step = min(WIDEST_COLUMN, max(1, room // max(1, len(shown))))
    lines = []
    for row in range(height - 1, -1, -1):
        line = Text(no_wrap=True)
        head = label if row == height - 1 else "0" if row == 0 else ""
        axis = "┤" if inks.blocks else "|"
        line.append(" " * (margin - len(head) + (not head)))
        line.append(f"{head} {axis}" if head else axis, inks.muted)
        for value in shown:
            filled = (value / top * height - row) if top > 0 else 0.0
            wide = step - 1 if step > 1 else 1
            line.append(_risen(filled, inks) * wide + " " * (step - wide), inks.bar)
        line.rstrip()
        lines.append(line)
    return lines


def bars(rows: Sequence[Bar], width: int, inks: Inks) -> list[Text]:
    """A line for each bar: its label, the bar in its place, its caption."""
    labels = max((len(row.label) for row in rows), default=0)
    captions = max((len(row.caption) for row in rows), default=0)
    labels = min(labels, max(8, width // 3))
    room = max(4, width - labels - captions - 2)
    lines = []
    for row in rows:
        line = Text(no_wrap=True)
        line.append(set_cell_size(row.label, labels) + " ", inks.muted)
        before, drawn = _stretch(row, room, blocks=inks.blocks)
        line.append(" " * before)
        line.append(drawn, inks.failed if row.failed else inks.bar)
        line.append(" " * (room - before - len(drawn) + 1 + captions - len(row.caption)))
        line.append(row.caption, inks.muted)
        lines.append(line)
    return lines


def _grouped(values: Sequence[float], room: int) -> list[float]:
    size = ceil(len(values) / room) or 1
    return [max(values[start : start + size]) for start in range(0, len(values), size)]


def _risen(filled: float, inks: Inks) -> str:
    """The part of a column that stands in one cell, of which `filled` is reached."""
    if not inks.blocks:
        return PLAIN if filled >= 0.5 else " "
    eighths = max(0, min(8, round(filled * 8)))
    return _RISING[eighths] if filled >= 1 / 16 or filled <= 0 else _RISING[1]


def _stretch(row: Bar, room: int, *, blocks: bool) -> tuple[int, str]:
    """How many of `room` cells stand before the bar, and the bar: what took any time is seen."""
    start = min(room - 1, int(row.start * room))
    eighths = max(1, round((row.end - row.start) * room * 8))
    if not blocks:
        return start, PLAIN * min(room - start, ceil(eighths / 8))
    whole, rest = divmod(eighths, 8)
    drawn = "█" * whole + (_GROWING[rest - 1] if rest else "")
    return start, drawn[: room - start]
