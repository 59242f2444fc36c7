"""Looking at the images of a conversation."""

from typing import TYPE_CHECKING

from tyler_tui.messages import Attachment
from tyler_tui.tui.actions.registry import does
from tyler_tui.tui.items.base import BaseItem

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does("message.images")
def view_images(chat: "ChatScreen") -> None:
    """Those of the marked message from the first on; else all that are loaded, the last one
    first on view."""
    marked = [image for item in chat.cursor.items() for image in item.images]
    if marked:
        look_at(chat, marked[0], marked)
    elif every := _loaded(chat):
        look_at(chat, every[-1], every)
    else:
        chat.status.say("no image in this conversation")


def look_at(chat: "ChatScreen", image: Attachment, among: list[Attachment] | None = None) -> None:
    """Show `image`, and the way to the others of `among`: all that are loaded, unless told."""
    from tyler_tui.tui.screens.images import ImagesScreen  # noqa: PLC0415 - not for the start

    chat.app.push_screen(ImagesScreen(among or _loaded(chat) or [image], image))


def _loaded(chat: "ChatScreen") -> list[Attachment]:
    items = chat.view.transcript.viewport.items
    return [image for item in items if isinstance(item, BaseItem) for image in item.images]
