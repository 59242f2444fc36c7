"""Files of the workspace: list, read, write."""

import io
import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tyler_tui.agent.tools import ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.tools.preview import preview_of_write
from tyler_tui.tools.text import SNIFFED_BYTES, count_lines, encoding_of
from tyler_tui.tools.workspace import Place, open_file, open_folder, resolve, write_text

MAX_READ_CHARACTERS = 256 * 1024
MAX_PIECE = 64 * 1024
MAX_ENTRIES = 500
MAX_DEPTH = 8
SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".mypy_cache",
     ".ruff_cache", ".pytest_cache"}
)  # fmt: skip


@tool(
    name="files-list",
    summarize=lambda arguments: f"list {arguments.get('path', '.')}",
)
def list_files(context: ToolContext, path: str = ".", pattern: str = "*", depth: int = 1) -> str:
    """List the files and folders of a folder in the workspace, with their sizes in bytes.

    Folders that tools make for themselves, such as .git and node_modules, are left out.

    Args:
        path: The folder, relative to the workspace.
        pattern: Show only names that fit, such as "*.py". Folders are always walked.
        depth: How many levels of folders to show; 1 is the folder alone.
    """
    place = resolve(context.workspace, path)
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


@tool(
    name="files-read",
    summarize=lambda arguments: f"read {arguments['path']}",
)
def read_file(
    context: ToolContext, path: str, start_line: int = 1, end_line: int | None = None
) -> str:
    """Read a text file of the workspace.

    Args:
        path: The file, relative to the workspace.
        start_line: The first line to read, counted from 1.
        end_line: The last line to read; the end of the file when it is left out.
    """
    place = resolve(context.workspace, path)
    start = max(1, start_line)
    if end_line is not None and end_line < start:
        raise ToolError(f"end_line, {end_line}, comes before start_line, {start}.")
    with open_file(place) as file:
        encoding = encoding_of(file.read(SNIFFED_BYTES))
        file.seek(0)
        if encoding is None:
            raise ToolError(f"{place} is a binary file; only text can be read.")
        codec = "utf-8-sig" if encoding == "utf-8" else encoding
        with io.TextIOWrapper(file, codec, "replace", newline="\n") as text:
            return _excerpt(text, start, end_line)


def _excerpt(file: io.TextIOBase, start: int, end: int | None) -> str:
    kept: list[str] = []
    room, number, note = MAX_READ_CHARACTERS, 0, ""
    for number, piece in _pieces(file):
        if number < start:
            continue
        if end is not None and number > end:
            note = f"lines {start} to {end}; the file goes on"
            break
        kept.append(piece[:room])
        if len(piece) > room:
            note = f"cut in line {number}, after {MAX_READ_CHARACTERS:,} characters"
            break
        room -= len(piece)
    if not number:
        return "(the file is empty)"
    if not kept:
        raise ToolError(f"There is no line {start}: the file ends at line {number}.")
    if start > 1 and not note:
        note = f"lines {start} to {number}, the last"
    text = "".join(kept)
    return text if not note else text.removesuffix("\n") + f"\n\n[{note}]"


def _pieces(file: io.TextIOBase) -> Iterator[tuple[int, str]]:
    """The text by lines, with their numbers. A line that is very long comes in several pieces."""
    number, begins = 0, True
    while piece := file.readline(MAX_PIECE):
        number += begins
        begins = piece.endswith("\n")
        yield number, piece


def _write_summary(arguments: Mapping[str, Any]) -> str:
    return f"write {arguments['path']} ({count_lines(arguments['content'])})"


def _write_preview(arguments: Mapping[str, Any], workspace: Path) -> str:
    return preview_of_write(resolve(workspace, arguments["path"]), arguments["content"])


@tool(
    name="files-write",
    risk="write",
    summarize=_write_summary,
    preview=_write_preview,
)
def write_file(context: ToolContext, path: str, content: str) -> str:
    """Write a text file into the workspace, in place of one that is there. Folders are created.

    Args:
        path: The file, relative to the workspace.
        content: The whole text of the file.
    """
    place = resolve(context.workspace, path)
    what = "Replaced" if write_text(place, content) else "Created"
    return f"{what} {place}: {count_lines(content)}, {len(content.encode()):,} bytes."


FILES_TOOLS = [list_files, read_file, write_file]
