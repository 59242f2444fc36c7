"""Opening, switching and naming sessions."""

import asyncio
from typing import TYPE_CHECKING

from tyler_tui.commands import by_id
from tyler_tui.sanitize import one_line
from tyler_tui.tui.actions.registry import does, does_with, run
from tyler_tui.tui.items.user import UserPrompt
from tyler_tui.tui.open_session import Place

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does("session.new")
def new(chat: "ChatScreen") -> None:
    chat.desk.switch_to(None)


@does("session.open")
async def pick(chat: "ChatScreen") -> None:
    place = await chat.desk.pick()
    if place is not None:
        chat.desk.switch_to(place)


@does_with("session.switch")
def switch(chat: "ChatScreen", name: str) -> None:
    if not name:
        run(chat, by_id("session.open"))
        return

    async def find() -> Place:
        return Place((await (await chat.backend.stored()).find(name)).id)

    chat.desk.switch_to(find)


@does("session.waiting")
def go_to_waiting(chat: "ChatScreen") -> None:
    chat.desk.switch_to_pressing()


@does_with("session.rename")
async def rename(chat: "ChatScreen", name: str) -> None:
    conversation = chat.conversation
    if conversation is None:
        return
    if name:
        await chat.desk.rename(conversation.thread.id, name)
        return
    chat.composer.begin("/rename ")
    chat.composer.focus()
    chat.status.say("type the new name behind it, then Enter")


@does_with("session.save")
async def save(chat: "ChatScreen", file: str) -> None:
    await chat.keeping.save(file)


@does_with("session.export")
async def export(chat: "ChatScreen", text: str) -> None:
    from tyler_tui.export.saving import Wish, save  # noqa: PLC0415 - not for start

    conversation = chat.conversation
    if conversation is None or conversation.is_new:
        chat.status.say("nothing was said yet that could be exported")
        return
    thread = await conversation.whole_thread()
    path = await asyncio.to_thread(save, thread, Wish.read(text), chat.launch.workspace)
    chat.notify(one_line(str(path), 300), title="Exported", markup=False, timeout=10)


@does("session.fork")
def fork(chat: "ChatScreen") -> None:
    """A fork ends with a whole turn. One of a prompt ends before it, with the prompt as draft."""
    conversation, marked = chat.conversation, chat.cursor.marked
    if conversation is None or conversation.is_new:
        chat.status.say("nothing was said yet that could be copied")
        return
    prompt = marked if isinstance(marked, UserPrompt) else None
    draft = prompt.text if prompt is not None else ""
    cut = prompt or chat.cursor.following()

    async def copied() -> Place | None:
        through = None
        if cut is not None and cut.message_id is not None:
            before = await conversation.history(before=cut.message_id, limit=1)
            if not before:
                return None
            through = before[-1].id
        made = await (await chat.backend.stored()).fork_thread(conversation.thread.id, through)
        return Place(made.id)

    chat.desk.switch_to(copied, draft)
