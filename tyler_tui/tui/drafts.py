"""What is being written in each session, also while another one is on the screen."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tyler_tui.tui.draft import Draft, joined
from tyler_tui.tui.draft_files import DraftFiles


class Drafts:
    """Drafts by the id of their session. In `folder` they outlive the program, and so does what
    waits for its turn: it stands before the draft, as where Ctrl+C gives it back."""

    def __init__(
        self, folder: Path | None, workspace: Path, waiting: Callable[[str], Sequence[str]]
    ) -> None:
        """`waiting` tells which prompts wait in the session with an id."""
        self._waiting = waiting
        self._files = DraftFiles(folder, workspace) if folder is not None else None
        self._drafts: dict[str, Draft] = {}
        """Those of sessions behind the screen."""

    def keep(self, session_id: str, draft: Draft, *, new_as: str | None = None) -> None:
        """Let the draft of a session outlive the program; an empty one is forgotten. `new_as` is
        the name, or "", of a session in which nothing was said yet: it has another id next time."""
        if self._files is not None:
            parts = [*map(Draft, self._waiting(session_id)), draft]
            self._files.write(session_id, joined(parts, at=len(parts) - 1), new_as)

    def keep_anew(self, session_id: str, *, new_as: str | None = None) -> None:
        """Let what waits by now in a session behind the screen outlive the program."""
        if (draft := self._drafts.get(session_id)) is not None:
            self.keep(session_id, draft, new_as=new_as)

    def put(self, session_id: str, draft: Draft, *, new_as: str | None = None) -> None:
        """Keep the draft of a session that leaves the screen."""
        self._drafts[session_id] = draft
        self.keep(session_id, draft, new_as=new_as)

    def take(self, session_id: str, *, new_as: str | None = None) -> Draft:
        """The draft of a session that comes onto the screen; an empty one when there is none."""
        draft = self._drafts.pop(session_id, None)
        if draft is None and self._files is not None:
            draft = self._files.read(session_id)
            if draft is None and new_as is not None:
                draft = self._files.adopt(session_id, new_as)
        return draft or Draft()

    def drop(self, session_id: str) -> None:
        """Forget the draft of a session."""
        self._drafts.pop(session_id, None)
        self.keep(session_id, Draft())

    def prepend(self, session_id: str, text: str) -> None:
        """Put `text` before the draft of a session behind the screen."""
        self.put(session_id, self._drafts.get(session_id, Draft()).after(text))
