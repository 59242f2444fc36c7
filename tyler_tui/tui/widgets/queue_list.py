"""What waits for its turn: prompts that were sent while an answer is under way."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tyler_tui.conversation import Queued
from tyler_tui.sanitize import one_line

MAX_ROWS = 5


class QueueList(OptionList):
    """Not there while nothing waits."""

    BINDINGS = [
        ("e", "select", "Edit"),
        ("delete,backspace,d", "drop", "Drop"),
        ("shift+up,K", "move(-1)", "Earlier"),
        ("shift+down,J", "move(1)", "Later"),
    ]

    DEFAULT_CSS = f"""
    QueueList {{
        display: none;
        height: auto;
        max-height: {MAX_ROWS};
        background: $surface;
        border: none;
        padding: 0 1;
        color: $text-muted;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        scrollbar-size-vertical: 1;
        &:focus {{ border: none; }}
        & > .option-list--option-highlighted {{ background: $surface; color: $text-muted; }}
        &:focus > .option-list--option-highlighted {{
            background: $primary 30%; color: $foreground;
        }}
    }}
    """

    @dataclass
    class EditRequested(Message):
        """The prompt shall go back into the composer."""

        id: str

    @dataclass
    class DropRequested(Message):
        """The prompt shall not be sent."""

        id: str

    @dataclass
    class MoveRequested(Message):
        """The prompt shall be sent sooner (by < 0) or later."""

        id: str
        by: int

    def show(self, queue: Sequence[Queued]) -> None:
        """Show what waits, next one first."""
        ids = [queued.id for queued in queue]
        if ids == [option.id for option in self.options]:
            return
        chosen = self._chosen
        self.clear_options()
        self.add_options(Option(_line(n, queued), queued.id) for n, queued in enumerate(queue))
        if chosen in ids:
            self.highlighted = ids.index(chosen)
        self.display = bool(queue)

    @property
    def _chosen(self) -> str | None:
        option = self.highlighted_option
        return option.id if option is not None else None

    def on_focus(self) -> None:
        if self.highlighted is None:
            self.action_first()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.post_message(self.EditRequested(event.option_id))

    def action_drop(self) -> None:
        if self._chosen is not None:
            self.post_message(self.DropRequested(self._chosen))

    def action_move(self, by: int) -> None:
        if self._chosen is not None:
            self.post_message(self.MoveRequested(self._chosen, by))


def _line(number: int, queued: Queued) -> Content:
    when = "next" if number == 0 else f"{number + 1}"
    return Content.assemble((f"{when:>4} ", "$accent"), one_line(queued.text, 300))
