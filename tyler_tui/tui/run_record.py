"""What was said since the program was started, for the farewell.

It is read from the store at the end, so that it is what is kept, whatever became of an answer that
was under way.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from tyler_tui.backend import StoredSessions
    from tyler_tui.messages import Message

WINDOW = 200
"""So many messages of a session are read at most."""


class SessionRun(Struct, frozen=True):
    """What was said in a session since the program was started."""

    label: str
    messages: Sequence["Message"]


class Farewell(Struct, frozen=True):
    """`thread_id` is the session that was on the screen last, the last of `runs` if anything was
    said in it."""

    thread_id: str
    runs: Sequence[SessionRun] = ()


class RunRecord:
    """Remembers in which sessions something was said since the program was started."""

    def __init__(self) -> None:
        self._began = datetime.now(UTC)
        self._labels: dict[str, str] = {}

    def note(self, session_id: str, label: str) -> None:
        """Something is said in that session: it becomes the last one."""
        self._labels.pop(session_id, None)
        self._labels[session_id] = label

    async def runs(self, stored: "StoredSessions", last: str) -> list[SessionRun]:
        """What was said, session `last` at the end. Raises StoreError."""
        ids = sorted(self._labels, key=lambda id: id == last)
        found = [
            SessionRun(self._labels[id], self._since(await stored.messages(id, limit=WINDOW)))
            for id in ids
        ]
        return [run for run in found if run.messages]

    def _since(self, messages: "Sequence[Message]") -> "Sequence[Message]":
        """The turns in which something is of this run, with the prompts that it answers."""
        first = next((n for n, m in enumerate(messages) if m.timestamp >= self._began), None)
        if first is None:
            return []
        while first > 0 and messages[first].role != "user":
            first -= 1
        return messages[first:]
