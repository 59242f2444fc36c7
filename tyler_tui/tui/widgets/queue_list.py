"""What waits for its turn: prompts that were sent while an answer is under way."""

from collections.abc import Mapping, Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tyler_tui.commands import QUEUE, keys_of
from tyler_tui.conversation import Queued
from tyler_tui.sanitize import one_line
from tyler_tui.tui.widgets.letter_commands import LetterCommands

MAX_ROWS = 5


class QueueList(LetterCommands, OptionList):
    """Not there while nothing waits. What its keys do says `QUEUE`."""

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

    def __init__(self, keys: Mapping[str, str], *, id: str | None = None) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__(id=id)
        self._keys = {key: command.id for command in QUEUE for key in keys_of(command, keys)}

    def show(self, queue: Sequence[Queued]) -> None:
        """Show what waits, next one first."""
        ids = [queued.id for queued in queue]
        if ids == [option.id for option in self.options]:
            return
        chosen, at = self.chosen, self.highlighted
        self.clear_options()
        self.add_options(Option(_line(n, queued), queued.id) for n, queued in enumerate(queue))
        if chosen in ids:
            self.highlighted = ids.index(chosen)
        elif at is not None and ids:  # the next one moves up to where it was
            self.highlighted = min(at, len(ids) - 1)
        self.display = bool(queue)

    @property
    def chosen(self) -> str | None:
        """The id of the prompt under the cursor."""
        option = self.highlighted_option
        return option.id if option is not None else None

    def command_of(self, key: str) -> str | None:
        return self._keys.get(key)

    def on_focus(self) -> None:
        if self.highlighted is None:
            self.action_first()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.CommandChosen("queue.edit"))


def _line(number: int, queued: Queued) -> Content:
    when = "next" if number == 0 else f"{number + 1}"
    return Content.assemble((f"{when:>4} ", "bold"), one_line(queued.text, 300))
