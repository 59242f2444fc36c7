"""Where a denial gets a word for the model."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class DenyWord(Horizontal):
    """One line; Enter sends it, with or without a word in it."""

    DEFAULT_CSS = """
    DenyWord {
        height: 1;
        margin: 1 0 0 0;
        & > Static { width: auto; color: $warning; }
        & > Input {
            width: 1fr; height: 1; border: none; padding: 0 1; background: $panel;
            &:focus { border: none; }
        }
    }
    """

    @dataclass
    class Said(Message):
        """The call is denied, with that word."""

        word: str

    def compose(self) -> ComposeResult:
        yield Static("deny and say:", markup=False)
        yield Input(placeholder="why, or what to do instead", id="approval-word")

    def begin(self) -> None:
        """Go into an empty line."""
        entry = self.query_one(Input)
        entry.value = ""
        entry.focus()

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Said(event.value.strip()))
