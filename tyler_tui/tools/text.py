"""The text in a file's bytes."""

import codecs
from typing import NamedTuple

from tyler_tui.errors import ToolError

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


class FileText(NamedTuple):
    """The whole text of a file, such that writing it back gives the same bytes: a byte order mark
    is its first character, and bytes that are no text are lone surrogates."""

    text: str
    encoding: str
    errors: str

    @classmethod
    def of(cls, data: bytes) -> "FileText | None":
        """The text in `data`; None when it is binary. Raises ToolError for half a character of
        UTF-16."""
        encoding = encoding_of(data[:SNIFFED_BYTES])
        if encoding is None:
            return None
        errors = "surrogateescape"
        if encoding == "utf-16":
            is_little = data.startswith(codecs.BOM_UTF16_LE)
            encoding, errors = "utf-16-le" if is_little else "utf-16-be", "surrogatepass"
        try:
            return cls(data.decode(encoding, errors), encoding, errors)
        except UnicodeDecodeError as error:
            raise ToolError("The file ends in half a character of UTF-16.") from error

    def encoded(self, text: str) -> bytes:
        """`text` as this file would hold it. Raises ToolError for a character that its encoding
        does not have."""
        try:
            return text.encode(self.encoding, self.errors)
        except UnicodeEncodeError as error:
            character = text[error.start]
            raise ToolError(
                f"The file is {self.encoding.upper()}, which has no {character!r}. "
                "files-write would write it anew as UTF-8."
            ) from error


def utf8(text: str) -> bytes:
    """`text` as a new file holds it. Raises ToolError for lone surrogates."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise ToolError("The content holds characters that no file can hold.") from error


def count_lines(text: str) -> str:
    """How many lines a file with `text` has, in words."""
    lines = text.count("\n") + (bool(text) and not text.endswith("\n"))
    return f"{lines} line" if lines == 1 else f"{lines} lines"
