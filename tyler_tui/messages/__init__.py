"""The values of a conversation: Message, ToolCall, Attachment, Usage and Thread.

Messages are the truth: the screen and the request to the model are both derived from them. A
thread is a tree (each message names its parent), of which `messages` shows the current branch;
editing adds a sibling, nothing is overwritten. `for_model` derives what a provider accepts from
whatever a cancel, a crash or an error left behind.
"""

from tyler_tui.messages.compaction import (
    Compaction,
    compaction_of,
    is_summary_request,
    still_sent,
    summary_message,
    summary_request,
    summary_text,
)
from tyler_tui.messages.repair import INTERRUPTED_RESULT, for_model
from tyler_tui.messages.thread import ASIDES, TITLE_LENGTH, Thread, title_of
from tyler_tui.messages.values import (
    Attachment,
    Message,
    MessageStatus,
    Role,
    ToolCall,
    new_id,
    parse_arguments,
)
from tyler_tui.usage import Usage

__all__ = [
    "ASIDES",
    "INTERRUPTED_RESULT",
    "TITLE_LENGTH",
    "Attachment",
    "Compaction",
    "Message",
    "MessageStatus",
    "Role",
    "Thread",
    "ToolCall",
    "Usage",
    "compaction_of",
    "for_model",
    "is_summary_request",
    "new_id",
    "parse_arguments",
    "still_sent",
    "summary_message",
    "summary_request",
    "summary_text",
    "title_of",
]
