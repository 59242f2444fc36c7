"""Values that rest compressed.

A session that goes on for days has a hundred thousand messages, and all of them stay at hand: what
is shown, searched, saved and sent is made of them. But Python takes four bytes for each character
of a text with an emoji in it, and as much again as its UTF-8 form once it was saved. What was said
long ago takes a fifteenth of that, and is unpacked by who reads it, in microseconds.
"""

import json
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Generic, Protocol, Self, TypeVar, overload

MOST_PLAIN = 400
"""Characters; what is shorter would gain nothing."""
KEPT_PLAIN = 40
"""So many of the last messages stay as they are: they are on view, and sent with each request."""

T = TypeVar("T")


class Packable(Generic[T]):
    """An attribute of a dataclass that can be packed. Who reads it finds what was set; what is
    changed inside a value that was packed is lost."""

    def __init__(
        self, default: Callable[[], T], to_text: Callable[[T], str], from_text: Callable[[str], T]
    ) -> None:
        self._default = default
        self._to_text = to_text
        self._from_text = from_text

    def __set_name__(self, kind: type, name: str) -> None:
        self._name = f"_{name}"

    @overload
    def __get__(self, owner: None, kind: type) -> Self: ...
    @overload
    def __get__(self, owner: object, kind: type) -> T: ...
    def __get__(self, owner: object | None, kind: type) -> T | Self:
        if owner is None:
            return self  # and so it is the default of the dataclass's field
        kept = getattr(owner, self._name)
        return self._from_text(_inflated(kept)) if isinstance(kept, bytes) else kept

    def __set__(self, owner: object, value: T | Self) -> None:
        # Past what a frozen dataclass puts before it.
        object.__setattr__(owner, self._name, self._default() if value is self else value)

    def pack(self, owner: object) -> None:
        """Compress the value where it is long: it takes a hundredth of a second for a megabyte."""
        kept = getattr(owner, self._name)
        if isinstance(kept, bytes):
            return
        with suppress(TypeError, ValueError):  # what has no text stays as it is
            if len(text := self._to_text(kept)) > MOST_PLAIN:
                object.__setattr__(owner, self._name, _deflated(text))

    def is_packed(self, owner: object) -> bool:
        return isinstance(getattr(owner, self._name), bytes)


def packable_text() -> Packable[str]:
    return Packable(str, str, str)


def packable_object() -> Packable[dict[str, Any]]:
    """For a JSON object."""
    return Packable(dict, _json_of, json.loads)


class Packs(Protocol):
    def pack(self) -> None:
        """Let what is long take less memory."""
        ...


P = TypeVar("P", bound=Packs)


class Aging(Generic[P]):
    """Tells which values of a series that grows are old enough to be packed, each of them once."""

    def __init__(self, values: Iterable[P] = (), *, kept: int = KEPT_PLAIN) -> None:
        self._young = deque(values)
        self._kept = kept

    def add(self, value: P) -> None:
        self._young.append(value)

    def old(self) -> Iterator[P]:
        """The oldest that were not told of yet, until no more than `kept` are left."""
        while len(self._young) > self._kept:
            yield self._young.popleft()


def _json_of(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)


def _deflated(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def _inflated(packed: bytes) -> str:
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")
