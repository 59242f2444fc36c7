"""Files of the workspace: list, read, write."""

import difflib
import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from tyler_tui.agent.tools import ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line
from tyler_tui.tools.workspace import read_bytes, resolve, shown, write_text

MAX_READ_BYTES = 256 * 1024
MAX_ENTRIES = 500
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
    folder = resolve(context.workspace, path)
    if not folder.is_dir():
        raise ToolError(f"{one_line(path, 120)!r} is not a folder.")
    lines: list[str] = []
    for entry, level in _walk(folder, max(1, min(depth, 8)), 1):
        if len(lines) >= MAX_ENTRIES:
            lines.append(f"… cut at {MAX_ENTRIES} entries: give a pattern or a deeper folder.")
            break
        name = shown(folder, Path(entry.path)) if level > 1 else entry.name
        if entry.is_dir(follow_symlinks=False):
            lines.append(f"{name}/")
        elif fnmatch(entry.name, pattern):
            lines.append(f"{name}  {_size(entry)}")
    return "\n".join(lines) or "(nothing here fits)"


def _walk(folder: Path, depth: int, level: int) -> Iterator[tuple["os.DirEntry[str]", int]]:
    try:
        with os.scandir(folder) as listing:
            entries = sorted(
                listing, key=lambda entry: (not entry.is_dir(follow_symlinks=False), entry.name)
            )
    except OSError as error:
        raise ToolError(f"{folder.name} cannot be listed: {error.strerror}") from error
    for entry in entries:
        if entry.name in SKIPPED_FOLDERS:
            continue
        yield entry, level
        if level < depth and entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), depth, level + 1)


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
    file = resolve(context.workspace, path)
    if not file.exists():
        raise ToolError(f"There is no file {one_line(path, 120)!r} in the workspace.")
    data, size = read_bytes(file, MAX_READ_BYTES)
    lines = _decoded(data, file.name, whole=size <= len(data)).splitlines(keepends=True)
    start = max(1, start_line)
    end = len(lines) if end_line is None else min(end_line, len(lines))
    text = "".join(lines[start - 1 : end])
    notes: list[str] = []
    if start > 1 or end < len(lines):
        notes.append(f"lines {start} to {end} of {len(lines)}")
    if size > len(data):
        notes.append(f"cut at {len(data):,} of {size:,} bytes")
    return f"{text.rstrip()}\n\n[{'; '.join(notes)}]" if notes else text


def _decoded(data: bytes, name: str, *, whole: bool) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"\0" in data[:8192]:
        raise ToolError(f"{name} is a binary file; only text can be read.")
    try:
        return data.decode("utf-8-sig", "strict" if whole else "ignore")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _write_summary(arguments: Mapping[str, Any]) -> str:
    lines = str(arguments["content"]).count("\n") + 1
    return f"write {arguments['path']} ({lines} {'line' if lines == 1 else 'lines'})"


def _write_preview(arguments: Mapping[str, Any], workspace: Path) -> str:
    """The change as a unified diff; the whole text of a new file."""
    path = resolve(workspace, str(arguments["path"]))
    name = shown(workspace, path)
    old = ""
    if path.exists():
        data, size = read_bytes(path, MAX_READ_BYTES)
        old = _decoded(data, name, whole=size <= len(data))
    diff = difflib.unified_diff(
        old.splitlines(),
        str(arguments["content"]).splitlines(),
        f"a/{name}" if old else "/dev/null",
        f"b/{name}",
        lineterm="",
    )
    return "\n".join(diff) or "(no change)"


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
    file = resolve(context.workspace, path)
    existed = file.exists()
    write_text(file, content)
    lines = content.count("\n") + (not content.endswith("\n") and bool(content))
    size = len(content.encode())
    what = "Replaced" if existed else "Created"
    return f"{what} {shown(context.workspace, file)}: {lines} lines, {size:,} bytes."


FILES_TOOLS = [list_files, read_file, write_file]
