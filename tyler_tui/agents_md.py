"""AGENTS.md: what a project tells every agent that works in it (https://agents.md).

Those of the workspace and of the folders above it count, up to the root of the repository; where
there is none, up to the home folder. The inner ones come last, for they count more.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from tyler_tui import regular_file
from tyler_tui.figures import size_text
from tyler_tui.sanitize import one_line, storable

NAME = "AGENTS.md"
MAX_BYTES = 64 * 1024
"""Of all files together: each request bears them."""


class ProjectFile(Struct, frozen=True):
    """One of them. `name` is its path as seen from the workspace, `size` that of the file in bytes,
    of which `text` may be only the beginning."""

    name: str
    text: str
    size: int

    @property
    def is_cut(self) -> bool:
        return len(self.text.encode()) < self.size

    @property
    def told(self) -> str:
        """What it is called and how large it is."""
        cut = f", the first {size_text(len(self.text.encode()))} of it" if self.is_cut else ""
        return f"{one_line(self.name, 60)} ({size_text(self.size)}{cut})"


def project_files(workspace: Path) -> tuple[ProjectFile, ...]:
    """The files that count in `workspace`, the outermost first. One that cannot be read, is no
    text, or leads out of the project is left out: a repository must not send what it links to."""
    workspace = workspace.resolve()
    folders = _folders(workspace)
    left, found = MAX_BYTES, []
    for folder in folders:
        data, size = _read(folder / NAME, folders[-1], left)
        text = data.decode("utf-8", "ignore").removeprefix("\ufeff")
        if text.strip() and "\0" not in text:
            name = os.path.relpath(folder / NAME, workspace)
            found.append(ProjectFile(name, storable(text), size))
            left -= len(data)
    return tuple(reversed(found))


def project_prompt(files: Sequence[ProjectFile]) -> str:
    """How a system prompt hands them on; "" for none."""
    if not files:
        return ""
    parts = [
        "The project has instructions for those who work on it. Follow them where they do not "
        "contradict the user; where they contradict each other, the later file counts."
    ]
    for file in files:
        cut = "\n(The rest of the file is left out; it is too long.)" if file.is_cut else ""
        parts.append(f'<instructions file="{one_line(file.name)}">\n{file.text.strip()}{cut}\n'
                     "</instructions>")  # fmt: skip
    return "\n\n".join(parts)


def told_of(files: Sequence[ProjectFile]) -> str:
    """Which files go along, in one line."""
    return ", ".join(file.told for file in files)


def _folders(workspace: Path) -> list[Path]:
    """The workspace and the folders above it that belong to the project, the innermost first."""
    above = [workspace, *workspace.parents]
    for number, folder in enumerate(above):
        if os.path.exists(folder / ".git"):  # False, too, where one may not look
            return above[: number + 1]
    with suppress(RuntimeError):
        home = Path.home().resolve()
        if home in above:
            return above[: above.index(home) + 1]
    return above[:1]


def _read(path: Path, root: Path, most: int) -> tuple[bytes, int]:
    """The first `most` bytes of a file inside `root`, and its size; nothing when it is none."""
    with suppress(OSError, RuntimeError):
        if not path.resolve().is_relative_to(root):
            return b"", 0
        with regular_file.opened(path) as file:
            return file.read(most), os.fstat(file.fileno()).st_size
    return b"", 0
