"""Files that were dragged onto the terminal, or copied in a file manager: they are pasted as paths.

Terminals write them in several ways: as they are, quoted or escaped for a shell, or as file
addresses; several with spaces or line ends between.
"""

import asyncio
import shlex
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tyler_tui.mentions import mention_of
from tyler_tui.paths import expanded
from tyler_tui.sanitize import sanitize

LONGEST = 10_000
"""More text than this is no list of paths."""


async def dropped_paths(text: str, workspace: Path) -> str | None:
    """The mentions that stand for a paste which is nothing but whole paths of files that are
    there; None when it is anything else."""
    if len(text) > LONGEST or not text.lstrip().startswith(("/", "~/", "'/", '"/', "file:///")):
        return None
    return await asyncio.to_thread(_mentions, text.strip(), workspace)


def _mentions(text: str, workspace: Path) -> str | None:
    for paths in _readings(text):
        named = [_name(path, workspace) for path in paths]
        if named and all(named):
            return "".join(f"{mention_of(name)} " for name in named if name)
    return None


def _readings(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.strip()]
    readings = [lines]
    try:
        readings.append(shlex.split(text))
    except ValueError:  # a quotation mark without its other half
        readings.append(text.split())
    return [[_without_scheme(path) for path in paths] for paths in readings]


def _without_scheme(path: str) -> str:
    if not path.startswith("file://"):
        return path
    return unquote(urlsplit(path).path)


def _name(path: str, workspace: Path) -> str | None:
    """How a prompt names the file at `path`; None when there is none, or no way to name it."""
    try:
        file = expanded(path)
        if not file.is_absolute() or not file.is_file():
            return None
    except (OSError, RuntimeError, ValueError):
        return None
    name = str(file)
    if file.is_relative_to(workspace):
        name = str(file.relative_to(workspace))
    return name if '"' not in name and "\n" not in name and sanitize(name) == name else None
