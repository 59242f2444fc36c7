"""What the model is told before the conversation."""

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tyler_tui.sanitize import sanitize


class SystemPromptScreen(ModalScreen[None]):
    """Closes with Esc, q or Enter."""

    BINDINGS = [("escape,q,enter,ctrl+c", "dismiss", "Close")]

    DEFAULT_CSS = """
    SystemPromptScreen {
        align: center middle;
        & > VerticalScroll {
            width: 88;
            max-width: 96%;
            height: auto;
            max-height: 92%;
            background: $surface;
            border: round $primary;
            border-title-color: $primary;
            padding: 0 2;
        }
        & Static { height: auto; }
    }
    """

    def __init__(self, prompt: str) -> None:
        super().__init__()
        self._prompt = prompt

    def compose(self) -> ComposeResult:
        with VerticalScroll() as scroll:
            scroll.border_title = "System prompt"
            scroll.border_subtitle = "Esc closes · /system TEXT tells it something else"
            yield Static(Content(sanitize(self._prompt)))
