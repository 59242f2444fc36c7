"""Files that a prompt names: `@path`, and `@"path"` where there are spaces in it; and pages of the
web, `@https://…`."""

import re
from collections.abc import Iterable

from msgspec import Struct

# Behind white space or an opening bracket: an address such as me@example.org names no file.
_MENTION = re.compile(r'(?:^|(?<=[\s(\[{<]))@(?:"([^"\n]+)"|([^\s"@]+))')
_CLOSING = ".,;:!?)]}>'’”"
"""What may stand behind a path and belong to the sentence."""

_WEB = ("http://", "https://")


class Mention(Struct, frozen=True):
    """A path that stands in a text from `start` to `end`. `readings` are what may be meant by it,
    the longest first: a full stop behind it may belong to the sentence."""

    start: int
    end: int
    readings: tuple[str, ...]

    @property
    def path(self) -> str:
        """As it is written."""
        return self.readings[0]

    @property
    def address(self) -> str | None:
        """The address of the page that is meant, where it is one: without a mark of the sentence
        behind it, but with a bracket that it opened itself."""
        if not self.path.lower().startswith(_WEB):
            return None
        return next(
            reading
            for reading in self.readings
            if reading[-1] not in _CLOSING
            or (reading[-1] == ")" and reading.count("(") == reading.count(")"))
            or reading is self.readings[-1]
        )


def mentions(text: str) -> list[Mention]:
    """The paths that `text` names, in their order."""
    if "@" not in text:
        return []
    return [
        Mention(match.start(), match.end(), (match[1],) if match[1] else _readings(match[2]))
        for match in _MENTION.finditer(text)
    ]


def names_in(mentions: Iterable[Mention]) -> set[str]:
    """What the files may be called that are named, as `bare_name` has it."""
    return {bare_name(reading) for mention in mentions for reading in mention.readings}


def bare_name(name: str) -> str:
    """The name of a file or folder, with or without a slash behind it, without one."""
    return name.rstrip("/") or "/"


def mention_of(path: str) -> str:
    """`path` as it stands in a prompt. Paths with a quotation mark or a line end have no such
    form."""
    plain = _MENTION.fullmatch(f"@{path}")
    return f"@{path}" if plain is not None and path[-1] not in _CLOSING else f'@"{path}"'


def _readings(path: str) -> tuple[str, ...]:
    readings = [path]
    while path[-1] in _CLOSING and (path := path[:-1]):
        readings.append(path)
    return tuple(readings)
