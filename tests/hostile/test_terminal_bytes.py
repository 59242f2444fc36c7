"""The list of what is meant lets nothing of the corpus through, and all that a chat needs."""

import pytest

from tests.hostile.corpus import CHARACTERS, ESCAPES
from tests.hostile.terminal_bytes import unmeant

ACTING = {
    name: text
    for name, text in (ESCAPES | CHARACTERS).items()
    if name
    not in {
        "colour", "erase", "title", "palette", "carriage return", "zero width", "private",
        "screens and modes", "combining flood", "joiners", "flags and tones", "widest",
        "not decomposed",
    }
}  # fmt: skip
"""What is never meant; the others are what a program may do too, or only odd to look at."""


@pytest.mark.parametrize("text", ACTING.values(), ids=list(ACTING))
def test_what_acts_on_a_terminal_is_seen(text: str) -> None:
    assert unmeant(b"before " + text.encode("utf-8", "surrogatepass") + b" after")


@pytest.mark.parametrize(
    "sequence", [b"\x1bc", b"\x1b]52;c;AA==\x07", b"\x07", b"\x9b31m", b"\x1b]8;;file:///x\x1b\\"]
)
def test_one_among_many_that_are_meant_is_seen(sequence: bytes) -> None:
    drawn = b"\x1b[?2026h\x1b[3;1H\x1b[1;38;2;1;2;3mtext\r\n\x1b[?2026l"
    assert unmeant(drawn) == []
    assert unmeant(drawn + sequence + drawn)
