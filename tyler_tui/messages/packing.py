"""Texts that rest compressed.

A session that goes on for days has a hundred thousand messages, and all of them stay at hand: what
is shown, searched, saved and sent is made of them. But Python takes four bytes for each character
of a text with an emoji in it, and as much again as its UTF-8 form once it was saved. What was said
long ago takes a fifteenth of that, and is unpacked by who reads it, in microseconds.
"""

import zlib
from collections.abc import Sequence
from typing import Any

from tyler_tui.messages.values import Message

MOST_PLAIN = 400
"""Characters; what is shorter would gain nothing."""
KEPT_PLAIN = 40
"""So many of the last messages stay as they are: they are on view, and sent with each request."""
AT_ONCE = 200
"""So many messages are packed at most when a turn has ended."""


def packed(text: str) -> str | bytes:
    """`text`, compressed where it is long."""
    if len(text) <= MOST_PLAIN:
        return text
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 1)


def unpacked(packed: str | bytes) -> str:
    """The text that was given to `packed`."""
    if isinstance(packed, str):
        return packed
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")


class PackedMessage(Message):
    """A Message like any other, whose long texts are packed."""

    __slots__ = ()


_SLOTS: dict[str, Any] = {name: vars(Message)[name] for name in ("content", "reasoning_content")}


def _unpacking(slot: Any) -> property:
    return property(lambda message: unpacked(slot.__get__(message)), slot.__set__)


for _name, _slot in _SLOTS.items():
    setattr(PackedMessage, _name, _unpacking(_slot))


def pack(message: Message) -> None:
    """Pack the texts of `message`, in place: it takes a hundredth of a second for a megabyte."""
    if type(message) is Message:
        message.__class__ = PackedMessage
        for slot in _SLOTS.values():
            slot.__set__(message, packed(slot.__get__(message)))


def to_pack(messages: Sequence[Message]) -> list[Message]:
    """Those of `messages`, the oldest first, that are to be packed next."""
    older = messages[: max(0, len(messages) - KEPT_PLAIN)]
    plain = (message for message in older if type(message) is Message and _is_long(message))
    return [message for message, _ in zip(plain, range(AT_ONCE), strict=False)]


def _is_long(message: Message) -> bool:
    return max(len(message.content), len(message.reasoning_content)) > MOST_PLAIN
