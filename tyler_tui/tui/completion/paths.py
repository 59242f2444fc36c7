"""The paths behind `@`: of the workspace, found by a few of their letters, and of any folder that
is named, listed."""

import asyncio
import os
import time
from pathlib import Path

from tyler_tui.mentions import mention_of
from tyler_tui.paths import expanded
from tyler_tui.sanitize import sanitize
from tyler_tui.tui.completion.choice import Choice, Offer
from tyler_tui.tui.completion.file_index import FileIndex

MOST_SHOWN = 50
MOST_LISTED = 5_000
FRESH_SECONDS = 3.0
TITLE = "Files"
_ELSEWHERE = ("/", "~", "./", "../")
"""What a path begins with that is typed as in a shell."""


class Paths:
    """Finds files and folders; see `Source`."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._index = FileIndex(workspace)
        self._folders: dict[str, tuple[float, list[str]]] = {}
        """What was found in folders, and when, by how they were named."""

    def offer(self, query: str) -> Offer:
        if query.startswith(_ELSEWHERE):
            return self._listed(query)
        choices = [
            _choice(path, tuple(hit.marked)) for path, hit in self._index.best(query, MOST_SHOWN)
        ]
        if not choices and "/" in query:
            return self._listed(query)  # what git ignores can be named too
        note = "" if self._index.is_made else "looking for files…"
        title = f"{TITLE} · the first ones of very many" if self._index.is_cut else TITLE
        return Offer(choices, any(choice.label == query for choice in choices), note, title=title)

    async def load(self, query: str) -> bool:
        changed = False
        if not query.startswith(_ELSEWHERE):
            changed = await self._index.refresh()
        folder = query.rpartition("/")[0]
        if "/" in query and (query.startswith(_ELSEWHERE) or not self._index.best(query, 1)):
            changed |= await self._list(f"{folder}/")
        return changed

    def _listed(self, query: str) -> Offer:
        """The folder that `query` names, as a shell completes it."""
        folder, slash, name = query.rpartition("/")
        _, names = self._folders.get(folder + slash, (0.0, []))
        fitting = [
            found
            for found in names
            if found.startswith(name) and (name or not found.startswith("."))
        ]
        choices = [_choice(folder + slash + found, ()) for found in fitting[:MOST_SHOWN]]
        return Offer(choices, any(c.label == query for c in choices), title=folder + slash or TITLE)

    async def _list(self, folder: str) -> bool:
        at, before = self._folders.get(folder, (-FRESH_SECONDS, []))
        if time.monotonic() - at < FRESH_SECONDS:
            return False
        names = await asyncio.to_thread(_names_in, self._workspace, folder)
        self._folders = {
            **dict(list(self._folders.items())[-20:]),
            folder: (time.monotonic(), names),
        }
        return names != before


def _names_in(workspace: Path, folder: str) -> list[str]:
    names: list[str] = []
    try:
        with os.scandir(workspace / expanded(folder)) as entries:
            for number, entry in enumerate(entries):
                if number >= MOST_LISTED:
                    break
                name = entry.name + "/" if entry.is_dir() else entry.name
                if '"' not in name and sanitize(name) == name:
                    names.append(name)
    except (OSError, RuntimeError):
        return []
    return sorted(names, key=lambda name: (not name.endswith("/"), name))


def _choice(path: str, marked: tuple[int, ...]) -> Choice:
    text = mention_of(path)
    return Choice(
        text=f"{text} ",
        label=path,
        marked=marked,
        goes_on=text.removesuffix('"') if path.endswith("/") else "",
    )
