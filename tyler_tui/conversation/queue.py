"""What waits for its turn in a conversation."""

from msgspec import Struct, field

from tyler_tui.messages import Attachment, ToolCall, new_id


class Queued(Struct, frozen=True):
    """A message that waits for its turn; `id` becomes the id of the message."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    id: str = field(default_factory=new_id)
    is_there: bool = False
    """Whether the message is in the thread already, and wants another answer."""
    focus: str | None = None
    """Not None: no message, but the wish to have the thread summarised; see `Conversation.compact`.
    """
    is_typed: bool = True
    """Whether these are the user's own words."""
    call: ToolCall | None = None
    """No message, but a call of the user's own; see `Conversation.call_by_hand`."""
