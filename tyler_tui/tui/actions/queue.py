"""What is done with the prompt under the cursor of the list of what waits."""

from typing import TYPE_CHECKING

from tyler_tui.tui.actions.registry import does

if TYPE_CHECKING:
    from tyler_tui.tui.screens.chat import ChatScreen


@does("queue.edit")
def edit(chat: "ChatScreen") -> None:
    if (id := chat.queue_list.chosen) is not None:
        chat.sending.edit_queued(id)


@does("queue.drop")
def drop(chat: "ChatScreen") -> None:
    if (id := chat.queue_list.chosen) is not None:
        chat.sending.drop_queued(id)


@does("queue.earlier")
def send_earlier(chat: "ChatScreen") -> None:
    _move(chat, -1)


@does("queue.later")
def send_later(chat: "ChatScreen") -> None:
    _move(chat, 1)


def _move(chat: "ChatScreen", by: int) -> None:
    if (id := chat.queue_list.chosen) is not None:
        chat.sending.move_queued(id, by)
