"""What the first item of each message shares: which message it is, where it stands among its
branches, and while it is marked what can be done with it."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style

from tyler_tui.commands import by_id, key_label
from tyler_tui.tui.items.base import BaseItem, row
from tyler_tui.tui.markdown import Line
from tyler_tui.tui.palette import Palette

BRANCH_COMMANDS = ("branch.previous", "branch.next")
ARROWS = {"branch.previous": "‹", "branch.next": "›"}


class MessageHead(BaseItem):
    """An item that a message begins with. `message_id` is None until it is known."""

    MARKED_COMMANDS: Sequence[str] = ()
    """The commands that are offered while it is marked."""

    def __init__(self, palette: Palette, message_id: str | None = None) -> None:
        super().__init__(palette)
        self.message_id = message_id
        self._branch = (1, 1)

    def set_branch(self, siblings: Sequence[str]) -> None:
        """Say which messages stand in this one's place, itself among them."""
        if self.message_id in siblings:
            self._branch = siblings.index(self.message_id) + 1, len(siblings)
            self.changed()

    @property
    def has_branches(self) -> bool:
        return self._branch[1] > 1

    def set_marked(self, on: bool) -> None:
        self.is_marked = on
        self.changed()

    def command_at(self, line: int, cell: int) -> str | None:
        """The id of the command whose label stands there."""
        if line != self.marks_line or not self._has_marks:
            return None
        start = 0
        for text, _, id in self._labels():
            end = start + cell_len(text)
            if id and start <= cell < end:
                return id
            start = end
        return None

    @property
    def marks_line(self) -> int:
        """The row on which the labels stand, when there are any."""
        return 0

    @property
    def _has_marks(self) -> bool:
        return self.is_marked or self.has_branches

    def marks(self) -> list[Line]:
        """The row of labels, or nothing."""
        if not self._has_marks:
            return []
        labels = [(text, style) for text, style, _ in self._labels()]
        return [row(labels, decoration=len(labels), kind="marks")]

    def _labels(self) -> list[tuple[str, Style, str]]:
        """(text, style, id of the command) from left to right."""
        fill = self.fill or Style()
        muted, key = self.palette.muted + fill, self.palette.accent + fill
        labels: list[tuple[str, Style, str]] = []
        number, count = self._branch
        if count > 1:
            previous, following = BRANCH_COMMANDS
            labels += [
                (f"{ARROWS[previous]} ", key if number > 1 else muted, previous),
                (f"{number}/{count}", muted, ""),
                (f" {ARROWS[following]}", key if number < count else muted, following),
                ("   ", muted, ""),
            ]
        for id in self.MARKED_COMMANDS if self.is_marked else ():
            command = by_id(id)
            labels += [
                (f"{key_label(command.keys[0]).lower()} ", key, id),
                (command.name.split()[0].lower(), muted, id),
                ("   ", muted, ""),
            ]
        return labels[:-1]
