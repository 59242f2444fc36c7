"""Every file below a folder, opened, without what git ignores."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pathspec import GitIgnoreSpec

from tyler_tui.tools.ignoring import Rules, rules_above
from tyler_tui.tools.workspace import SKIPPED_FOLDERS, Place, open_file, open_folder

MAX_DEPTH = 64


class Walk:
    """Goes through the files at `place` that fit `glob`, with `ignored` also through those that git
    ignores; links are not followed. `unreadable` counts what could not be opened."""

    def __init__(self, place: Place, glob: GitIgnoreSpec | None, *, ignored: bool) -> None:
        self.unreadable = 0
        self._place = place
        self._glob = glob
        self._ignored = ignored
        self._prefix = ""
        """Where the workspace lies in its repository, which the rules are about."""

    def files(self) -> Iterator[tuple[str, int]]:
        """Paths relative to the workspace, in order, each with a descriptor that is open until the
        next. A file that is named itself comes whatever git says. Raises ToolError."""
        place = self._place
        if place.parts and Path(place.root, *place.parts).is_file():
            with open_file(place) as file:
                yield "/".join(place.parts), file.fileno()
            return
        path = "".join(f"{part}/" for part in place.parts)
        rules, self._prefix = rules_above(place.root)
        with open_folder(Place(place.root, ())) as top:
            rules = rules.below(self._prefix, top)
        if path and rules.ignores(self._prefix + path):
            rules = Rules("", [])  # who names a folder wants it searched
        with open_folder(place) as folder:
            yield from self._below(folder, path, rules, MAX_DEPTH)

    def _below(self, folder: int, path: str, rules: Rules, depth: int) -> Iterator[tuple[str, int]]:
        if path:
            rules = rules.below(self._prefix + path, folder)
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
        for entry in entries:
            name = path + entry.name
            if not entry.is_file(follow_symlinks=False) or not self._fits(name, rules):
                continue
            with self._opened(entry.name, folder, os.O_NONBLOCK) as handle:
                if handle is not None:
                    yield name, handle
        for entry in entries if depth else ():
            name = f"{path}{entry.name}/"
            if not entry.is_dir(follow_symlinks=False) or not self._enters(name, rules):
                continue
            with self._opened(entry.name, folder, os.O_DIRECTORY) as handle:
                if handle is not None:
                    yield from self._below(handle, name, rules, depth - 1)

    def _fits(self, path: str, rules: Rules) -> bool:
        if self._glob is not None and not self._glob.match_file(path):
            return False
        return self._ignored or not rules.ignores(self._prefix + path)

    def _enters(self, path: str, rules: Rules) -> bool:
        name = path.split("/")[-2]
        if self._ignored:
            return name != ".git"
        return name not in SKIPPED_FOLDERS and not rules.ignores(self._prefix + path)

    @contextmanager
    def _opened(self, name: str, folder: int, kind: int) -> Iterator[int | None]:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | kind
        try:
            handle = os.open(name, flags, dir_fd=folder)
        except OSError:
            self.unreadable += 1
            yield None
            return
        try:
            yield handle
        finally:
            os.close(handle)
