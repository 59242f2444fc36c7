"""Reading stored messages, a window at a time."""

from tyler_tui.conversation import Conversation
from tyler_tui.messages import Message

WINDOW = 60
"""How many stored messages are read at a time."""


async def whole_turns(conversation: Conversation, before: str | None = None) -> list[Message]:
    """A window of stored messages that starts where a user speaks, so that no answer and no
    tool call is cut in two: the last ones, or those before message `before`. Raises StoreError."""
    messages = await conversation.history(before=before, limit=WINDOW)
    while messages and messages[0].role != "user":
        older = await conversation.history(before=messages[0].id, limit=WINDOW)
        if not older:
            break
        messages = older + messages
    return messages
