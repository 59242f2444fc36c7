"""The listing of a folder."""

import os
from collections.abc import Iterator
from fnmatch import fnmatch

from tyler_tui.agent.tools import ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.tools.workspace import (
    SKIPPED_FOLDERS,
    Place,
    open_folder,
    path_for_rules,
    resolve,
)

MAX_ENTRIES = 500
MAX_DEPTH = 8


@tool(
    name="files-list",
    summarize=lambda arguments: f"list {arguments.get('path', '.')}",
    subject=path_for_rules,
)
def list_files(context: ToolContext, path: str = ".", pattern: str = "*", depth: int = 1) -> str:
    """List the files and folders of a folder in the workspace, with their sizes in bytes.

    Folders that tools make for themselves, such as .git and node_modules, are left out.

    Args:
        path: The folder, relative to the workspace.
        pattern: Show only names that fit, such as "*.py". Folders are always walked.
        depth: How many levels of folders to show; 1 is the folder alone.
    """
    return listing(resolve(context.workspace, path), pattern, depth)


def listing(place: Place, pattern: str = "*", depth: int = 1) -> str:
    """What `list_files` says of the folder at `place`. Raises ToolError."""
    lines: list[str] = []
    for line in _listing(place, pattern, max(1, min(depth, MAX_DEPTH)), ""):
        if len(lines) >= MAX_ENTRIES:
            lines.append(f"… cut at {MAX_ENTRIES} entries: give a pattern or a deeper folder.")
            break
        lines.append(line)
    return "\n".join(lines) or "(nothing here fits)"


def _listing(place: Place, pattern: str, depth: int, prefix: str) -> Iterator[str]:
    with open_folder(place) as folder, os.scandir(folder) as found:
        for entry in sorted(found, key=_folders_first):
            name = f"{prefix}{entry.name}"
            if not entry.is_dir(follow_symlinks=False):
                if fnmatch(entry.name, pattern):
                    yield f"{name}  {_size(entry)}"
            elif entry.name not in SKIPPED_FOLDERS:
                yield f"{name}/"
                if depth > 1:
                    below = Place(place.root, (*place.parts, entry.name))
                    try:
                        yield from _listing(below, pattern, depth - 1, f"{name}/")
                    except ToolError:
                        yield f"{name}/  (cannot be listed)"


def _folders_first(entry: "os.DirEntry[str]") -> tuple[bool, str]:
    return not entry.is_dir(follow_symlinks=False), entry.name


def _size(entry: "os.DirEntry[str]") -> str:
    if entry.is_symlink():
        return "(link)"
    try:
        return str(entry.stat(follow_symlinks=False).st_size)
    except OSError:
        return "?"
