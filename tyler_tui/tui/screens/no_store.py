"""The store of sessions cannot be opened: try again, go on in memory, or leave."""

from enum import Enum

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tyler_tui.errors import TylerError
from tyler_tui.sanitize import sanitize


class Choice(Enum):
    """What to do without the store; the value is the line that offers it."""

    RETRY = "Try again"
    IN_MEMORY = "Start a new session in memory, and save it as soon as that works"
    LEAVE = "Leave"


class NoStoreScreen(ModalScreen[Choice]):
    """Returns what the user chose."""

    BINDINGS = [("escape,ctrl+c,ctrl+q", "leave", "Leave")]

    DEFAULT_CSS = """
    NoStoreScreen {
        align: center middle;
        background: $background;
        & > Vertical {
            width: 78;
            max-width: 98%;
            height: auto;
            border: round $error;
            border-title-color: $error;
            padding: 1 2;
            background: $surface;
        }
        & OptionList, & OptionList:focus {
            height: auto; border: none; margin: 1 0 0 0; padding: 0; background: $surface;
        }
        & .no-store--hint { color: $text-muted; margin: 1 0 0 0; }
    }
    """

    def __init__(self, error: TylerError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(self._error.title)
            box.border_subtitle = "Enter chooses · Esc leaves"
            yield Static(Content(sanitize(self._error.message)))
            if self._error.hint:
                yield Static(Content(sanitize(self._error.hint)), classes="no-store--hint")
            yield OptionList(*(Option(choice.value) for choice in Choice), markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(list(Choice)[event.option_index])

    def action_leave(self) -> None:
        self.dismiss(Choice.LEAVE)
