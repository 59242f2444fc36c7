"""Where the arguments of a call are edited before it is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textual import events
from textual.message import Message
from textual.widgets import TextArea

from tyler_tui.commands import by_id, keys_of
from tyler_tui.messages import parse_arguments
from tyler_tui.sanitize import sanitize
from tyler_tui.tui.json_text import arguments_text, lone_text


class ArgumentsEditor(TextArea):
    """A lone text, such as a command, is edited as it stands, all else as JSON. The keys for
    sending and for a new line are those of the composer."""

    DEFAULT_CSS = """
    ArgumentsEditor {
        height: auto;
        border: none;
        padding: 0;
        background: $panel;
        scrollbar-size-vertical: 1;
        &:focus { border: none; }
        & .text-area--cursor-line { background: $panel; }
    }
    """

    @dataclass
    class Edited(Message):
        """These arguments are wanted."""

        arguments: dict[str, Any]

    @dataclass
    class Unreadable(Message):
        """The text is no JSON object, for that reason."""

        problem: str

    def __init__(self, keys: Mapping[str, str], *, id: str | None = None) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__(
            id=id, show_line_numbers=False, tab_behavior="focus", highlight_cursor_line=False
        )
        self._submitting = keys_of(by_id("composer.submit"), keys)
        self._breaking = keys_of(by_id("composer.newline"), keys)
        self._name: str | None = None

    @property
    def edits_json(self) -> bool:
        return self._name is None

    def begin(self, arguments: Mapping[str, Any]) -> None:
        """Begin with these."""
        self._name = lone_text(arguments)
        self.load_text(arguments_text(arguments))
        self.move_cursor(self.document.end if self._name is not None else (0, 0))
        self.read_only = False

    async def _on_key(self, event: events.Key) -> None:
        if event.key in self._submitting:
            event.stop()
            event.prevent_default()
            self._submit()
        elif event.key in self._breaking:
            event.stop()
            event.prevent_default()
            self.insert("\n")

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self._replace_via_keyboard(sanitize(event.text), *self.selection)

    def _submit(self) -> None:
        if self.read_only:
            return
        if self._name is not None:
            self.post_message(self.Edited({self._name: self.text}))
            return
        arguments, problem = parse_arguments(self.text)
        if problem:
            self.post_message(self.Unreadable(problem))
        else:
            self.post_message(self.Edited(arguments))
