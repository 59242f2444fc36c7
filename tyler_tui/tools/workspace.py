"""Paths that stay inside the workspace, whatever a model writes.

A path is resolved with all of its symbolic links before it is compared, part by part, with the
resolved workspace. It is then opened part by part from the workspace down, and no part may be a
link: one that is put in place after the check leads nowhere.
"""

import os
import secrets
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line

SKIPPED_FOLDERS = frozenset(
    {".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", "venv", ".mypy_cache",
     ".ruff_cache", ".pytest_cache"}
)  # fmt: skip
"""What tools make for themselves: left out of listings and searches."""

_KERNEL = (Path("/proc"), Path("/sys"), Path("/dev"))
"""With / for a workspace these lie in it, and our own environment, with its keys, in them."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class NothingThereError(ToolError):
    """The path leads to nothing."""


@dataclass(frozen=True, slots=True)
class Place:
    """A path that was found to lie inside the workspace: `parts` lead there from `root`."""

    root: Path
    parts: tuple[str, ...]

    def __str__(self) -> str:
        """How it is written for people and models."""
        return one_line("/".join(self.parts) or ".", 300)


def resolve(workspace: Path, path: str) -> Place:
    """What `path` names, seen from the workspace. Raises ToolError when it lies outside, or cannot
    be a path."""
    quoted = repr(one_line(path, 120))
    if "\0" in path:
        raise ToolError("A path cannot hold a NUL character.")
    try:
        root = workspace.resolve()
        named = Path(path).expanduser() if path == "~" or path.startswith("~/") else Path(path)
        resolved = (root / named).resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise ToolError(f"{quoted} is not a path that can be followed.") from error
    if not resolved.is_relative_to(root):
        raise ToolError(
            f"{quoted} lies outside the workspace {root}. "
            "Only files inside the workspace can be used."
        )
    if any(resolved.is_relative_to(folder) for folder in _KERNEL):
        raise ToolError(f"{quoted} is no file of a workspace, but the system's own.")
    place = Place(root, resolved.relative_to(root).parts)
    with _in_words(place, "used"), suppress(FileNotFoundError):
        resolved.lstat()  # a name or path that is too long must fail before folders are made
    return place


@dataclass(frozen=True, slots=True)
class Version:
    """What tells one state of a file from another without reading it."""

    inode: int
    size: int
    modified_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> Self:
        return cls(status.st_ino, status.st_size, status.st_mtime_ns)


class Written(NamedTuple):
    """What a write did: whether it took the place of a file, and what is there now."""

    replaced: bool
    version: Version


def path_for_rules(arguments: Mapping[str, Any], workspace: Path) -> str:
    """The `path` of a call from the workspace on, links resolved, as rules about paths see it."""
    path = str(arguments.get("path", "."))
    try:
        return "/".join(resolve(workspace, path).parts) or "."
    except ToolError:  # no tool will use it
        return path


@contextmanager
def open_folder(place: Place) -> Iterator[int]:
    """A descriptor of the folder at `place`. Raises ToolError."""
    with _in_words(place, "listed"):
        handle = _descend(place.root, place.parts)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def open_file(place: Place) -> Iterator[BinaryIO]:
    """The regular file at `place`, to read. Raises ToolError, NothingThereError among them."""
    with _in_words(place, "read"), _parent(place) as folder:
        # Without O_NONBLOCK a pipe that nobody writes to would block for ever.
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(_name(place), flags, dir_fd=folder)
    try:
        _check_regular(place, os.fstat(handle))
        with os.fdopen(handle, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(handle)


def read_bytes(place: Place, limit: int) -> tuple[bytes, int]:
    """The first `limit` bytes of the regular file at `place`, and its size. Raises as `open_file`
    does."""
    with open_file(place) as file:
        return file.read(limit), os.fstat(file.fileno()).st_size


def check_writable(place: Place) -> Version | None:
    """The version of the file at `place`, None when there is none. Raises ToolError when nothing
    may be written there."""
    _check_not_git(place)
    try:
        with _in_words(place, "written"), _parent(place) as folder:
            status = os.stat(_name(place), dir_fd=folder, follow_symlinks=False)
    except NothingThereError:
        return None
    _check_replaceable(place, status)
    return Version.of(status)


@dataclass(slots=True)
class Filling:
    """A file on its way to its place. `version` is known once it is there."""

    file: BinaryIO
    replaces: bool
    version: Version | None = None


@contextmanager
def filling(
    place: Place, *, over: Version | None = None, replace: bool = True
) -> Iterator[Filling]:
    """A file to write to, which is at `place` when the block ends: whole, or not at all when the
    block fails. The permissions of a file that was there stay; folders are created. Raises
    ToolError: also when that file is no longer `over`, when there is one and it is not to be
    replaced, and for files that are git's own."""
    _check_not_git(place)
    with _in_words(place, "written"), _parent(place, create=True) as folder:
        name = _name(place)
        mode = _mode_to_keep(place, folder, over)
        if mode is not None and not replace:
            raise _there_already(place)
        spare = f".{name[:40]}.{secrets.token_hex(6)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        # The kernel applies the umask: to read it would be to set it for every other thread.
        handle = os.open(spare, flags, 0o666, dir_fd=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                if mode is not None:
                    os.fchmod(handle, mode)  # before there is anything in it to be seen
                filled = Filling(file, mode is not None)
                yield filled
                file.flush()
                filled.version = Version.of(os.fstat(handle))
            if replace:
                os.replace(spare, name, src_dir_fd=folder, dst_dir_fd=folder)
            else:
                _place_anew(place, spare, folder)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(spare, dir_fd=folder)
            raise


def _place_anew(place: Place, spare: str, folder: int) -> None:
    """Give a file its name unless another has it by now."""
    name = _name(place)
    try:
        os.link(spare, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError as error:
        raise _there_already(place) from error
    except OSError:  # a file system without links
        with suppress(FileNotFoundError):
            os.stat(name, dir_fd=folder, follow_symlinks=False)
            raise _there_already(place) from None
        os.replace(spare, name, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        os.unlink(spare, dir_fd=folder)


def _there_already(place: Place) -> ToolError:
    return ToolError(f"{place} is there already, and was left as it is.")


def write_bytes(place: Place, data: bytes, *, over: Version | None = None) -> Written:
    """Put `data` into a file. See `filling`."""
    with filling(place, over=over) as new:
        new.file.write(data)
    assert new.version is not None
    return Written(new.replaces, new.version)


def _check_not_git(place: Place) -> None:
    """What lies in .git can make git run commands: writing there is running them. Some file systems
    take other cases and invisible characters for the same name."""
    for part in place.parts:
        plain = "".join(character for character in part if unicodedata.category(character) != "Cf")
        if plain.casefold() == ".git":
            raise ToolError(f"{place} is git's own: use git to change it.")


def _mode_to_keep(place: Place, folder: int, over: Version | None) -> int | None:
    try:
        status = os.stat(_name(place), dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None
    _check_replaceable(place, status)
    if over is not None and Version.of(status) != over:
        raise ToolError(f"{place} was changed by someone else just now. Read it again.")
    return status.st_mode & 0o777


def _check_replaceable(place: Place, status: os.stat_result) -> None:
    _check_regular(place, status)
    if not status.st_mode & 0o222:
        raise ToolError(f"{place} is write-protected.")


def _check_regular(place: Place, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ToolError(f"{place} is a folder, not a file. files-list shows what is in it.")
    if not stat.S_ISREG(status.st_mode):
        raise ToolError(f"{place} is not a regular file.")


def _name(place: Place) -> str:
    return place.parts[-1] if place.parts else "."


@contextmanager
def _parent(place: Place, *, create: bool = False) -> Iterator[int]:
    """A descriptor of the folder that `place` lies in."""
    handle = _descend(place.root, place.parts[:-1], create=create)
    try:
        yield handle
    finally:
        os.close(handle)


def _descend(root: Path, parts: tuple[str, ...], *, create: bool = False) -> int:
    handle = os.open(root, _FOLDER)
    for part in parts:
        try:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(part, dir_fd=handle)
            below = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=handle)
        finally:
            os.close(handle)
        handle = below
    return handle


@contextmanager
def _in_words(place: Place, done: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NothingThereError(f"There is no {str(place)!r} in the workspace.") from error
    except OSError as error:
        raise ToolError(f"{place} cannot be {done}: {error.strerror}.") from error
