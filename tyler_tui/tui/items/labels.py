"""Words on a row that stand for commands: a click on one does what it says."""

from collections.abc import Sequence

from msgspec import Struct
from rich.cells import cell_len
from rich.style import Style

from tyler_tui.tui.items.base import row
from tyler_tui.tui.markdown import Line


class Label(Struct, frozen=True):
    """A piece of a row; `command` is the id of what a click on it does, "" for nothing."""

    text: str
    style: Style
    command: str = ""


def label_row(labels: Sequence[Label]) -> Line:
    """The labels side by side, on a row that is not for copying."""
    pieces = [(label.text, label.style) for label in labels]
    return row(pieces, decoration=len(pieces), kind="labels")


def command_at(labels: Sequence[Label], cell: int) -> str | None:
    """The command of the label at a cell of the row."""
    start = 0
    for label in labels:
        end = start + cell_len(label.text)
        if start <= cell < end:
            return label.command or None
        start = end
    return None
