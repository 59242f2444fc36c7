"""The command line as Typer can read it."""

from collections.abc import Callable, Collection, Iterable, Sequence

from tyler_tui.errors import UsageError
from tyler_tui.figures import usd
from tyler_tui.sanitize import one_line

_NEARLY = 0.8
"""How much of two words must be the same for one to be taken for the other, mistyped."""
_OPTIONAL_VALUE = {
    "-r": "--resume=",
    "--resume": "--resume=",
    "--install-completion": "--install-completion=",
    "--show-completion": "--show-completion=",
}
"""Options that may stand without a value, and how they are written then."""


def normalized(arguments: Sequence[str]) -> list[str]:
    """Some options may stand without a value, which Typer has no word for: `--resume=` says so. The
    next word is the value unless it is an option; after `--` nothing is an option."""
    read: list[str] = []
    for number, word in enumerate(arguments):
        if word == "--":
            return read + list(arguments[number:])
        following = arguments[number + 1 : number + 2]
        if word in _OPTIONAL_VALUE and (not following or following[0].startswith("-")):
            word = _OPTIONAL_VALUE[word]
        elif word.startswith("-r="):
            word = f"--resume={word[3:]}"
        read.append(word)
    return read


def refuse_near_miss(arguments: Sequence[str], commands: Iterable[str]) -> None:
    """Raise UsageError when the first word is nearly a command: sent as a prompt it would cost
    money and answer nothing."""
    import difflib  # noqa: PLC0415 - for words that name no command

    if not arguments or not arguments[0].isalpha():
        return
    word = arguments[0]
    near = difflib.get_close_matches(word.casefold(), commands, n=1, cutoff=_NEARLY)
    if near:
        raise UsageError(
            f"There is no command {one_line(word, 40)!r}. Did you mean `tyler-chat {near[0]}`?",
            hint="For a prompt that begins so, put -- before it, or quotes round all of it.",
        )


def refuse_late_command(
    words: Sequence[str], subcommands: Callable[[str], Collection[str] | None]
) -> None:
    """Raise UsageError when the words of a prompt are a command that stands behind options, for the
    same reason. `subcommands` gives those of a command, and None for any other word."""
    known = subcommands(words[0]) if 0 < len(words) <= 2 else None
    if known is None or any(word not in known for word in words[1:]):
        return
    command = " ".join(words)
    raise UsageError(
        f"A command stands before all options: tyler-chat {command} …",
        hint="For a prompt of that name, put -- before it.",
    )


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
