"""What goes with the prompt, above the composer: a chip a file, with a cross to leave it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from tyler_tui.sanitize import one_line
from tyler_tui.tui.attachment_chip import Chip

NAME = 60


class AttachmentBar(Static):
    """Not there while nothing goes with the prompt."""

    DEFAULT_CSS = """
    AttachmentBar {
        display: none;
        height: auto;
        max-height: 4;
        padding: 0 2;
        background: $surface;
    }
    """

    @dataclass
    class RemoveRequested(Message):
        """The file of that name shall not go with the prompt."""

        name: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self.chips: Sequence[Chip] = ()

    def show(self, chips: Sequence[Chip]) -> None:
        """Show these in place of others."""
        if chips == self.chips:
            return
        self.chips = chips
        self.display = bool(chips)
        self.update(Content("\n").join(_row(n, chip) for n, chip in enumerate(chips)))

    def on_click(self, event: events.Click) -> None:
        number = event.style.meta.get("remove")
        if isinstance(number, int) and number < len(self.chips):
            event.stop()
            self.post_message(self.RemoveRequested(self.chips[number].name))


def _row(number: int, chip: Chip) -> Content:
    sign, color = ("⚠ ", "$text-warning") if chip.is_wrong else ("📎 ", "$muted")
    return Content.assemble(
        sign,
        (one_line(chip.name, NAME), "bold"),
        (f" {one_line(chip.note, 200)}", color),
        Content(" ✕ ").stylize("$accent").stylize(Style.from_meta({"remove": number})),
    )
