"""What all dialogs have in common."""

from typing import Any, TypeVar

from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList

T = TypeVar("T")


def is_open(screen: Screen[Any]) -> bool:
    """Whether a dialog is there with all that is in it: what it waited for may come too late."""
    return screen.is_mounted and screen in screen.app.screen_stack


class Dialog(ModalScreen[T]):
    """Holds one Vertical or VerticalScroll, whose frame bears the dialog's name."""

    BINDINGS = [("escape,ctrl+c", "cancel", "Close")]

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > Vertical, & > VerticalScroll {
            max-width: 96%;
            height: auto;
            padding: 0 1;
            background: $surface;
            border: round $primary;
            border-title-color: $primary;
        }
        & Input, & Input:focus { height: 1; margin: 0 0 1 0; border: none; background: $panel; }
        & OptionList, & OptionList:focus { border: none; background: $surface; }
    }
    """

    def action_cancel(self) -> None:
        self.dismiss()


class ListDialog(Dialog[T]):
    """Has one OptionList, in which the keys move while one types."""

    BINDINGS = [
        ("down", "move(1)", "Next"),
        ("up", "move(-1)", "Previous"),
        ("pagedown", "page(1)", "Next page"),
        ("pageup", "page(-1)", "Previous page"),
    ]

    DEFAULT_CSS = """
    ListDialog {
        & OptionList { scrollbar-size-vertical: 1; scrollbar-background: $surface; }
        & .-muted { padding: 0; scrollbar-color: $foreground 35%; }
        & .-muted > .option-list--option { color: $muted; }
        & .-muted > .option-list--option-highlighted {
            background: $primary 30%; color: $foreground; text-style: none;
        }
    }
    """

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    async def action_page(self, by: int) -> None:
        await self.query_one(OptionList).run_action("page_down" if by > 0 else "page_up")
