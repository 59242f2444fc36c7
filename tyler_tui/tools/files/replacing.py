"""Exact replacement in a text: found once or refused, line ends kept, and help where it fails."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice
from typing import Annotated

from tyler_tui.errors import ToolError

LIKENESS = 0.6
"""How much of a line must be alike to be worth showing, 0 to 1."""
NEAREST_S = 1.0
"""How long a search for the nearest lines may take."""
SHOWN_LINES = 20
SHOWN_CHARACTERS = 2000
SHOWN_PLACES = 10


@dataclass(frozen=True, slots=True)
class Edit:
    """One replacement."""

    old: Annotated[
        str,
        "The exact text to replace, with enough of the lines around it to occur only once.",
    ]
    new: Annotated[str, "The text to put in its place."]
    replace_all: Annotated[bool, "Replace every occurrence instead of the only one."] = False


def replaced(text: str, edits: Sequence[Edit]) -> tuple[str, int]:
    """`text` after all `edits`, one after another, and how many places changed. Line ends of the
    edits count as those that the text has. Raises ToolError, for the model, when one does not fit.
    """
    count = 0
    result = text
    for number, edit in enumerate(edits, 1):
        name = f"Edit {number} of {len(edits)}" if len(edits) > 1 else "The edit"
        result, places = _replaced_one(result, edit, name)
        count += places
    if result == text:
        raise ToolError("The edits change nothing, or only line ends, which are kept.")
    return result, count


def _replaced_one(text: str, edit: Edit, name: str) -> tuple[str, int]:
    if not edit.old:
        raise ToolError(
            f"{name} has an empty `old`. files-write makes a file or replaces it whole."
        )
    old = _plain(edit.old)
    pattern = re.compile(r"\r?\n".join(map(re.escape, old.split("\n"))))
    if pattern.search(text) is None:
        raise ToolError(f"{name}: the file does not hold this text. {_nearest(text, old)}")
    if not edit.replace_all and len(places := _places(text, pattern)) > 1:
        lines = ", ".join(map(str, places[:SHOWN_PLACES]))
        more = ", …" if len(places) > SHOWN_PLACES else ""
        raise ToolError(
            f"{name}: the text occurs {len(places)} times, at lines {lines}{more}. Give more of "
            "what stands around it, or set replace_all."
        )
    new = _plain(edit.new)
    usual = _line_end(text)

    def replacement(match: re.Match[str]) -> str:
        return new.replace("\n", _line_end(match.group()) or usual or "\n")

    return pattern.subn(replacement, text)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _line_end(text: str) -> str:
    """The line end that most lines have; "" for a text without any."""
    ends, returns = text.count("\n"), text.count("\r\n")
    if not ends:
        return ""
    return "\r\n" if returns * 2 > ends else "\n"


def _places(text: str, pattern: re.Pattern[str]) -> list[int]:
    """The lines at which the pattern begins, overlaps counted too."""
    lines: list[int] = []
    line, counted, start = 1, 0, 0
    while (match := pattern.search(text, start)) is not None:
        line += text.count("\n", counted, match.start())
        counted, start = match.start(), match.start() + 1
        lines.append(line)
    return lines


def _nearest(text: str, old: str) -> str:
    """What of `text` may be meant by `old`, in words; "" when nothing is like it."""
    lines = _plain(text).split("\n")
    wanted = old.strip("\n").split("\n")
    squeezed = ["".join(line.split()) for line in wanted]
    if not any(squeezed):
        return "Read the file again."
    bare = ["".join(line.split()) for line in lines]
    for start in range(len(bare) - len(squeezed) + 1):
        if bare[start : start + len(squeezed)] == squeezed:
            return f"But for white space it stands {_shown(lines, start, len(wanted))}"
    # The longest line says most about where the text could be.
    longest = max(range(len(squeezed)), key=lambda number: len(squeezed[number]))
    found = _most_like(bare, squeezed[longest])
    if found is None:
        return "Nothing in it is like it: read the file again."
    return f"The nearest text stands {_shown(lines, max(0, found - longest), len(wanted))}"


def _most_like(lines: Sequence[str], wanted: str) -> int | None:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    best, found, limit = LIKENESS, None, time.monotonic() + NEAREST_S
    for number, line in enumerate(lines):
        if time.monotonic() > limit:
            break
        if len(line) > SHOWN_CHARACTERS:
            continue
        matcher.set_seq1(line)
        if (
            matcher.real_quick_ratio() > best
            and matcher.quick_ratio() > best
            and (likeness := matcher.ratio()) > best
        ):
            best, found = likeness, number
    return found


def _shown(lines: Sequence[str], start: int, count: int) -> str:
    end = min(start + count, len(lines))
    where = f"at line {start + 1}" if end == start + 1 else f"at lines {start + 1} to {end}"
    text = "\n".join(islice(lines, start, min(end, start + SHOWN_LINES)))
    return f"{where}:\n{text[:SHOWN_CHARACTERS]}"
