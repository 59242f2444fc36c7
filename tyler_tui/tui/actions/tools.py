"""The tool panel, and what tools may do unasked."""

from typing import TYPE_CHECKING

from tyler_tui.remarks import APPROVAL_WORDS
from tyler_tui.tui.actions.registry import does

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does("tools.panel", is_late=True)
def toggle_panel(chat: "ChatScreen") -> None:
    if not chat.view.toggle_panel():
        chat.composer.focus()


@does("tools.expand", is_late=True)
def expand(chat: "ChatScreen") -> None:
    if (card := chat.focused_card) is not None:
        card.toggle_whole()
    elif chat.composer.has_focus and chat.composer.expand_chip():
        pass  # the paste at the cursor
    else:
        chat.view.expand_tools()


@does("approval.mode")
def next_approval_mode(chat: "ChatScreen") -> None:
    if chat.conversation is not None:
        mode = chat.conversation.policy.next_mode()
        chat.status.say(APPROVAL_WORDS[mode])
        chat.show_totals()
