"""The tool panel, and what tools may do unasked."""

from typing import TYPE_CHECKING

from tyler_tui.tui.actions.registry import does

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

APPROVAL_WORDS = {
    "ask": "asks before it writes, runs a command or goes to a new host",
    "edits": "files are written unasked; commands and new hosts ask",
    "auto": "everything runs unasked, but what a rule of yours forbids",
}


@does("tools.panel")
def toggle_panel(chat: "ChatScreen") -> None:
    if not chat.view.toggle_panel():
        chat.composer.focus()


@does("tools.expand")
def expand(chat: "ChatScreen") -> None:
    if chat.approval.has_focus_within:
        chat.approval.toggle_whole()
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
