"""The items of a JSON array, one after the other, without holding all of it.

Python's own parser reads an item; what is not whole yet is read again with twice as much text, so
that the work stays in proportion to the file. Unlike parsers that give every step, it refuses what
is nested without end before that fills the memory.
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import Any, Protocol

PIECE = 64 * 1024
"""Bytes that are read at once, at least."""
LONGEST = 256 * 1024 * 1024
"""Characters of one item: what is longer is no conversation, but would fill the memory."""
_BETWEEN, _BLANK = re.compile(r"[\s,]*"), re.compile(r"\s*")
_DELIMITERS = (",", "]")
_NEAR_THE_END = 64
"""Characters before the end of what was read in which a mistake may be a cut."""


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes: ...


def json_items(file: Readable) -> Iterator[Any]:
    """The items of the array that the file holds, or the one value that it is. Text that is no
    UTF-8 comes with replacement characters. Raises ValueError for what is no JSON."""
    head = file.read(PIECE)
    decoder = codecs.getincrementaldecoder(json.detect_encoding(head))("replace")
    buffer = decoder.decode(head).lstrip("\ufeff \t\r\n")
    is_array = buffer.startswith("[")
    at = 1 if is_array else 0
    reader = json.JSONDecoder(strict=False, parse_constant=lambda _: None)
    ended = not head
    while True:
        between = _BETWEEN.match(buffer, at)
        at = between.end() if between is not None else at
        if is_array and buffer.startswith("]", at):
            return
        try:
            item, end = reader.raw_decode(buffer, at)
        except RecursionError as error:
            raise ValueError("it is nested too deeply") from error
        except json.JSONDecodeError as error:
            if ended or not _may_be_cut(error, buffer):
                raise ValueError(_said(error, at_end=ended)) from error
        else:
            # Where nothing follows yet, a number may go on.
            following = _BLANK.match(buffer, end)
            stop = following.end() if following is not None else end
            if not is_array or buffer[stop : stop + 1] in _DELIMITERS:
                yield item
                if not is_array:
                    return
                at = end
                continue
            if ended or stop < len(buffer) - _NEAR_THE_END:
                raise ValueError("it breaks off" if stop == len(buffer) else "it is no JSON")
        if len(buffer) - at > LONGEST:
            raise ValueError(f"a conversation is longer than {LONGEST >> 20} MB")
        piece = file.read(max(PIECE, len(buffer) - at))
        ended = not piece
        buffer, at = buffer[at:] + decoder.decode(piece, ended), 0


def _may_be_cut(error: json.JSONDecodeError, buffer: str) -> bool:
    return error.msg.startswith("Unterminated") or error.pos >= len(buffer) - _NEAR_THE_END


def _said(error: json.JSONDecodeError, *, at_end: bool) -> str:
    if at_end and _may_be_cut(error, error.doc):
        return "it breaks off"
    return f"it is no JSON ({error.msg})"
