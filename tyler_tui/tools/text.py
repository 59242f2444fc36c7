"""The text in a file's bytes."""

import codecs

SNIFFED_BYTES = 64 * 1024


def encoding_of(head: bytes) -> str | None:
    """The encoding of a file that begins with `head`, as Python names it; None when it is binary.
    What is neither UTF-8 nor marked as UTF-16 is taken for Latin-1, in which all bytes are text.
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def count_lines(text: str) -> str:
    """How many lines a file with `text` has, in words."""
    lines = text.count("\n") + (bool(text) and not text.endswith("\n"))
    return f"{lines} line" if lines == 1 else f"{lines} lines"
