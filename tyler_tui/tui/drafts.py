"""What is being written in each session, while another one is on the screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsent prompt: its text, the long pastes that stand in it as chips, by number, and the
    cursor's row and column (None for the end)."""

    text: str = ""
    pastes: Mapping[int, str] = field(default_factory=dict)
    cursor: tuple[int, int] | None = None

    def after(self, text: str) -> "Draft":
        """The draft with `text` before it."""
        joined = f"{text}\n{self.text}" if self.text.strip() else text
        return replace(self, text=joined, cursor=None)


class Drafts:
    """Drafts by the id of their session."""

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}

    def put(self, session_id: str, draft: Draft) -> None:
        if draft.text:
            self._drafts[session_id] = draft
        else:
            self._drafts.pop(session_id, None)

    def take(self, session_id: str) -> Draft:
        """The draft of a session, which is no longer kept here; an empty one when there is none."""
        return self._drafts.pop(session_id, Draft())

    def prepend(self, session_id: str, text: str) -> None:
        """Put `text` before the draft of a session."""
        self.put(session_id, self._drafts.get(session_id, Draft()).after(text))
