"""What a program may write to a terminal: all else is an escape, or a character, that nobody meant.

The list is of what Textual and this program send, seen with harmless answers. What a hostile text
could want is not on it: to ask the terminal, move its window, reset it, or fill its clipboard.
"""

import re
import unicodedata
from collections.abc import Iterator

_MEANT = re.compile(
    r"\x1b\[(?:"
    r"[\d;:]*m"  # colours
    r"|\d*;?\d*H|\d*[ABCDG]|\d?[JK]"  # moves, and clearing what was drawn
    r"|\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026|2048)[hl]"
    r"|\?(?:2026|2048)\$p|>\d+u|<u"  # asks what the terminal can do, and for keys as they are
    r"|\d q"
    r"|2[23];2t"  # keeps the title that was there, and gives it back
    r")"
    r"|\x1b\](?:11;\?|22;\w*"  # asks for the background, sets the shape of the mouse
    r"|[02];[^\x07\x1b]*|(?:9;|777;notify;)tyler-chat: [^\x07\x1b]*"  # titles and notices
    r"|8;[^;\x07\x1b]*;(?:(?:https?://|mailto:)[^\x07\x1b]*)?)"  # links
    r"(?:\x07|\x1b\\)"
    r"|[\r\n\t]"
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_HIDDEN = ("Cc", "Cs", "Zl", "Zp")


def unmeant(output: bytes) -> list[str]:
    """What of a terminal's `output` acts on it and is not meant to."""
    text = output.decode("utf-8", "surrogateescape")
    return [repr(found) for found in _unmeant(text)]


def _unmeant(text: str) -> Iterator[str]:
    at = 0
    for match in re.finditer(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", text):
        if match.start() < at:
            continue
        meant = _MEANT.match(text, match.start())
        if meant is None:
            yield text[match.start() : match.start() + 20]
        at = meant.end() if meant else match.end()
    yield from (character for character in set(text) if _is_hidden(character))


def _is_hidden(character: str) -> bool:
    """Whether it turns text round, or is invisible and not of a sequence."""
    if "\U000e0000" <= character <= "\U000e007f" or _BIDI.match(character):
        return True
    return unicodedata.category(character) in _HIDDEN and not (character <= "\x9f")
