"""Where prompts are written: several lines, history, pastes of any size.

Enter sends; Ctrl+J, Shift+Enter, Alt+Enter or a backslash before Enter start a new line. Up on
the first line and Down on the last walk through the history. A long paste stands as a short chip
and is put back when the prompt is sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from textual import events, on
from textual.app import App
from textual.binding import Binding
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widgets import TextArea

from tyler_tui.commands import EDITING, by_id, is_private, key_label, keys_of
from tyler_tui.prompt_history import PromptHistory
from tyler_tui.sanitize import sanitize
from tyler_tui.tui.widgets.chip_area import ChipArea

BLINK_SECONDS = 8.0
PLACEHOLDER = "Ask anything"
"""The cursor stands still so long after the last key: a program that waits should cost nothing."""

PREFIX = "composer."
"""The action of the command `composer.NAME` is `action_NAME` here."""


def _actions_by_key(keys: Mapping[str, str]) -> dict[str, list[str]]:
    """What each key does, the first that applies; `keys` are the user's own."""
    own = [command for command in EDITING if command.id.startswith(PREFIX)]
    actions: dict[str, list[str]] = {}
    for command in own:
        for key in keys_of(command, keys):
            actions.setdefault(key, []).append(command.id.removeprefix(PREFIX))
    declared = {command.id.removeprefix(PREFIX) for command in own}
    for binding in TextArea.BINDINGS:
        if isinstance(binding, Binding) and binding.action not in declared:
            for key in binding.key.split(","):
                actions.setdefault(key.strip(), []).append(binding.action)
    return actions


class Helper(Protocol):
    """What looks over the shoulder of who writes."""

    def press(self, event: events.Key) -> bool:
        """Do what a key means here, before anything else; returns whether it is done with."""
        ...

    def submit(self, text: str, typed: str) -> None:
        """Take what the user sends: the whole text, and the same with the chips of long pastes."""
        ...

    def refresh(self) -> None:
        """Something may have changed: the text, the cursor, the focus."""
        ...

    async def pasted(self, text: str) -> str:
        """What to put in for a text that was pasted."""
        ...


