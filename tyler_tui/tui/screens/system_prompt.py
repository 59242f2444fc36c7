"""What the model is told before the conversation."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tyler_tui.sanitize import sanitize
from tyler_tui.tui.screens.page import PageScreen


class SystemPromptScreen(PageScreen):
    """Shows `prompt` as it goes out."""

    def __init__(self, prompt: str) -> None:
        super().__init__()
        self._prompt = prompt

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "System prompt"
            scroll.border_subtitle = "Esc closes · /system TEXT tells it something else"
            yield Static(Content(sanitize(self._prompt)))
