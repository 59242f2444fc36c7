"""What a source gives: conversations one by one, each whole or with the reason why it is not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tyler_tui.errors import UsageError
from tyler_tui.messages import Thread
from tyler_tui.store.copying import Kept


class ImportFailedError(UsageError):
    """A file that nothing, or nothing more, can be read of."""

    title = "That cannot be imported"


class DamagedError(Exception):
    """One conversation that cannot be read; the text says why, in plain words."""


BEYOND_READING = (
    ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError,
)  # fmt: skip
"""What comes of a record that is not at all what it should be: it costs one conversation."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation. `remarks` tell what of it could not come along, such as a picture that is
    not in the file. `kept` is what a store of our own knows of it, and `is_trusted` that it stands
    where the user keeps theirs."""

    thread: Thread
    remarks: tuple[str, ...] = ()
    kept: Kept | None = None
    is_trusted: bool = False


@dataclass(frozen=True, slots=True)
class Damaged:
    """A conversation that cannot be read: what it is called, as far as that is known, and why."""

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that is being read: its conversations, and how much of it is done, from 0 to 1."""

    conversations: Iterator[Found | Damaged]
    fraction: Callable[[], float]
