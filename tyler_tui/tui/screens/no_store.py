"""The store of sessions cannot be opened: try again, go on in memory, or leave."""

from enum import Enum

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tyler_tui.errors import TylerError
from tyler_tui.sanitize import sanitize
from tyler_tui.tui.dialogs import Dialog


class Choice(Enum):
    """What to do without the store; the value is the line that offers it."""

    RETRY = "Try again"
    IN_MEMORY = "Start a new session in memory, and save it as soon as that works"
    LEAVE = "Leave"


class NoStoreScreen(Dialog[Choice]):
    """Returns what the user chose."""

    BINDINGS = [("ctrl+q", "cancel", "Leave")]

    DEFAULT_CSS = """
    NoStoreScreen {
        background: $background;
        & > Vertical {
            width: 78;
            max-width: 98%;
            padding: 1 2;
            border: round $error;
            border-title-color: $error;
        }
        & OptionList, & OptionList:focus { height: auto; margin: 1 0 0 0; padding: 0; }
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

    def action_cancel(self) -> None:
        self.dismiss(Choice.LEAVE)
