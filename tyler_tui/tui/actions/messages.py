"""The message cursor, and what is done with the message that it marks."""

from typing import TYPE_CHECKING

from tyler_tui.tui import clipboard, code_blocks
from tyler_tui.tui.actions.registry import does
from tyler_tui.tui.items.tool_lines import ToolLines

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does("message.previous")
def mark_previous(chat: "ChatScreen") -> None:
    _move(chat, -1)


@does("message.next")
def mark_next(chat: "ChatScreen") -> None:
    _move(chat, 1)


def _move(chat: "ChatScreen", by: int) -> None:
    if chat.cursor.move(by):
        chat.view.transcript.focus(scroll_visible=False)
    elif by > 0 and chat.cursor.marked is not None:  # past the last one, back to writing
        chat.cursor.mark(None)
        chat.composer.focus()
    else:
        chat.status.say("that is the first message" if chat.cursor.marked else "no message yet")


@does("message.copy")
def copy(chat: "ChatScreen") -> None:
    text = chat.cursor.text() or chat.view.last_reply
    if text:
        clipboard.copy(chat, text, "message")
    else:
        chat.status.say("nothing to copy yet")


@does("message.copy_code")
def copy_code(chat: "ChatScreen") -> None:
    """The block that was gone to, the one on view, or the last, of the marked message or of all."""
    transcript = chat.view.transcript
    items = chat.cursor.items() or transcript.viewport.items
    code = (
        chat.code_walk.code
        or code_blocks.topmost_code(transcript, items)
        or code_blocks.code_in(items)
    )
    if code is None:
        chat.status.say("there is no code block here")
    else:
        clipboard.copy(chat, code, "code block")


@does("code.previous")
def previous_code(chat: "ChatScreen") -> None:
    _go_to_code(chat, -1)


@does("code.next")
def next_code(chat: "ChatScreen") -> None:
    _go_to_code(chat, 1)


def _go_to_code(chat: "ChatScreen", by: int) -> None:
    if (place := chat.code_walk.step(by)) is None:
        chat.status.say(f"no code block {'below' if by > 0 else 'above'}")
    else:  # at the end of the text it cannot come up to the top
        chat.status.say(f"code block {place[0]} of {place[1]} of this answer")


@does("message.edit")
def edit(chat: "ChatScreen") -> None:
    chat.branching.edit()


@does("message.retry")
async def retry(chat: "ChatScreen") -> None:
    await chat.branching.retry()


@does("message.quote")
def quote(chat: "ChatScreen") -> None:
    text = chat.get_selected_text() or chat.cursor.text() or chat.view.last_reply
    if not text:
        chat.status.say("nothing to quote yet")
        return
    quoted = "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())
    draft = chat.composer.text
    chat.clear_selection()
    chat.cursor.mark(None)
    chat.composer.set_draft(f"{draft.rstrip()}\n\n{quoted}\n\n".lstrip("\n"))
    chat.composer.focus()


@does("message.calls")
def show_calls(chat: "ChatScreen") -> None:
    transcript = chat.view.transcript
    items = chat.cursor.items() or transcript.viewport.items
    groups = [item for item in items if isinstance(item, ToolLines) and item.is_group]
    if not groups:
        chat.status.say("no tool calls that share a line here")
        return
    groups = groups if chat.cursor.marked is not None else groups[-1:]
    any_open = any(group.is_open for group in groups)
    for group in groups:
        if group.is_open == any_open:
            group.toggle()
    transcript.refresh_now()


@does("branch.previous")
async def previous_branch(chat: "ChatScreen") -> None:
    await chat.branching.step(-1)


@does("branch.next")
async def next_branch(chat: "ChatScreen") -> None:
    await chat.branching.step(1)
