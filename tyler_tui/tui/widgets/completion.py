"""The list of completions above the composer. The focus stays in the composer."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tyler_tui.tui.completion.choice import Choice, Offer
from tyler_tui.tui.contrast import name_style
from tyler_tui.tui.items.base import fit

MAX_ROWS = 8
LABEL, KEY = 40, 12
"""The most cells of the columns before the help, where there is one."""
FRAME = 2
"""Rows of the border."""


class CompletionList(OptionList, can_focus=False):
    """Not there while there is nothing to complete."""

    DEFAULT_CSS = f"""
    CompletionList {{
        display: none;
        overlay: screen;
        width: 100%;
        height: auto;
        max-height: {MAX_ROWS + FRAME};
        padding: 0 1;
        background: $surface;
        border: round $primary;
        border-title-color: $primary;
        border-subtitle-color: $text-muted;
        scrollbar-size-vertical: 1;
        scrollbar-background: $surface;
        scrollbar-color: $foreground 35%;
        & > .option-list--option {{ color: $muted; }}
        & > .option-list--option-highlighted {{
            background: $primary 30%; color: $foreground; text-style: none;
        }}
        & > .option-list--option-disabled {{ color: $text-muted; }}
    }}
    """

    @dataclass
    class Taken(Message):
        """The user clicked on a choice."""

        choice: Choice

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._choices: Sequence[Choice] = ()
        self.was_moved = False
        """Whether the user went to the choice that is highlighted."""

    @property
    def choice(self) -> Choice | None:
        """The choice that is highlighted."""
        at = self.highlighted
        return self._choices[at] if at is not None and at < len(self._choices) else None

    def show(self, offer: Offer, room: int, *, chosen: bool) -> None:
        """Show what is offered in at most `room` rows; with `chosen` the first one is
        highlighted."""
        before = self.choice if self.was_moved else None
        self._choices = offer.choices
        rows = max(1, min(MAX_ROWS, room - FRAME, len(offer.choices) or 1))
        self.styles.height = rows + FRAME
        self.styles.offset = (0, -rows - FRAME)
        self.border_title = offer.title
        self.border_subtitle = _keys_of(offer)
        self.display = True
        self.clear_options()
        if offer.choices:
            self.add_options(self._rows(offer.choices))
        else:
            self.add_option(Option(Content(offer.note), disabled=True))
        self.was_moved = before is not None and before in offer.choices
        if self.was_moved and before is not None:
            self.highlighted = list(offer.choices).index(before)
        else:
            self.highlighted = 0 if chosen and offer.choices else None

    def close(self) -> None:
        if self.display:
            self.display = False
            self._choices, self.was_moved = (), False
            self.clear_options()

    def move(self, by: int) -> None:
        """Move the highlight, from either end on to the other."""
        self.was_moved = True
        if self.highlighted is None and by > 0:
            self.highlighted = 0
        elif by > 0:
            self.action_cursor_down()
        else:
            self.action_cursor_up()

    def _rows(self, choices: Sequence[Choice]) -> list[Option]:
        width = max(10, self.app.size.width - 2 * FRAME - 1)
        has_help = any(choice.help for choice in choices)
        most = min(LABEL, width - 16) if has_help else width
        label = max(min(cell_len(choice.label), most) for choice in choices)
        keys = max(cell_len(choice.key) for choice in choices)
        if keys > KEY or label + keys + 24 > width:
            keys = 0
        style = name_style(self.app.current_theme)
        return [Option(_row(choice, label, keys, width, style)) for choice in choices]

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Taken(self._choices[event.option_index]))


def _row(choice: Choice, label: int, keys: int, width: int, style: str) -> Content:
    shown = fit(choice.label, label)
    name = Content.styled(shown, style)
    for at in choice.marked:
        if at < len(shown):
            name = name.stylize("bold underline", at, at + 1)
    pieces: list[str | Content] = [name]
    used = cell_len(shown)
    if choice.help or keys:
        pieces.append(" " * (label - used + 2))
        used = label + 2
    if keys:
        pieces.append(choice.key + " " * (keys - cell_len(choice.key) + 2))
        used += keys + 2
    pieces.append(fit(choice.help, max(1, width - used)))
    return Content.assemble(*pieces)


def _keys_of(offer: Offer) -> str:
    if not offer.choices:
        return "Esc close"
    enter = "" if offer.is_whole else " · Enter take"
    return f"↑↓ · Tab fill in{enter} · Esc close"
