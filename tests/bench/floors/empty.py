"""The floor of starting: Textual with one input."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class Empty(App[None]):
    def compose(self) -> ComposeResult:
        yield Input(placeholder="Ask anything")


if __name__ == "__main__":
    Empty().run()
