"""Reading stored messages, a window at a time. A window begins where a user speaks and ends where
one does next, so that no answer and no tool call is cut in two. All raise StoreError."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tyler_tui.conversation import Conversation
    from tyler_tui.messages import Message

WINDOW = 60
"""How many stored messages are read at a time."""


async def whole_turns(conversation: "Conversation", before: str | None = None) -> "list[Message]":
    """The last turns, or those before message `before`."""
    messages: list[Message] = []
    while True:
        older = await conversation.history(before=before, limit=WINDOW)
        messages = older + messages
        if len(older) < WINDOW:
            return messages
        if (start := _first_prompt(messages)) is not None:
            return messages[start:]
        before = messages[0].id


async def whole_turns_from(
    conversation: "Conversation", first: str | None
) -> tuple["list[Message]", str | None]:
    """The turns from message `first` on, or from the first one, and the id of the message that
    follows them; None at the end of the branch."""
    messages: list[Message] = []
    while True:
        more = await conversation.history_from(first, WINDOW + 1)
        messages += more[:WINDOW]
        if len(more) <= WINDOW:
            return messages, None
        if (cut := _last_prompt([*messages, more[-1]])) > 0:
            return messages[:cut], [*messages, more[-1]][cut].id
        first = more[-1].id


async def turns_around(
    conversation: "Conversation", message_id: str
) -> tuple["list[Message]", str | None]:
    """The turns around that message, and the id of the message that follows them; nothing when it
    is not on the current branch."""
    following, after = await whole_turns_from(conversation, message_id)
    if not following:
        return [], None
    return await whole_turns(conversation, before=message_id) + following, after


def _first_prompt(messages: "list[Message]") -> int | None:
    """Where the first message of a user stands."""
    return next((n for n, message in enumerate(messages) if message.role == "user"), None)


def _last_prompt(messages: "list[Message]") -> int:
    """Where the last message of a user stands; 0 when there is none behind the first."""
    for number in range(len(messages) - 1, 0, -1):
        if messages[number].role == "user":
            return number
    return 0
