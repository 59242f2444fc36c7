"""Paths that stay inside the workspace, whatever a model writes.

A path is resolved with all of its symbolic links before it is compared, part by part, with the
resolved workspace. Files are then opened by that resolved path without following links, so a link
that is put in place meanwhile leads nowhere.
"""

import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line


def resolve(workspace: Path, path: str) -> Path:
    """The real path that `path` names, seen from the workspace. Raises ToolError when it lies
    outside, or cannot be a path."""
    if "\0" in path:
        raise ToolError("A path cannot hold a NUL character.")
    root = workspace.resolve()
    try:
        resolved = root / Path(path).expanduser() if path.startswith("~") else root / path
        resolved = resolved.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise ToolError(f"{one_line(path, 120)!r} cannot be resolved: {error}") from error
    if resolved != root and root not in resolved.parents:
        raise ToolError(
            f"{one_line(path, 120)!r} lies outside the workspace {root}. "
            "Only files inside the workspace can be used."
        )
    return resolved


def shown(workspace: Path, path: Path) -> str:
    """How a path inside the workspace is written for people and models."""
    return path.relative_to(workspace.resolve()).as_posix()


def read_bytes(path: Path, limit: int) -> tuple[bytes, int]:
    """The first `limit` bytes of a regular file, and its size. Raises ToolError."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        raise ToolError(f"{path.name} cannot be read: {error.strerror}") from error
    with os.fdopen(handle, "rb") as file:
        status = os.fstat(file.fileno())
        if stat.S_ISDIR(status.st_mode):
            raise ToolError(f"{path.name} is a folder. Use files-list to see what is in it.")
        if not stat.S_ISREG(status.st_mode):
            raise ToolError(f"{path.name} is not a regular file.")
        return file.read(limit), status.st_size


def write_text(path: Path, text: str) -> None:
    """Put `text` into a file so that it is there whole or not at all; a file that was there keeps
    its permissions. Raises ToolError."""
    mode = None
    with suppress(FileNotFoundError):
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise ToolError(f"{path.name} is not a regular file.")
        mode = stat.S_IMODE(status.st_mode)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    except OSError as error:
        raise ToolError(f"{path.name} cannot be written: {error.strerror}") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        temporary.chmod(mode if mode is not None else 0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise ToolError(f"{path.name} cannot be written: {error.strerror}") from error
    except UnicodeEncodeError as error:
        temporary.unlink(missing_ok=True)
        raise ToolError("The content holds characters that no file can hold.") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
