"""Moving through the conversation, and copying from it."""

from typing import TYPE_CHECKING

from tyler_tui.sanitize import one_line
from tyler_tui.tui import clipboard, code_blocks
from tyler_tui.tui.actions.registry import does, does_with

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen

FOLLOWING = {
    "tail": "the end stays on view until you scroll up",
    "top": "the view stops when the prompt has reached the top",
    "off": "the view never moves by itself",
}


@does("reply.copy")
def copy_reply(chat: "ChatScreen") -> None:
    """The second press in a row copies the last code block of the answer instead."""
    reply = chat.view.last_reply
    code = code_blocks.code_in(chat.view.transcript.viewport.items)
    if reply is None:
        chat.status.say("nothing to copy yet")
    elif code is not None and code in reply and chat.app.clipboard == reply:
        clipboard.copy(chat, code, "last code block")
    else:
        clipboard.copy(chat, reply, "reply")


@does_with("view.find", is_late=True)
def find(chat: "ChatScreen", text: str) -> None:
    chat.finding.open(text)


@does("view.up")
def page_up(chat: "ChatScreen") -> None:
    _scroll_pages(chat, -1)


@does("view.down")
def page_down(chat: "ChatScreen") -> None:
    _scroll_pages(chat, 1)


def _scroll_pages(chat: "ChatScreen", by: int) -> None:
    """Scroll the question for whoever is at it, else the conversation."""
    if (card := chat.focused_card) is not None:
        card.scroll_pages(by)
    else:
        chat.view.scroll_pages(by)


@does("view.start")
async def go_to_start(chat: "ChatScreen") -> None:
    await chat.view.go_to_start()


@does("view.end")
async def go_to_end(chat: "ChatScreen") -> None:
    await chat.view.go_to_end()
    chat.view.transcript.follow_on()


@does_with("view.follow")
def follow(chat: "ChatScreen", wanted: str) -> None:
    viewport = chat.view.transcript.viewport
    modes = list(FOLLOWING)
    if wanted and wanted.casefold() not in modes:
        chat.status.say(f"{one_line(wanted, 20)!r} is none of {', '.join(modes)}")
        return
    at = modes.index(viewport.mode)
    viewport.mode = wanted.casefold() or modes[(at + 1) % len(modes)]
    if viewport.mode == "tail":
        chat.view.transcript.follow_on()
    chat.status.say(f"follow {viewport.mode}: {FOLLOWING[viewport.mode]}")


@does("thinking.toggle")
def toggle_thinking(chat: "ChatScreen") -> None:
    is_open = chat.view.toggle_thinking()
    if is_open is None:
        chat.status.say("there is no thinking here")
    else:
        chat.status.say("thinking is open" if is_open else "thinking is closed")
