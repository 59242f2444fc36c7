"""What the first item of each message shares: which message it is, where it stands among its
branches, and while it is marked what can be done with it."""

from collections.abc import Mapping, Sequence

from rich.style import Style

from tyler_tui.commands import by_id, key_label
from tyler_tui.tui.items.base import BaseItem
from tyler_tui.tui.items.labels import Label, command_at, label_row
from tyler_tui.tui.markdown import Line
from tyler_tui.tui.palette import Palette


class MessageHead(BaseItem):
    """An item that a message begins with. `message_id` is None until it is known."""

    MARKED_COMMANDS: Mapping[str, str] = {}
    """The commands that are offered while it is marked, and the word for each."""
    LABELS_LINE = 0
    """The row on which they stand, when there are any."""

    def __init__(self, palette: Palette, message_id: str | None = None) -> None:
        super().__init__(palette)
        self.message_id = message_id
        self._branch = (1, 1)

    def set_branch(self, siblings: Sequence[str]) -> bool:
        """Say which messages stand in this one's place, itself among them. Returns whether that
        is news."""
        before = self._branch
        if self.message_id in siblings:
            self._branch = siblings.index(self.message_id) + 1, len(siblings)
        if self._branch != before:
            self.changed()
        return self._branch != before

    @property
    def has_branches(self) -> bool:
        return self._branch[1] > 1

    def set_marked(self, on: bool) -> None:
        self.is_marked = on
        self.changed()

    def marked_commands(self) -> Mapping[str, str]:
        """Those of MARKED_COMMANDS that there is something for, and more."""
        return self.MARKED_COMMANDS

    def command_at(self, line: int, cell: int) -> str | None:
        return command_at(self._labels(), cell) if line == self.LABELS_LINE else None

    def label_rows(self) -> list[Line]:
        """The row of labels, or nothing."""
        labels = self._labels()
        return [label_row(labels)] if labels else []

    def _labels(self) -> list[Label]:
        fill = self.fill or Style()
        muted, key = self.palette.muted + fill, self.palette.accent + fill
        labels: list[Label] = []
        number, count = self._branch
        if count > 1:
            labels += [
                Label("‹ ", key if number > 1 else muted, "branch.previous"),
                Label(f"{number}/{count}", muted),
                Label(" ›", key if number < count else muted, "branch.next"),
                Label("   ", muted),
            ]
        for id, word in self.marked_commands().items() if self.is_marked else ():
            labels += [
                Label(f"{key_label(by_id(id).keys[0]).lower()} ", key, id),
                Label(word, muted, id),
                Label("   ", muted),
            ]
        return labels[:-1]
