"""What a source of completions offers."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct


class Choice(Struct, frozen=True):
    """Something that what is being written may become."""

    text: str
    """What takes the place of what was written, when it is final."""
    label: str
    """What the list shows."""
    marked: tuple[int, ...] = ()
    """The characters of `label` that were looked for."""
    key: str = ""
    """A key that does the same."""
    help: str = ""
    goes_on: str = ""
    """What takes that place instead where more may follow, as in a folder; Tab puts it in."""
    runs: bool = False
    """Whether it is a whole command."""


class Offer(Struct, frozen=True):
    """What there is to choose from."""

    choices: Sequence[Choice] = ()
    is_whole: bool = False
    """Whether what was written is complete as it stands: Enter is then not for the list."""
    note: str = ""
    """Why there is nothing, or not everything, to choose from."""
    title: str = ""


class Source(Protocol):
    """Offers completions from what it knows; what it does not know yet is loaded beside."""

    def offer(self, query: str) -> Offer:
        """What there is for `query`, which may be empty."""
        ...

    async def load(self, query: str) -> bool:
        """Get what `offer` lacks for `query`. Returns whether it will offer other things now."""
        ...
