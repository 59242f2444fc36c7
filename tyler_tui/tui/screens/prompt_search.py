"""Search the prompts of all sessions, the newest first."""

import re
from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tui.contrast import name_style
from tyler_tui.tui.dialogs import ListDialog
from tyler_tui.tui.items.base import fit

MOST_SHOWN = 200
SEARCHED = 20_000
"""So many characters of a prompt are looked through."""
BEFORE_HIT = 20
"""Characters that stay before what was found, where the beginning does not fit."""


class PromptSearchScreen(ListDialog[str | None]):
    """Returns the prompt that was chosen, or None."""

    BINDINGS = [
        ("ctrl+g", "cancel", "Close"),
        ("ctrl+r", "move(1)", "Older"),
        ("ctrl+s", "move(-1)", "Newer"),
        ("tab", "take", "Take"),
    ]

    DEFAULT_CSS = """
    PromptSearchScreen {
        align: center bottom;
        & > Vertical {
            width: 100%;
            max-width: 100%;
            max-height: 90%;
            margin: 0 0 1 0;
            border-subtitle-color: $text-muted;
        }
        & Input, & Input:focus { margin: 0; padding: 0; background: $surface; }
        & OptionList { height: auto; max-height: 10; }
        & Static { color: $text-muted; display: none; }
    }
    """

    def __init__(self, prompts: Sequence[str]) -> None:
        """`prompts`, the newest last."""
        super().__init__()
        self._prompts = list(dict.fromkeys(reversed(prompts)))
        self._folded = [prompt[:SEARCHED].casefold() for prompt in self._prompts]
        self._found: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Earlier prompts"
            box.border_subtitle = "Enter take · ↑↓ Ctrl+R older · Esc close"
            yield OptionList(classes="-muted", markup=False)
            yield Static("no prompt fits", markup=False)
            yield Input(placeholder="Type to search the prompts of all sessions")

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._fill("")

    @on(Input.Changed)
    def _filter(self, event: Input.Changed) -> None:
        self._fill(event.value)

    @on(Input.Submitted)
    def action_take(self) -> None:
        at = self.query_one(OptionList).highlighted
        if at is not None and self.is_current:
            self.dismiss(self._found[at])

    @on(OptionList.OptionSelected)
    def _take_clicked(self, event: OptionList.OptionSelected) -> None:
        if self.is_current:  # a second press on the way out takes nothing more
            self.dismiss(self._found[event.option_index])

    def _fill(self, wanted: str) -> None:
        words = wanted.casefold().split()
        self._found = [
            prompt
            for prompt, folded in zip(self._prompts, self._folded, strict=True)
            if all(word in folded for word in words)
        ][:MOST_SHOWN]
        options = self.query_one(OptionList)
        options.clear_options()
        width = self.app.size.width - 6
        style = name_style(self.app.current_theme)
        options.add_options(Option(_row(prompt, words, width, style)) for prompt in self._found)
        options.highlighted = 0 if self._found else None
        options.display = bool(self._found)
        self.query_one(Static).display = not self._found


def _row(prompt: str, words: Sequence[str], width: int, style: str) -> Content:
    """The prompt on one line, such that the first word that was found can be seen."""
    line = one_line(prompt, SEARCHED)
    lines = sanitize(prompt).count("\n") + 1
    note = f"  {lines} lines" if lines > 1 else ""
    pattern = re.compile("|".join(re.escape(word) for word in words) or "(?!)", re.IGNORECASE)
    hit = pattern.search(line)
    if hit is not None and hit.end() > width - len(note) - 1:
        line = "…" + line[max(0, hit.start() - BEFORE_HIT) :]
    line = fit(line, width - len(note))
    shown = Content.styled(line, style)
    for match in pattern.finditer(line):
        shown = shown.stylize("bold underline", *match.span())
    return Content.assemble(shown, note)
