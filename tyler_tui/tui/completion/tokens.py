"""What is being written at the cursor."""

import re
from enum import Enum

from msgspec import Struct

_COMMAND = re.compile(r"/([\w-]*(?::\S*)?)")
_ARGUMENT = re.compile(r"/([\w-]+) +(.*)")
# Behind white space or an opening bracket: an address such as me@example.org names no file.
_PATH = re.compile(r"(?:^|(?<=[\s(\[{<]))@(\"[^\"]*|[^\s\"@]*)$")
LONGEST = 500
"""So many characters before the cursor are looked at."""


class Kind(Enum):
    COMMAND = "command"
    ARGUMENT = "argument"
    PATH = "path"


class Token(Struct, frozen=True):
    """What stands in the columns from `start` to the cursor, and ends there. `query` is what of it
    is looked for; `command` the word behind the slash that an argument belongs to."""

    kind: Kind
    start: int
    query: str
    command: str = ""


def token_at(line: str, column: int, *, is_only_line: bool) -> Token | None:
    """What may be completed in `line` before `column`; commands only where it is the only one."""
    before, after = line[:column], line[column:]
    if after and not after[0].isspace():
        return None
    if is_only_line and before.startswith("/"):
        if command := _COMMAND.fullmatch(before):
            return Token(Kind.COMMAND, 0, command[1])
        if (argument := _ARGUMENT.fullmatch(before)) and not after:
            return Token(Kind.ARGUMENT, argument.start(2), argument[2], argument[1])
    offset = max(0, len(before) - LONGEST)
    if path := _PATH.search(before[offset:]):
        return Token(Kind.PATH, offset + path.start(), path[1].removeprefix('"'))
    return None
