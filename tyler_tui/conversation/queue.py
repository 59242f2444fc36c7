"""What a conversation is doing, and what waits for its turn."""

from enum import StrEnum

from msgspec import Struct, field

from tyler_tui.messages import Attachment, ToolCall, new_id


class State(StrEnum):
    """What a conversation is doing."""

    IDLE = "idle"
    ANSWERING = "answering"
    ASKING = "asking"
    """A tool call waits for `decide`."""
    CANCELLING = "cancelling"


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
