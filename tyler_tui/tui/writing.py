"""What looks over the shoulder of who writes a prompt: it completes, looks for the files that are
named, and keeps the draft."""

from typing import TYPE_CHECKING

from textual import events
from textual.timer import Timer

from tyler_tui.tui.attached import Attached
from tyler_tui.tui.completion.completing import Completing
from tyler_tui.tui.dropped_paths import dropped_paths
from tyler_tui.tui.switching import Said

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


SAVE_SECONDS = 1.0
"""How often a draft is written to disk at most."""


class Writing:
    """The helper of the chat's composer; see `tyler_tui.tui.widgets.composer.Helper`."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._workspace = chat.launch.workspace
        self.completing = Completing(chat)
        self.attached = Attached(chat, chat.launch.attachments)
        self._saved = ""
        self._saving: Timer | None = None

    def submit(self, text: str, typed: str) -> None:
        self._chat.sending.submit(Said(text, typed))

    def press(self, event: events.Key) -> bool:
        if event.character == "?" and not self._chat.composer.text:
            self._chat.action_command("app.keys")
            return True
        return self.completing.press(event)

    def refresh(self) -> None:
        self.completing.refresh()
        self.attached.refresh()
        text = self._chat.composer.text
        if text == self._saved:
            return
        if not text:  # it was sent, or is not wanted
            self.save_draft()
        elif self._saving is None:
            self._saving = self._chat.set_timer(SAVE_SECONDS, self.save_draft)

    def save_draft(self) -> None:
        """Let what is being written outlive the program."""
        if self._saving is not None:
            self._saving.stop()
            self._saving = None
        desk = self._chat.desk
        if desk.shown is not None and not desk.switching.is_under_way:
            self._saved = self._chat.composer.text
            draft = self._chat.branching.draft_and_edit()
            desk.drafts.keep(desk.shown.id, draft, new_as=desk.shown.new_as)

    async def pasted(self, text: str) -> str:
        return await dropped_paths(text, self._workspace) or text
