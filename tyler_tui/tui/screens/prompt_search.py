"""Search the prompts of all sessions, the newest first."""

import re
from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tui.items.base import fit

MOST_SHOWN = 200
SEARCHED = 20_000
"""So many characters of a prompt are looked through."""
BEFORE_HIT = 20
"""Characters that stay before what was found, where the beginning does not fit."""


class PromptSearchScreen(ModalScreen[str | None]):
    """Returns the prompt that was chosen, or None."""

    BINDINGS = [
        ("escape,ctrl+c,ctrl+g", "cancel", "Close"),
        ("down,ctrl+r", "move(1)", "Older"),
        ("up,ctrl+s", "move(-1)", "Newer"),
        ("pagedown", "page(1)", "Page down"),
        ("pageup", "page(-1)", "Page up"),
        ("tab", "take", "Take"),
    ]

    DEFAULT_CSS = """
    PromptSearchScreen {
        align: center bottom;
        & > Vertical {
            width: 100%;
            height: auto;
            max-height: 90%;
            margin: 0 0 1 0;
            background: $surface;
            border: round $primary;
            border-title-color: $primary;
            border-subtitle-color: $text-muted;
            padding: 0 1;
        }
        & Input, & Input:focus { border: none; height: 1; padding: 0; background: $surface; }
        & OptionList, & OptionList:focus {
            height: auto;
            max-height: 10;
            border: none;
            padding: 0;
            background: $surface;
            scrollbar-size-vertical: 1;
            scrollbar-background: $surface;
            scrollbar-color: $foreground 35%;
        }
        & OptionList > .option-list--option { color: $muted; }
        & OptionList > .option-list--option-highlighted {
            background: $primary 30%; color: $foreground; text-style: none;
        }
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
            yield OptionList(markup=False)
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

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    async def action_page(self, by: int) -> None:
        await self.query_one(OptionList).run_action("page_down" if by > 0 else "page_up")

    def action_cancel(self) -> None:
        self.dismiss(None)

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
        options.add_options(Option(_row(prompt, words, width)) for prompt in self._found)
        options.highlighted = 0 if self._found else None
        options.display = bool(self._found)
        self.query_one(Static).display = not self._found


def _row(prompt: str, words: Sequence[str], width: int) -> Content:
    """The prompt on one line, such that the first word that was found can be seen."""
    line = one_line(prompt, SEARCHED)
    lines = sanitize(prompt).count("\n") + 1
    note = f"  {lines} lines" if lines > 1 else ""
    pattern = re.compile("|".join(re.escape(word) for word in words) or "(?!)", re.IGNORECASE)
    hit = pattern.search(line)
    if hit is not None and hit.end() > width - len(note) - 1:
        line = "…" + line[max(0, hit.start() - BEFORE_HIT) :]
    line = fit(line, width - len(note))
    shown = Content.styled(line, "$foreground")
    for match in pattern.finditer(line):
        shown = shown.stylize("$accent bold", *match.span())
    return Content.assemble(shown, note)
