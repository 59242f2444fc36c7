"""Every file and folder of the workspace, without what git ignores, to be found by a few letters.

Where git is there it makes the list, which it does from its own index; else the folders are walked
with the rules of the .gitignore files in them. Either goes on beside the screen.
"""

import asyncio
import os
import time
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path

from tyler_tui.sanitize import sanitize
from tyler_tui.tui.completion.ranking import Hit, Ranking

MAX_FILES = 200_000
GIT_SECONDS = 15.0
WALK_SECONDS = 10.0
FRESH_SECONDS = 3.0
"""For so long after it was made a list is not made again."""

# A repository may name a program that git runs to learn what has changed: nothing of it is run.
_GIT = ("git", "-c", "core.fsmonitor=false", "ls-files", "-z")


class FileIndex:
    """Paths are relative to `root`; those of folders end with a slash. Names that do not fit on a
    line of text are left out."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._ranking = Ranking(())
        self._made_at = -FRESH_SECONDS
        self.is_made = False
        self.is_cut = False
        """Whether there are more files than the index takes."""

    def best(self, query: str, limit: int) -> list[tuple[str, Hit]]:
        """The paths that fit best, the very best first; without a query what stands in `root`
        itself."""
        texts = self._ranking.texts
        if query:
            return [(texts[hit.index], hit) for hit in self._ranking.best(query, limit)]
        tops = (n for n, path in enumerate(texts) if "/" not in path[:-1])
        ordered = sorted(tops, key=lambda n: (not texts[n].endswith("/"), texts[n]))
        return [(texts[n], Hit(n)) for n in ordered[:limit]]

    async def refresh(self) -> bool:
        """Make the list anew unless it is fresh. Returns whether another one was made."""
        if time.monotonic() - self._made_at < FRESH_SECONDS:
            return False
        self._made_at = time.monotonic()
        files = await _listed_by_git(self._root)
        paths = await asyncio.to_thread(self._paths, files)
        self._made_at = time.monotonic()
        if self.is_made and paths == self._ranking.texts:
            return False
        self._ranking = await asyncio.to_thread(Ranking, paths)
        self.is_made = True
        return True

    def _paths(self, files: list[str] | None) -> list[str]:
        if files is None:
            files = list(_walked(self._root))
        self.is_cut = len(files) > MAX_FILES
        return _with_folders(files[:MAX_FILES])


async def _listed_by_git(root: Path) -> list[str] | None:
    """None where git cannot tell."""
    files = await _git(root, "--cached", "--others", "--exclude-standard")
    if not files:  # no repository, or one that ignores this folder as a whole
        return None
    gone = set(await _git(root, "--deleted") or ())
    return [file for file in dict.fromkeys(files) if file not in gone]


async def _git(root: Path, *arguments: str) -> list[str] | None:
    try:
        process = await asyncio.create_subprocess_exec(
            *_GIT,
            *arguments,
            cwd=root,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(GIT_SECONDS):
            output, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        return None
    return [os.fsdecode(name) for name in output.split(b"\0") if name]


def _walked(root: Path) -> Iterator[str]:
    """The files and folders below `root`, the nearest first. Links are not followed."""
    until = time.monotonic() + WALK_SECONDS
    # Not before the first paint.
    from tyler_tui.tools.ignoring import rules_above  # noqa: PLC0415
    from tyler_tui.tools.workspace import SKIPPED_FOLDERS  # noqa: PLC0415

    above, prefix = rules_above(root)
    left = deque([("", above)])
    found = 0
    while left and found <= MAX_FILES and time.monotonic() < until:
        base, rules = left.popleft()
        try:
            folder = os.open(root / base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            rules = rules.below(prefix + base, folder)
            with os.scandir(folder) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    is_folder = entry.is_dir(follow_symlinks=False)
                    path = f"{base}{entry.name}/" if is_folder else base + entry.name
                    if rules.ignores(prefix + path):
                        continue
                    if is_folder and entry.name in SKIPPED_FOLDERS:
                        continue
                    found += 1
                    yield path
                    if is_folder:
                        left.append((path, rules))
        finally:
            os.close(folder)


def _with_folders(files: Iterable[str]) -> list[str]:
    paths: list[str] = []
    folders: set[str] = set()
    for file in files:
        if not _fits_a_line(file):
            continue
        at = file.rfind("/", 0, -1)
        while at > 0 and (folder := file[: at + 1]) not in folders:
            folders.add(folder)
            paths.append(folder)
            at = file.rfind("/", 0, at)
        if not file.endswith("/"):
            paths.append(file)
        elif file not in folders:  # an empty one, or a repository within this one
            folders.add(file)
            paths.append(file)
    return paths


def _fits_a_line(path: str) -> bool:
    return '"' not in path and "\n" not in path and "\t" not in path and sanitize(path) == path
