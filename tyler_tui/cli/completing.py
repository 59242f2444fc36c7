"""What a shell hears that asks which words fit at the cursor.

Our scripts (`completion_scripts`) run the program with a variable that says which shell asks. They
take what comes back for words, one a line, with what it stands for behind a tab, and evaluate
none of it: zsh and fish quote a word that they insert, for bash it is quoted here.
"""

import contextlib
import io
import os
import re
from dataclasses import dataclass
from typing import Any

from tyler_tui.cli import COMPLETING, PROGRAM, app_with
from tyler_tui.sanitize import one_line

SHELLS = ("bash", "zsh", "fish")
LONGEST_HELP = 80
_UNSAFE = re.compile(r"[^\w.,@%+=/:\u0080-\U0010ffff-]")
_SPECIAL_IN = {"'": "'", '"': '"$`\\!'}


def answer(shell: str) -> int:
    """Print what fits for the shell that is named; nothing where something goes wrong, for an error
    would stand in the middle of a command line. Nor is there anything for `complete_zsh` and its
    like: so ask scripts of Typer, which a user may still have, and which evaluate the answer."""
    if shell not in SHELLS:
        return 0
    lines: list[str] = []
    with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
        line = _line_of_bash() if shell == "bash" else _line_of_others()
        found = _fitting(line)
        if shell == "bash":
            lines = [_quoted(word.removeprefix(line.behind), line.quote) for word, _ in found]
        else:
            lines = [f"{line.before}{word}\t{about}" for word, about in found]
    print("".join(f"{text}\n" for text in lines if text), end="")
    return 0


@dataclass(frozen=True, slots=True)
class _Line:
    """A command line up to the cursor. `before` is the part of the last word that the shell wants
    to hear before each that fits, `behind` the one that it wants not to hear of again; `quote` is
    what the user has begun the word with."""

    words: list[str]
    last: str
    before: str = ""
    behind: str = ""
    quote: str = ""


def _line_of_others() -> _Line:
    """As zsh and fish give it: a text with quotes as they were typed."""
    text = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    words = _split(text)[1:]
    if not words or text.endswith(" "):
        return _Line(words, "")
    *words, last = words
    option, is_option, _ = last.partition("=")
    return _Line(words, last, f"{option}=" if is_option and option.startswith("--") else "")


def _line_of_bash() -> _Line:
    """As bash gives it: the words one a line, as they were typed. It takes a colon, and an equals
    sign, for a word of its own."""
    given = os.environ.get("COMP_WORDS", "").split("\n")
    at = int(os.environ.get("COMP_CWORD", "0"))
    pieces = [*given[:at], given[at] if at < len(given) else ""]
    words: list[str] = []
    behind = ""
    for number, piece in enumerate(pieces[1:], 1):
        is_joined = ":" in (piece, pieces[number - 1]) and words
        if piece == "=" or (is_joined and piece == ""):
            words += [""] if number == at and piece == "=" else []
            continue
        if is_joined:
            behind = words[-1] + (":" if piece == ":" else "")
            words[-1] += piece
        else:
            behind = ""
            words.append(piece)
    *before, last = words or [""]
    quote = last[:1] if last[:1] in _SPECIAL_IN else ""
    return _Line(
        list(map(_unquoted, before)), _unquoted(last), behind=_unquoted(behind), quote=quote
    )


def _fitting(line: _Line) -> list[tuple[str, str]]:
    """The words that fit, with what they stand for."""
    from typer._completion_classes import BashComplete  # noqa: PLC0415 - seldom wanted
    from typer.main import get_command  # noqa: PLC0415 - as above

    command: Any = get_command(app_with(line.words[0] if line.words else None))
    # How another shell would be asked, and answered, is not taken from there.
    asked = BashComplete(command, {}, PROGRAM, COMPLETING)
    fitting = asked.get_completions(line.words, line.last)
    return [(str(item.value), one_line(item.help or "", LONGEST_HELP)) for item in fitting]


def _split(text: str) -> list[str]:
    """The words of a command line, which may end inside a quote."""
    from typer._click.shell_completion import split_arg_string  # noqa: PLC0415 - as above

    return split_arg_string(text)


def _unquoted(word: str) -> str:
    return "".join(_split(word))


def _quoted(word: str, quote: str) -> str:
    """`word` as bash must insert it: what is special there stands behind a backslash, unless the
    user has begun with a quote; then what cannot stand in quotes is left out."""
    if quote:
        return "" if set(_SPECIAL_IN[quote]) & set(word) else word
    return _UNSAFE.sub(lambda found: "\\" + found[0], word)