class Composer(ChipArea, inherit_bindings=False):
    """Gives what is sent to its `helper`."""

    DEFAULT_CSS = """
    Composer {
        height: auto;
        min-height: 1;
        max-height: 10;
        padding: 0 1 0 0;
        border: none;
        background: $surface;
        scrollbar-size-vertical: 1;
        &:focus { border: none; }
        & .text-area--cursor-line { background: $surface; }
        & .text-area--placeholder { color: $text-muted; }
    }
    """

    @dataclass
    class LeaveRequested(Message):
        """Ctrl+D on an empty line, as in a shell."""

    def __init__(
        self, prompts: PromptHistory, keys: Mapping[str, str], *, id: str | None = None
    ) -> None:
        """`keys` are the user's own, by the ids of the commands."""
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            placeholder=PLACEHOLDER,
            highlight_cursor_line=False,
        )
        self.prompts = prompts
        self.recall: Callable[[], bool] = lambda: False
        """What Up in an empty composer asks before the history: whether something nearer came."""
        self.helper: Helper | None = None
        self._is_submitting = False
        self.still = False
        """Whether the cursor never blinks."""
        self._actions = _actions_by_key(keys)
        self._recall_key = next(filter(None, keys_of(by_id("composer.earlier"), keys)), "")

    def tell_of_queue(self, is_any: bool) -> None:
        """Say, while nothing is written, how what waits is taken back; or no longer."""
        hint = f", or {key_label(self._recall_key)} to take back what waits"
        self.placeholder = PLACEHOLDER + hint * (is_any and bool(self._recall_key))

    def call_behind_keys(self, call: Callable[[], None]) -> None:
        """Call when the keys that were pressed before have had their effect here, and none of those
        that are pressed from now on: keys that work anywhere overtake those that wait here."""
        if self._is_submitting:
            call()
            return
        focused = self.screen.focused
        nodes: list[MessagePump] = []
        if focused is not self:  # what is typed there comes here by way of the screen
            nodes = [*focused.ancestors_with_self] if focused is not None else [self.screen]
        way = iter([*(node for node in nodes if not isinstance(node, App)), self])

        def go_on() -> None:
            node = next(way, None)
            if node is None or not node.call_later(go_on):
                call()

        go_on()

    def stash(self) -> None:
        """Clear the draft into the history, from where Up brings it back."""
        if not is_private(self.full_text):
            self.prompts.add(self.full_text)
        self.clear_draft()

    def begin(self, text: str) -> None:
        """Write `text` in place of the draft, which goes into the history."""
        if self.text:
            self.stash()
        self.set_draft(text)

    def action_submit(self) -> None:
        row, column = self.cursor_location
        line = self.document.get_line(row)
        if column == len(line) and line.endswith("\\") and not line.endswith("\\\\"):
            self.replace("\n", (row, column - 1), (row, column))
            return
        text = self.full_text
        if not text.strip():
            return
        typed = self.text
        if not is_private(text):
            self.prompts.add(text)
        self.clear_draft()
        if self.helper is not None:
            self._is_submitting = True
            try:
                self.helper.submit(text, typed)
            finally:
                self._is_submitting = False

    def action_copy(self) -> None:
        """Copy the selection and let go of it, so that the next press is free to mean another
        thing."""
        super().action_copy()
        self.move_cursor(self.selection.end)

    def action_leave(self) -> None:
        if self.text:
            self.action_delete_right()
        else:
            self.post_message(self.LeaveRequested())

    def action_newline(self) -> None:
        start, end = self.selection
        self._replace_via_keyboard("\n", start, end)

    def action_earlier(self) -> None:
        if self.text or not self.recall():
            self._step(-1)

    def action_later(self) -> None:
        self._step(1)

    def _step(self, step: int) -> None:
        before = self.cursor_location
        if step < 0:
            self.action_cursor_up()
        else:
            self.action_cursor_down()
        if self.cursor_location[0] != before[0] or self._moved_in_wrapped_line(before, step):
            return
        text = self.prompts.step(step, self.text)
        if text is not None:
            self.set_draft(text)

    def _moved_in_wrapped_line(self, before: tuple[int, int], step: int) -> bool:
        """Whether the cursor moved between rows of one wrapped line, rather than hitting an end
        (where TextArea goes to the first or last column)."""
        at_start, at_end = (0, 0), self.document.end
        after = self.cursor_location
        return after != before and after != (at_start if step < 0 else at_end)

    def on_mount(self) -> None:
        self._rest = self.set_timer(BLINK_SECONDS, self._stop_blinking)

    def _stop_blinking(self) -> None:
        self.cursor_blink = False

    @on(TextArea.Changed)
    @on(TextArea.SelectionChanged)
    def _look_again(self) -> None:
        if self.helper is not None:
            self.helper.refresh()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._look_again()

    async def _on_key(self, event: events.Key) -> None:
        self.cursor_blink = not self.still
        self._rest.stop()
        self._rest = self.set_timer(BLINK_SECONDS, self._stop_blinking)
        if await self._is_done_with(event):
            event.stop()
            event.prevent_default()

    async def _is_done_with(self, event: events.Key) -> bool:
        """Do what a key means here. Left to Textual it would be done elsewhere and later, after
        what is typed behind it."""
        if self.helper is not None and self.helper.press(event):
            return True
        for action in self._actions.get(event.key, ()):
            if await self.app.run_action(action, default_namespace=self):
                return True
        return False

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        text = sanitize(event.text)
        if self.helper is not None:
            text = await self.helper.pasted(text)
        text = self.chips.chip_for(text)
        result = self._replace_via_keyboard(text, *self.selection)
        if result is not None:
            self.move_cursor(result.end_location)
