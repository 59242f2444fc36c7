"""What the bar above the composer shows of a file that goes with the prompt."""

from msgspec import Struct


class Chip(Struct, frozen=True):
    """A file, a note on it, and whether that is about something wrong."""

    name: str
    note: str
    is_wrong: bool = False
