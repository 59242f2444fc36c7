"""A setting with a few values, of which one is shown between arrows."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from textual import events
from textual.content import Content
from textual.widget import Widget

T = TypeVar("T")


class Stepper(Widget, Generic[T], can_focus=True):
    """Left and Right change the value, as do clicks on either half."""

    BINDINGS = [("left", "step(-1)", "Before"), ("right", "step(1)", "Next")]

    DEFAULT_CSS = """
    Stepper {
        height: 1;
        width: auto;
        padding: 0 1;
        color: $text-muted;
        &:focus { background: $primary 25%; color: $foreground; }
    }
    """

    def __init__(
        self, label: str, values: Sequence[tuple[T, str]], value: T, *, id: str | None = None
    ) -> None:
        """`values` each with the word for it."""
        super().__init__(id=id)
        self._label = label
        self._values = values
        self._at = next((n for n, (one, _) in enumerate(values) if one == value), 0)

    @property
    def value(self) -> T:
        return self._values[self._at][0]

    @value.setter
    def value(self, value: T) -> None:
        """One of the values."""
        self._at = next(n for n, (one, _) in enumerate(self._values) if one == value)
        self.refresh(layout=True)

    def action_step(self, by: int) -> None:
        self._at = max(0, min(len(self._values) - 1, self._at + by))
        self.refresh(layout=True)

    def on_click(self, event: events.Click) -> None:
        self.focus()
        self.action_step(-1 if event.x < len(self._label) + 3 else 1)

    def render(self) -> Content:
        first, last = self._at == 0, self._at == len(self._values) - 1
        return Content.assemble(
            self._label,
            (" ‹ ", "dim" if first else "bold $accent"),
            (self._values[self._at][1], "$foreground"),
            (" ›", "dim" if last else "bold $accent"),
        )
