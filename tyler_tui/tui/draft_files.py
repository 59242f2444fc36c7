"""Drafts on disk, so that a crash costs at most the last second of what was being written.

A file a session, readable by its owner alone. What was written in a session that is stored nowhere,
because nothing was said in it yet, goes to the next new session in the same folder. Nothing here is
worth an error: a draft that cannot be kept is not kept.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

from tyler_tui import paths, regular_file
from tyler_tui.sanitize import storable
from tyler_tui.tui.draft import Draft

MAX_AGE_SECONDS = 30 * 86_400.0
"""Drafts of new sessions that nobody came back to are forgotten after so long."""


class DraftFiles:
    """Reads and writes the drafts in `folder`, of sessions in `workspace`."""

    def __init__(self, folder: Path, workspace: Path) -> None:
        self._folder = folder
        self._workspace = str(workspace)

    def write(self, session_id: str, draft: Draft, new_as: str | None) -> None:
        """Keep a draft; an empty one is forgotten. See `Drafts.keep`."""
        file = self._file(session_id)
        if not draft.text:
            _remove(file)
            return
        from tyler_tui.store.owner import own_mark  # noqa: PLC0415 - not before the first paint

        form = {
            "session": session_id,
            "text": draft.text,
            "pastes": {str(number): text for number, text in draft.pastes.items()},
            "cursor": draft.cursor,
        }
        if new_as is not None:
            form |= {"new_as": new_as, "workspace": self._workspace, "owner": own_mark()}
        spare = file.with_suffix(".new")
        try:
            paths.private_folder(self._folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with os.fdopen(os.open(spare, flags, 0o600), "w", encoding="utf-8") as out:
                out.write(storable(json.dumps(form, ensure_ascii=False)))
            os.replace(spare, file)
        except OSError:
            return

    def read(self, session_id: str) -> Draft | None:
        """The draft of a session."""
        form = _form(self._file(session_id))
        return _draft(form) if form.get("session") == session_id else None

    def adopt(self, session_id: str, new_as: str) -> Draft | None:
        """The newest draft that a program which has ended left in a new session of that name, here:
        from now on it is that of `session_id`."""
        from tyler_tui.store.owner import is_alive  # noqa: PLC0415 - as above

        for file in self._newest_first():
            form = _form(file)
            if form.get("new_as") != new_as or form.get("workspace") != self._workspace:
                continue
            if not is_alive(form.get("owner")) and (draft := _draft(form)) is not None:
                self.write(session_id, draft, new_as)
                _remove(file)
                return draft
        return None

    def _newest_first(self) -> list[Path]:
        """The files of all drafts, without those of new sessions that are too old."""
        found: list[tuple[float, Path]] = []
        now = time.time()
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    file = Path(entry.path)
                    if file.suffix == ".json":
                        found.append((entry.stat().st_mtime, file))
        except OSError:
            return []
        for written, file in found:
            if now - written > MAX_AGE_SECONDS and "new_as" in _form(file):
                _remove(file)
        return [file for _, file in sorted(found, reverse=True)]

    def _file(self, session_id: str) -> Path:
        import hashlib  # noqa: PLC0415 - OpenSSL comes with it, which the first paint can do without

        # An id may hold anything when it was given by a program.
        return (
            self._folder / f"{hashlib.sha256(storable(session_id).encode()).hexdigest()[:32]}.json"
        )


def _form(file: Path) -> dict[str, Any]:
    try:
        form = json.loads(regular_file.read_bytes(file))
    except (OSError, ValueError, RecursionError):
        return {}
    return form if isinstance(form, dict) else {}


def _draft(form: dict[str, Any]) -> Draft | None:
    try:
        cursor = form.get("cursor")
        return Draft(
            str(form["text"]),
            {int(number): str(text) for number, text in dict(form["pastes"]).items()},
            (int(cursor[0]), int(cursor[1])) if cursor else None,
        )
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return
