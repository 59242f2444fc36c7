"""What waits for its turn in a conversation."""

from collections.abc import Iterator

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


class Queue:
    """Messages that wait, the next one first."""

    def __init__(self) -> None:
        self._waiting: list[Queued] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Queued]:
        return iter(tuple(self._waiting))

    def __getitem__(self, at: int) -> Queued:
        return self._waiting[at]

    def add(self, queued: Queued) -> None:
        self._waiting.append(queued)

    def put_back(self, queued: Queued) -> None:
        """Let a message whose turn had come be the next one again."""
        self._waiting.insert(0, queued)

    def next(self) -> Queued:
        """Take out the message whose turn has come. Raises IndexError when none waits."""
        return self._waiting.pop(0)

    def drop(self, id: str) -> Queued | None:
        """Take one message out; None when it does not wait (any more)."""
        found = next((queued for queued in self._waiting if queued.id == id), None)
        if found is not None:
            self._waiting.remove(found)
        return found

    def drop_calls(self) -> None:
        """Let the calls of the user's own wait no more."""
        self._waiting = [queued for queued in self._waiting if queued.call is None]

    def move(self, id: str, by: int) -> None:
        """Let a message go out sooner (by < 0) or later."""
        at = next((n for n, queued in enumerate(self._waiting) if queued.id == id), None)
        if at is not None:
            self._waiting.insert(max(0, at + by), self._waiting.pop(at))

    def take(self) -> list[Queued]:
        """Empty it and return what was in it."""
        waiting, self._waiting = self._waiting, []
        return waiting
