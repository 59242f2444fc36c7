"""A thread is answered by one turn at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from tyler_tui.errors import ThreadBusyError

_claimed: set[tuple[int, str]] = set()


@contextmanager
def claimed(owner: object, name: str = "") -> Iterator[None]:
    """Keep others from what `owner` knows as `name`: a thread itself, or a store and the id of a
    thread in it, of which there may be several objects. Raises ThreadBusyError."""
    key = id(owner), name  # whoever claims holds on to the owner
    if key in _claimed:
        raise ThreadBusyError(
            "This thread is being answered already.",
            hint="Wait for the answer, or cancel it first.",
        )
    _claimed.add(key)
    try:
        yield
    finally:
        _claimed.discard(key)
