"""What git ignores: .gitignore files, as git reads them."""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

MAX_BYTES = 1024 * 1024
FOLDER_MARK = "ps_d"
"""The group of the library's expressions that fits the slash behind a folder."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one folder, and those `above` it, which count where these say nothing. Paths are
    relative to the top of them all; `base` is the folder's, "" or with a slash at its end."""

    base: str
    patterns: Sequence[GitIgnoreSpecPattern]
    above: "Rules | None" = None

    def ignores(self, path: str) -> bool:
        """Whether git ignores `path`, a folder when it ends with a slash. Folders above it are not
        looked at: whoever walks does not enter what is ignored."""
        rules: Rules | None = self
        while rules is not None:
            verdict = rules._verdict(path.removeprefix(rules.base))
            if verdict is not None:
                return verdict
            rules = rules.above
        return False

    def _verdict(self, path: str) -> bool | None:
        for pattern in reversed(self.patterns):
            if pattern.include is not None and _is_about(pattern, path):
                return pattern.include
        return None

    def below(self, base: str, folder: int) -> Self:
        """The rules in the folder at `base`, open as `folder`."""
        text = _read(".gitignore", folder)
        return self if text is None else type(self)(base, _patterns(text), self)


def rules_above(root: Path) -> tuple[Rules, str]:
    """What the repository that `root` lies in says, without what stands in `root` itself; and where
    `root` lies in it, "" or with a slash at its end."""
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    inner = root.relative_to(top).parts
    rules = Rules("", _patterns(_text_of(top / ".git" / "info" / "exclude") or ""))
    for depth in range(len(inner)):
        text = _text_of(Path(top, *inner[:depth], ".gitignore"))
        if text is not None:
            rules = Rules("".join(f"{part}/" for part in inner[:depth]), _patterns(text), rules)
    return rules, "".join(f"{part}/" for part in inner)


def _patterns(text: str) -> list[GitIgnoreSpecPattern]:
    patterns: list[GitIgnoreSpecPattern] = []
    for line in text.splitlines():
        with suppress(ValueError, re.error):  # git passes over a line that is no pattern
            patterns.append(GitIgnoreSpecPattern(line))
    return patterns


def _is_about(pattern: GitIgnoreSpecPattern, path: str) -> bool:
    """Whether the pattern means `path` itself. A folder's pattern fits all that is in it too; git
    asks it of the folder alone, so that it cannot overrule what is said of a file in it."""
    assert pattern.regex is not None
    for match in pattern.regex.finditer(path):
        if match.groupdict().get(FOLDER_MARK) is None or match.end() == len(path):
            return True
    return False


def _text_of(file: Path) -> str | None:
    return _read(str(file), None)


def _read(name: str, folder: int | None) -> str | None:
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        handle = os.open(name, flags, dir_fd=folder)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file, suppress(OSError):
        return file.read(MAX_BYTES).decode(errors="replace")
    return None
