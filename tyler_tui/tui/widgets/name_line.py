"""A line to write a name on, over the place where it will stand."""

from dataclasses import dataclass

from textual.geometry import Region
from textual.message import Message
from textual.widgets import Input

from tyler_tui.tui.items.session_row import Listed


class NameLine(Input):
    """Not there until it is opened."""

    DEFAULT_CSS = """
    NameLine { display: none; position: absolute; }
    """

    @dataclass
    class Given(Message):
        """The session shall be called so."""

        listed: Listed
        name: str

    def __init__(self) -> None:
        super().__init__(placeholder="A name to resume it by")
        self._listed: Listed | None = None

    @property
    def is_open(self) -> bool:
        return self._listed is not None

    def open(self, listed: Listed, place: Region) -> None:
        """Write a name for `listed`, there on the screen."""
        self._listed = listed
        self.value = listed.summary.name or ""
        self.styles.offset = place.offset
        self.styles.width = place.width
        self.display = True
        self.focus()

    def close(self) -> None:
        self._listed = None
        self.display = False

    def give(self) -> None:
        """Take what is written for the name, unless it is blank."""
        listed = self._listed
        self.close()
        if listed is not None and self.value.strip():
            self.post_message(self.Given(listed, self.value))
