"""What a call will do, as the approval card shows it."""

from collections.abc import Mapping
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from tyler_tui.tools.visible import visible
from tyler_tui.tui.diffs import styled_lines
from tyler_tui.tui.json_text import arguments_text
from tyler_tui.tui.palette import Palette


class ApprovalPreview(VerticalScroll, can_focus=False):
    """A diff, a command, an address, or the arguments of the call; what it is about stands out."""

    DEFAULT_CSS = "ApprovalPreview { scrollbar-size-vertical: 1; }"

    class Moved(Message):
        """Another part of it is on view."""

    def compose(self) -> ComposeResult:
        yield Static(id="approval-preview", markup=False)

    def show(self, question: Mapping[str, Any]) -> None:
        """Show what a question is about, the data of APPROVAL_REQUESTED."""
        shown = visible(question["preview"]) or arguments_text(question["arguments"])
        text = Text()
        for line, style in styled_lines(shown, Palette.from_theme(self.app.current_theme)):
            text.append(f"{line}\n", style)
        text.rstrip()
        scope = question["scope"]
        if scope and scope not in question["arguments"].values():
            text.highlight_words([scope], "bold underline")
        self.query_one(Static).update(text)
        self.scroll_home(animate=False)

    @property
    def rows_below(self) -> int:
        return round(self.max_scroll_y - self.scroll_y)

    def watch_scroll_y(self, old: float, new: float) -> None:
        super().watch_scroll_y(old, new)
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        self.post_message(self.Moved())
