"""What the commands write: JSON for programs, columns for a terminal, tabs into a pipe."""

import json
import shutil
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple

GAP = 2


class Column(NamedTuple):
    """A column of a table. On a narrow terminal it may shrink to `least` cells, the column with
    the highest `gives` first; when that is not enough it is left out in the same order."""

    head: str
    least: int
    gives: int = 0


def write_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=True, indent=2) + "\n")


def write_table(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """In columns that fit the terminal; separated by tabs, without heads, into a pipe."""
    if not sys.stdout.isatty():
        for row in rows:
            sys.stdout.write("\t".join(row) + "\n")
        return
    from rich.cells import cell_len, set_cell_size  # noqa: PLC0415 - for terminals only

    heads = [column.head for column in columns]
    wanted = [max(map(cell_len, cells)) for cells in zip(heads, *rows, strict=True)]
    widths = fitted(columns, wanted, shutil.get_terminal_size().columns)
    for row in (heads, *rows):
        cells = [
            set_cell_size(_cut(cell, width, cell_len(cell)), width)
            for cell, width in zip(row, widths, strict=True)
            if width
        ]
        sys.stdout.write((" " * GAP).join(cells).rstrip() + "\n")


def fitted(columns: Sequence[Column], wanted: Sequence[int], room: int) -> list[int]:
    """The width of each column so that all fit in `room` cells; 0 leaves one out."""
    widths = list(wanted)

    def excess() -> int:
        shown = [width for width in widths if width]
        return sum(shown) + GAP * (len(shown) - 1) - room

    giving = sorted(range(len(columns)), key=lambda number: -columns[number].gives)
    for number in giving:
        least = min(widths[number], columns[number].least)
        widths[number] = max(least, widths[number] - max(0, excess()))
    for number in giving:
        if excess() > 0 and columns[number].gives:
            widths[number] = 0
    return widths


def _cut(cell: str, width: int, length: int) -> str:
    from rich.cells import set_cell_size  # noqa: PLC0415 - for terminals only

    return cell if length <= width else set_cell_size(cell, width - 1) + "…"
