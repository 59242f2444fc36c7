"""Text that someone must judge before it takes effect: what is invisible is shown as an escape."""

import re
from collections.abc import Callable

from tyler_tui.sanitize import sanitize

HINT = "(invisible characters are shown as escapes)"

# Nothing is drawn for these, though Unicode counts them as letters and marks.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def visible(text: str) -> str:
    """`text` with escapes for what the screen could not show: all that `sanitize` drops or changes,
    but not the joiners and spaces that languages and emoji are written with."""
    return _escaped(text, lambda character: sanitize(character) != character)


def visible_code(text: str) -> str:
    """`text` with escapes for all that is not plain to see, for text that a machine will obey: a
    space that is no space, a joiner, a blank that counts as a letter."""
    return _escaped(text, _hides)


def _hides(character: str) -> bool:
    if character in "\n\t":
        return False
    return not character.isprintable() or _BLANK.match(character) is not None


def _escaped(text: str, hides: Callable[[str], bool]) -> str:
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    hidden = filter(hides, set(text))
    return text.translate({ord(c): c.encode("unicode_escape").decode() for c in hidden})
