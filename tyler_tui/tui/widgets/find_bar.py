"""Where one types what to find in the conversation."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class FindBar(Horizontal):
    """Not there until it is opened. What is found is not its concern: it tells what is wanted."""

    BINDINGS = [
        ("up,ctrl+f,shift+enter", "step(-1)", "Older"),
        ("down", "step(1)", "Newer"),
    ]

    DEFAULT_CSS = """
    FindBar {
        display: none;
        height: 1;
        background: $surface;
        padding: 0 1;
        & > Input {
            width: 1fr;
            height: 1;
            border: none;
            padding: 0;
            background: $surface;
            &:focus { border: none; }
        }
        & > Static { width: auto; color: $text-muted; }
        & > .find--label { color: $accent; text-style: bold; padding: 0 1 0 0; }
    }
    """

    @dataclass
    class Changed(Message):
        """Another text is wanted; "" for none."""

        text: str

    @dataclass
    class Stepped(Message):
        """The hit before (-1) or after (1) is wanted."""

        by: int

    def compose(self) -> ComposeResult:
        yield Static("Find", classes="find--label", markup=False)
        yield Input(placeholder="in this conversation", compact=True, select_on_focus=True)
        yield Static(id="find-count", markup=False)

    def open(self, text: str = "") -> None:
        """Show the bar and go into it; `text` is looked for at once."""
        self.display = True
        entry = self.query_one(Input)
        if text:
            entry.value = text
        elif entry.value:
            self.post_message(self.Changed(entry.value))
        entry.focus()

    def close(self) -> None:
        self.display = False
        self.say("")

    def say(self, what: str) -> None:
        """Show how much was found."""
        self.query_one("#find-count", Static).update(f" {what}" if what else "")

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_step(-1)

    def action_step(self, by: int) -> None:
        self.post_message(self.Stepped(by))
