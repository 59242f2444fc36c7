"""What looks over the shoulder of who writes a prompt: completion, and the files that it names."""

from typing import TYPE_CHECKING

from textual import events

from tyler_tui.tui.attached import Attached
from tyler_tui.tui.completion.completing import Completing
from tyler_tui.tui.dropped_paths import dropped_paths

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


class Writing:
    """The helper of the chat's composer; see `tyler_tui.tui.widgets.composer.Helper`."""

    def __init__(self, chat: "ChatScreen") -> None:
        self._chat = chat
        self._workspace = chat.launch.workspace
        self.completing = Completing(chat)
        self.attached = Attached(chat, chat.launch.attachments)

    def press(self, event: events.Key) -> bool:
        if event.character == "?" and not self._chat.composer.text:
            self._chat.action_command("app.keys")
            return True
        return self.completing.press(event)

    def refresh(self) -> None:
        self.completing.refresh()
        self.attached.refresh()

    async def pasted(self, text: str) -> str:
        return await dropped_paths(text, self._workspace) or text
