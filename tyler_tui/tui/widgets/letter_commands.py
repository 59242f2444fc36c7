"""A view in which letters are commands."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

if TYPE_CHECKING:
    from textual.widget import Widget as _Base
else:
    _Base = object  # a widget takes its style sheet from the first of its bases that is one


class LetterCommands(_Base):
    """Stands before the widget's own base.

    Keys that stand for commands are posted as `CommandChosen`. A letter that stands for none begins
    a prompt, which the screen sees to; what is typed behind it is text, though the focus has not
    followed yet: of a word that comes in one go, no letter may run a command.
    """

    @dataclass
    class CommandChosen(Message):
        """A key was pressed that stands for a command, or the label of a command was clicked."""

        command: str

    hands_on_text = True
    _is_prompt_begun = False

    def command_of(self, key: str) -> str | None:
        """The id of the command that `key` stands for now."""
        raise NotImplementedError

    def on_key(self, event: events.Key) -> None:
        command = None if self._is_prompt_begun else self.command_of(event.key)
        if command is not None:
            event.stop()
            event.prevent_default()
            self.post_message(self.CommandChosen(command))
        elif event.is_printable:
            self._is_prompt_begun = True

    def on_focus(self) -> None:
        self._is_prompt_begun = False

    def on_blur(self) -> None:
        self._is_prompt_begun = False
