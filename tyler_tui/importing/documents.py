"""JSON exports: a file, a folder with it, or the ZIP in which it came, read a piece at a time."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from tyler_tui.importing.found import (
    BEYOND_READING,
    Damaged,
    DamagedError,
    Found,
    ImportFailedError,
)
from tyler_tui.importing.json_items import json_items
from tyler_tui.sanitize import one_line

LONGEST_FILE = 20 * 1024 * 1024
"""Bytes of a file that goes with a message."""
_NAME = "conversations"
_FOLDERS = ("dalle-generations", "user-")
"""Where pictures lie in an export of ChatGPT that was unpacked, besides its own folder."""
_FAILURES = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading raises: of a file, and of an archive that is damaged, encrypted or of a new kind."""
_WHAT = (
    "What can be imported: databases of llm, elia, oterm and Tyler, exports of ChatGPT and Claude, "
    "and our own JSON."
)
_FEW = 20
"""How many conversations are looked at to find out whose they are."""


class Documents:
    """The conversations of an export, and the files that lie beside them."""

    def __init__(self, path: Path) -> None:
        """Raises ImportFailedError."""
        self.path = path
        self._read, self._size = 0, 1
        self._archive: zipfile.ZipFile | None = None
        self._looked_at: list[Any] = []
        try:
            if path.is_file() and zipfile.is_zipfile(path):
                self._archive = zipfile.ZipFile(path)
                names = self._archive.namelist()
                self._beside = {Path(name).name: name for name in names}
                found = [(name, self._archive.getinfo(name).file_size) for name in names]
            else:
                # No links: an export must not send along what it leads to.
                there = [file for file in (path.parent, path)[path.is_dir()].iterdir()
                         if file == path or not file.is_symlink()]  # fmt: skip
                files = [file for file in there if file.is_file()]
                folders = [one for one in there if one.is_dir() and one.name.startswith(_FOLDERS)]
                inner = [file for folder in folders for file in folder.iterdir()
                         if not file.is_symlink() and file.is_file()]  # fmt: skip
                self._beside = {file.name: str(file) for file in (*inner, *files)}
                found = [(str(file), file.stat().st_size) for file in files]
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise ImportFailedError(f"{shown(path)} cannot be read: {_why(error)}.") from error
        if self._archive is None and not path.is_dir():
            self._parts = [(str(path), size) for name, size in found if Path(name) == path]
        else:
            self._parts = sorted(part for part in found if _is_part(Path(part[0]).name))
        if not self._parts:
            raise ImportFailedError(
                f"{shown(path)} holds no {_NAME}.json.",
                hint="Give the ZIP of an export as it came, or the conversations.json in it.",
            )
        self._size = sum(size for _, size in self._parts) or 1
        self._items = self._all()

    @property
    def fraction(self) -> float:
        return min(self._read / self._size, 1.0)

    def first(self) -> list[Any]:
        """The first few conversations, which will come again. Raises ImportFailedError when the
        file is no JSON."""
        for item in islice(self._items, _FEW):
            if isinstance(item, ImportFailedError) and not self._looked_at:
                raise item
            self._looked_at.append(item)
            if isinstance(item, dict):
                break
        return self._looked_at

    def conversations(
        self, read: Callable[[dict[str, Any]], Found], label: Callable[[dict[str, Any]], object]
    ) -> Iterator[Found | Damaged]:
        """Each conversation as `read` understands it; where that raises, `label` names it. Behind
        the last one the archive is closed."""
        try:
            for number, item in enumerate(chain(self._looked_at, self._items), 1):
                yield _understood(item, number, read, label)
        finally:
            if self._archive is not None:
                self._archive.close()

    def file_beginning(self, start: str) -> tuple[str, bytes] | None:
        """The name and the content of the file beside the conversations that is called so, or
        begins so; None when there is none, or it is too large to go with a message."""
        name = start if start in self._beside else next(
            (name for name in sorted(self._beside) if start and name.startswith(start)), None
        )  # fmt: skip
        if name is None:
            return None
        try:
            with closing(self._open(self._beside[name])) as file:
                content = file.read(LONGEST_FILE + 1)
        except _FAILURES:
            return None
        return (name, content) if len(content) <= LONGEST_FILE else None

    def _open(self, name: str) -> IO[bytes]:
        return self._archive.open(name) if self._archive is not None else Path(name).open("rb")

    def _all(self) -> Iterator[Any]:
        for name, _ in self._parts:
            yield from self._of_part(name)

    def _of_part(self, name: str) -> Iterator[Any]:
        """The conversations in one file, and behind them an ImportFailedError if it breaks off."""
        came = 0
        try:
            with closing(self._open(name)) as file:
                for item in json_items(_Counted(file, self._count)):
                    yield item
                    came += 1
        except _FAILURES as error:
            where = shown(self.path)
            if self._archive is not None or self.path.is_dir():
                where = f"{one_line(Path(name).name, 60)} in {where}"
            behind = f" behind its first {came:,} conversations" if came else ""
            yield ImportFailedError(
                f"{where} cannot be read{behind}: {_why(error)}.", hint="" if came else _WHAT
            )

    def _count(self, size: int) -> None:
        self._read += size


def _understood(
    item: Any,
    number: int,
    read: Callable[[dict[str, Any]], Found],
    label: Callable[[dict[str, Any]], object],
) -> Found | Damaged:
    if isinstance(item, ImportFailedError):
        return Damaged("the rest of the file", item.message)
    if not isinstance(item, dict):
        return Damaged(f"number {number}", "it is no conversation")
    name = label(item)
    shown_name = one_line(name, 60) if isinstance(name, str) else ""
    shown_name = shown_name or f"number {number}"
    try:
        return read(item)
    except DamagedError as error:
        return Damaged(shown_name, str(error))
    except BEYOND_READING as error:
        return Damaged(shown_name, f"it cannot be understood: {_why(error)}")


class _Counted:
    """A file that tells how much of it is read."""

    def __init__(self, file: IO[bytes], count: Callable[[int], None]) -> None:
        self._file = file
        self._count = count

    def read(self, size: int) -> bytes:
        piece = self._file.read(size)
        self._count(len(piece))
        return piece


def shown(path: Path) -> str:
    return one_line(str(path), 200)


def _why(error: Exception) -> str:
    said = one_line(getattr(error, "strerror", None) or str(error), 100).rstrip(".")
    return said or type(error).__name__


def _is_part(name: str) -> bool:
    return name.startswith(_NAME) and name.endswith(".json")
