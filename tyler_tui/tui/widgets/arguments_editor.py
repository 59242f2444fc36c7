"""Where the arguments of a call are edited before it is allowed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from tyler_tui.commands import by_id, keys_of
from tyler_tui.messages import parse_arguments
from tyler_tui.sanitize import one_line, sanitize
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


class ArgumentsForm(Vertical):
    """The editor, and below it what is wrong, or what its keys do."""

    DEFAULT_CSS = """
    ArgumentsForm { height: auto; }
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        yield ArgumentsEditor(self._keys, id="approval-edit")
        yield Static(markup=False)

    @property
    def editor(self) -> ArgumentsEditor:
        return self.query_one(ArgumentsEditor)

    def begin(self, arguments: Mapping[str, Any], *, to_send: bool = False) -> None:
        """Go into the editor, with these in it. `to_send` says that they are sent then, and not
        looked at once more."""
        self.editor.begin(arguments)
        self.editor.focus()
        what = "JSON · " if self.editor.edits_json else ""
        enter = "Enter sends it" if to_send else "Enter shows what it would do"
        self._say(f"{what}{enter} · Ctrl+G your editor · Esc goes back")

    def refuse(self, problem: str) -> None:
        """Say why what was made of them cannot run."""
        self.editor.read_only = False
        self._say(one_line(problem, 300), "$error")

    def scroll_pages(self, by: int) -> None:
        if by < 0:
            self.editor.action_cursor_page_up()
        else:
            self.editor.action_cursor_page_down()

    def _say(self, what: str, color: str = "$muted") -> None:
        self.query_one(Static).update(Content.assemble((what, color)))

    @on(ArgumentsEditor.Edited)
    def _edited(self) -> None:
        self.editor.read_only = True
        self._say("looking what that would do…")

    @on(ArgumentsEditor.Unreadable)
    def _unreadable(self, event: ArgumentsEditor.Unreadable) -> None:
        event.stop()
        self.refuse(event.problem)
