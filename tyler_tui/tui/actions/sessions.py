"""Opening, switching and naming sessions."""

from typing import TYPE_CHECKING

from tyler_tui.errors import TylerError
from tyler_tui.tui.actions.registry import does, does_with

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does("session.new")
def new(chat: "ChatScreen") -> None:
    chat.desk.switch_to(None)


@does("session.open")
async def pick(chat: "ChatScreen") -> None:
    try:
        picked = await chat.desk.pick()
    except TylerError as error:
        chat.report(error)
        return
    if picked is not None:
        chat.desk.switch_to(picked)


@does_with("session.switch")
async def switch(chat: "ChatScreen", name: str) -> None:
    if not name:
        await pick(chat)
        return
    try:
        found = await chat.backend.find(name)
    except TylerError as error:
        chat.report(error)
        return
    chat.desk.switch_to(found.id)


@does("session.waiting")
def go_to_waiting(chat: "ChatScreen") -> None:
    chat.desk.switch_to_pressing()


@does_with("session.rename")
async def rename(chat: "ChatScreen", name: str) -> None:
    conversation = chat.conversation
    if conversation is None:
        return
    if not name:
        chat.composer.set_draft("/rename ")
        chat.composer.focus()
        chat.status.say("type the new name behind it, then Enter")
        return
    try:
        await chat.backend.rename(conversation.thread.id, name)
    except TylerError as error:
        chat.report(error)
        return
    conversation.thread.name = " ".join(name.split())
    chat.show_totals()
