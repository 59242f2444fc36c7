"""The keys that stop, close and leave."""

from typing import TYPE_CHECKING

from tyler_tui.tui.actions.registry import does

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does("chat.interrupt")
def interrupt(chat: "ChatScreen") -> None:
    chat.leaving.interrupt()


@does("chat.escape")
def escape(chat: "ChatScreen") -> None:
    chat.leaving.escape()


@does("app.quit")
async def leave(chat: "ChatScreen") -> None:
    await chat.leaving.leave()
