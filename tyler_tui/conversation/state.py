"""What a conversation is doing."""

from enum import StrEnum


class State(StrEnum):
    IDLE = "idle"
    ANSWERING = "answering"
    ASKING = "asking"
    """A tool call waits for `decide`."""
    CANCELLING = "cancelling"
