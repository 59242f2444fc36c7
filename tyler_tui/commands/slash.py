"""Commands as they are typed: a slash, a word, and what stands behind it."""

import re

from tyler_tui.commands.command import Command
from tyler_tui.commands.table import COMMANDS, by_id

_SLASH = re.compile(r"/([A-Za-z][\w-]*)(?:\s+(.*))?\s*")


def read_slash(line: str) -> tuple[str, str] | None:
    """The word behind the slash and what stands behind it, if `line` has the form of a command:
    a path, say, has not."""
    match = _SLASH.fullmatch(line)
    return (match[1], (match[2] or "").strip()) if match is not None else None


def nearest_slash(word: str) -> str | None:
    """The slash name that `word` nearly is."""
    import difflib  # noqa: PLC0415 - for words that name no command

    names = [name for command in COMMANDS for name in command.slash]
    near = difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    return near[0] if near else None


def is_private(line: str) -> bool:
    """Whether a line may hold a key, which must be kept nowhere."""
    read = read_slash(line)
    return read is not None and read[0].casefold() in by_id("model.key").slash


def by_slash(word: str) -> Command | None:
    """The command with the slash name `word` (without the slash), whatever its case."""
    word = word.casefold()
    return next((command for command in COMMANDS if word in command.slash), None)
