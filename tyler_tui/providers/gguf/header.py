"""What a GGUF file says of itself, at its beginning: the specification is docs/gguf.md of ggml."""

import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_MAGIC = b"GGUF"
_SIZES = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
"""The kinds of values of one size, in the letters of `struct`."""
_STRING, _ARRAY = 8, 9
_MOST_VALUES = 10_000
_MOST_BYTES = 1 << 20
"""Of one key or text; longer ones stand in no file that is meant."""


@dataclass(frozen=True, slots=True)
class Header:
    """`context` is the length in tokens that the model was trained for; None where it is not
    said before the vocabulary."""

    name: str = ""
    context: int | None = None


class NotGgufError(Exception):
    """The file is of another kind, or damaged; the text says which."""


def read_header(path: Path) -> Header:
    """Raises OSError, NotGgufError."""
    if not stat.S_ISREG(path.stat().st_mode):  # a pipe would have us wait for what is written
        raise NotGgufError("it is no file")
    with path.open("rb") as file:
        if file.read(4) != _MAGIC:
            raise NotGgufError("it is no GGUF file")
        try:
            return _header(file)
        except (struct.error, UnicodeDecodeError, KeyError, OverflowError) as error:
            raise NotGgufError("its beginning is damaged") from error


def _header(file: BinaryIO) -> Header:
    version, _, count = _values(file, "IQQ")
    if not 2 <= version <= 99:
        raise NotGgufError(f"it is of version {version} of the format, which is not known")
    said: dict[str, object] = {}
    for _ in range(min(count, _MOST_VALUES)):
        key = _text(file)
        (kind,) = _values(file, "I")
        if kind == _ARRAY:
            break  # the vocabulary, which is long: what is wanted stands before it
        said[key] = _text(file) if kind == _STRING else _values(file, _SIZES[kind])[0]
    architecture = said.get("general.architecture", "")
    context = said.get(f"{architecture}.context_length")
    name = said.get("general.name")
    return Header(
        name if isinstance(name, str) else "",
        context if isinstance(context, int) and context > 0 else None,
    )


def _values(file: BinaryIO, letters: str) -> tuple[int, ...]:
    packed = struct.Struct(f"<{letters}")
    return packed.unpack(file.read(packed.size))


def _text(file: BinaryIO) -> str:
    (length,) = _values(file, "Q")
    if length > _MOST_BYTES:
        raise NotGgufError("its beginning is damaged")
    data = file.read(length)
    if len(data) < length:
        raise struct.error
    return data.decode("utf-8")
