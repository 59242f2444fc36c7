"""What a write will do to a file, told truly: a diff in which nothing is invisible."""

import difflib
import io
from collections.abc import Iterable, Iterator, Sequence

from tyler_tui.tools.text import encoding_of, utf8
from tyler_tui.tools.visible import HINT, visible
from tyler_tui.tools.workspace import NothingThereError, Place, check_writable, read_bytes

MAX_COMPARED_BYTES = 1024 * 1024
MAX_COMPARED_PAIRS = 4_000_000
"""Lines of the old text times lines of the new. Beyond it a comparison can take minutes."""

CONTEXT_LINES = 3


def preview_of_write(place: Place, text: str) -> str:
    """The change as a unified diff, headed by notes on what a diff does not show. Raises
    ToolError when the write cannot succeed."""
    new = utf8(text)
    check_writable(place)
    try:
        old, size = read_bytes(place, MAX_COMPARED_BYTES)
    except NothingThereError:
        name = _name(place)
        notes = [] if text else [f"({name} is new, and empty)"]
        return _shown(notes, _diff("", text, "/dev/null", f"b/{name}"))
    if old == new and size == len(old):
        return "(no change)"
    encoding = encoding_of(old)
    if encoding is None or size > len(old):
        kind = "a binary file" if encoding is None else "a file too long to compare"
        note = f"({size:,} bytes of {kind} make way for {len(new):,} bytes)"
        return _shown([note], diff_of(place, "", text))
    before = old.decode(encoding, "replace")
    return _shown(_notes(before, text, encoding), diff_of(place, before, text))


def preview_of_change(place: Place, before: str, after: str) -> str:
    """The change of a file whose encoding stays as it is, as `preview_of_write` shows it."""
    return _shown(_notes(before, after, "utf-8"), diff_of(place, before, after))


def diff_of(place: Place, before: str, after: str) -> list[str]:
    """The change of the file at `place`, as the lines of a unified diff. Where every line ends with
    CRLF before and after, that is left out of it."""
    if _line_ends(before) == _line_ends(after) == "CRLF":
        before, after = before.replace("\r\n", "\n"), after.replace("\r\n", "\n")
    name = _name(place)
    return list(_diff(before, after, f"a/{name}", f"b/{name}"))


def _name(place: Place) -> str:
    return visible("/".join(place.parts)).replace("\n", "\\n")


def _notes(before: str, after: str, encoding: str) -> Iterator[str]:
    if encoding != "utf-8":
        yield f"(the encoding changes from {encoding.upper()} to UTF-8)"
    if before.startswith("\ufeff") and not after.startswith("\ufeff"):
        yield "(the byte order mark at its beginning goes)"
    old, new = _line_ends(before), _line_ends(after)
    if old and new and old != new:
        yield f"(the line ends change from {old} to {new})"


def _line_ends(text: str) -> str:
    ends, returns = text.count("\n"), text.count("\r\n")
    if not ends:
        return ""
    return "LF" if not returns else "CRLF" if returns == ends else "mixed"


def _shown(notes: Iterable[str], diff: Iterable[str]) -> str:
    lines = list(diff)
    shown = [visible(line) for line in lines]
    hint = [] if shown == lines else [HINT]
    return "\n".join([*notes, *hint, *shown])


def _diff(before: str, after: str, source: str, target: str) -> Iterator[str]:
    """A unified diff. Equal lines at either end are set aside first, as difflib would take long
    over them in a large file."""
    if before == after:
        return
    # A line ends with \n alone: what splitlines takes for one would hide a change of its kind.
    old, new = list(io.StringIO(before)), list(io.StringIO(after))
    head = _equal(old, new)
    tail = _equal(old[head:][::-1], new[head:][::-1])
    first = max(0, head - CONTEXT_LINES)
    behind = max(0, tail - CONTEXT_LINES)
    old, new = old[first : len(old) - behind], new[first : len(new) - behind]
    yield f"--- {source}"
    yield f"+++ {target}"
    for hunk in _hunks(old, new):
        old_range = _range(first + hunk[0][1], hunk[-1][2] - hunk[0][1])
        new_range = _range(first + hunk[0][3], hunk[-1][4] - hunk[0][3])
        yield f"@@ -{old_range} +{new_range} @@"
        for tag, old_start, old_end, new_start, new_end in hunk:
            if tag == "equal":
                yield from _marked(" ", old[old_start:old_end])
            else:
                yield from _marked("-", old[old_start:old_end])
                yield from _marked("+", new[new_start:new_end])


def _hunks(old: list[str], new: list[str]) -> Iterable[list[tuple[str, int, int, int, int]]]:
    if len(old) * len(new) > MAX_COMPARED_PAIRS:
        return [[("replace", 0, len(old), 0, len(new))]]
    return difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT_LINES)


def _equal(first: Sequence[str], second: Sequence[str]) -> int:
    """How many lines at the beginning are the same."""
    for number, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return number
    return min(len(first), len(second))


def _range(skipped: int, length: int) -> str:
    start = skipped + (length > 0)
    return str(start) if length == 1 else f"{start},{length}"


def _marked(mark: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield mark + line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"
