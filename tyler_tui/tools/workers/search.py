"""Search the text of a workspace: what is found is printed file by file, then what was left out."""

import json
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line
from tyler_tui.tools.workers import REFUSED, limit_memory
from tyler_tui.tools.workers.matching import (
    MAX_FILE_BYTES,
    TookTooLongError,
    TooLongError,
    compiled,
    matches_in,
)
from tyler_tui.tools.workers.walking import Walk
from tyler_tui.tools.workspace import Place

SEARCH_S = 30.0
MAX_LINES = 300
MAX_LINES_OF_A_FILE = 40
MAX_CHARACTERS = 40_000
MAX_LINE = 300
BEFORE_MATCH = 80
"""How much of a long line is shown before what was found in it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to search: see the tool."""

    root: str
    parts: list[str]
    pattern: str
    glob: str
    literal: bool
    ignore_case: bool
    context: int
    ignored: bool


@dataclass(slots=True)
class _Counts:
    searched: int = 0
    files: int = 0
    lines: int = 0
    characters: int = 0
    too_long: int = 0
    slow: list[str] = field(default_factory=list)

    @property
    def is_enough(self) -> bool:
        return self.lines >= MAX_LINES or self.characters >= MAX_CHARACTERS


def search(request: Request) -> None:
    """Print what there is. Raises ToolError for what cannot be searched or searched for."""
    pattern = compiled(request.pattern, literal=request.literal, ignore_case=request.ignore_case)
    place = Place(Path(request.root), tuple(request.parts))
    walk = Walk(place, _globs(request.glob), ignored=request.ignored)
    counts, limit, note = _Counts(), time.monotonic() + SEARCH_S, ""
    for path, handle in walk.files():
        if counts.is_enough:
            note = "cut here, and the rest not searched: narrow the pattern, path or glob"
            break
        if time.monotonic() > limit:
            note = f"stopped after {SEARCH_S:.0f} s, and the rest not searched"
            break
        counts.searched += 1
        try:
            lines, found = matches_in(handle, pattern, MAX_LINES_OF_A_FILE)
        except TookTooLongError:
            counts.slow.append(path)
        except TooLongError:
            counts.too_long += 1
        except OSError:
            walk.unreadable += 1
        else:
            if found:
                _show(path, lines, found, request.context, counts)
    print(_summary(counts, walk.unreadable, note))


def _show(
    path: str, lines: Sequence[str], found: dict[int, int], context: int, counts: _Counts
) -> None:
    shown = sorted(found)[:MAX_LINES_OF_A_FILE]
    around = {
        number
        for line in shown
        for number in range(max(0, line - context), min(len(lines), line + context + 1))
    }
    rows = [one_line(path, 300)]
    previous = None
    for number in sorted(around):
        if context and previous is not None and number > previous + 1:
            rows.append("--")
        mark = ":" if number in found else "-"
        rows.append(f"{number + 1}{mark} {_excerpt(lines[number], found.get(number, 0))}")
        previous = number
    if len(found) > len(shown):
        rows.append("[… more lines of this file match]")
    block = "\n".join(rows)
    print(block, end="\n\n", flush=True)
    counts.files += 1
    counts.lines += len(shown)
    counts.characters += len(block)


def _excerpt(line: str, column: int) -> str:
    if len(line) <= MAX_LINE:
        return line
    start = max(0, column - BEFORE_MATCH)
    cut = line[start : start + MAX_LINE]
    return f"{'…' if start else ''}{cut}{'…' if start + MAX_LINE < len(line) else ''}"


def _summary(counts: _Counts, unreadable: int, note: str) -> str:
    found = f"{_count(counts.lines, 'line')} in {_count(counts.files, 'file')}"
    parts = [
        found if counts.lines else "nothing found",
        f"{_count(counts.searched, 'file')} searched",
    ]
    if counts.too_long:
        parts.append(f"{counts.too_long} longer than {MAX_FILE_BYTES // 1024**2} MB left out")
    if unreadable:
        parts.append(f"{unreadable} could not be read")
    if counts.slow:
        example = one_line(counts.slow[0], 120)
        parts.append(f"the pattern took too long in {len(counts.slow)} of them, such as {example}")
    return f"[{' · '.join([*parts, *([note] if note else [])])}]"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _globs(glob: str) -> GitIgnoreSpec | None:
    if not glob:
        return None
    try:
        return GitIgnoreSpec.from_lines(_unfolded(glob))
    except (ValueError, re.error) as error:
        raise ToolError(f"{one_line(glob, 80)!r} is no pattern for files.") from error


def _unfolded(glob: str) -> list[str]:
    """`*.{ts,tsx}` as `*.ts` and `*.tsx`."""
    braces = re.search(r"\{([^{}]*)\}", glob)
    if braces is None:
        return [glob]
    head, tail = glob[: braces.start()], glob[braces.end() :]
    return [one for part in braces[1].split(",") for one in _unfolded(f"{head}{part}{tail}")]


def main() -> None:
    limit_memory()
    try:
        search(Request(**json.loads(sys.argv[1])))
    except ToolError as error:
        print(error.message)
        sys.exit(REFUSED)


if __name__ == "__main__":
    # Names of files may hold bytes that are no text.
    sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")  # type: ignore[union-attr]
    main()
