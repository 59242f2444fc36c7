"""The command line as Typer can read it."""

from collections.abc import Sequence

from tyler_tui.errors import UsageError
from tyler_tui.figures import usd
from tyler_tui.sanitize import one_line

_OPTIONAL_VALUE = ("-r", "--resume")


def normalized(arguments: Sequence[str]) -> list[str]:
    """`-r` may stand without a value, which Typer has no word for: `--resume=` says so. The next
    word is its value unless it is an option; after `--` nothing is an option."""
    read: list[str] = []
    for number, word in enumerate(arguments):
        if word == "--":
            return read + list(arguments[number:])
        following = arguments[number + 1 : number + 2]
        if word in _OPTIONAL_VALUE and (not following or following[0].startswith("-")):
            word = "--resume="
        elif word.startswith("-r="):
            word = f"--resume={word[3:]}"
        read.append(word)
    return read


def number(flag: str, text: str, *, least: int) -> int:
    """The whole number that a flag gives. Raises UsageError."""
    try:
        value = int(text)
    except ValueError:
        value = least - 1
    if value < least:
        raise UsageError(
            f"{flag} takes a whole number of at least {least}, not {one_line(text, 40)!r}."
        )
    return value


def amount(flag: str, text: str) -> float:
    """The sum of money that a flag gives. Raises UsageError."""
    try:
        return usd(text)
    except ValueError as error:
        raise UsageError(
            f"{flag} takes US dollars, more than 0, such as 2.50; not {one_line(text, 40)!r}."
        ) from error
