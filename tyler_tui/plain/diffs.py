"""What a call will do, for the ear: the signs of a unified diff in words.

Each run of lines is headed by what happens to it and by how many lines it has, so that no line of
a file can pass for a heading.
"""

import re
from collections.abc import Iterator, Sequence

from tyler_tui.plain.wording import counted, sentence

_HEADINGS = {"+": "added", "-": "removed", " ": "unchanged", "\\": "remark"}
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_NOTHING = "--- /dev/null"
_INDENT = "  "


def spoken_preview(preview: str) -> list[str]:
    """A preview as lines: all of it, with the diff that it may end with in words."""
    lines = preview.split("\n") if preview else []
    start = next((n for n, line in enumerate(lines) if line.startswith("--- ")), None)
    if start is None or not _is_diff(lines[start:]):
        return [_INDENT + line for line in lines]
    return [*(_INDENT + line for line in lines[:start]), *_spoken(lines[start:])]


def _is_diff(lines: Sequence[str]) -> bool:
    """Whether the lines are a diff to the letter: then nothing in them goes unsaid."""
    return (
        len(lines) > 2
        and lines[1].startswith("+++ b/")
        and lines[0] in (_NOTHING, f"--- a/{lines[1][6:]}")
        and _HUNK.fullmatch(lines[2]) is not None
        and all(line[:1] in _HEADINGS or _HUNK.fullmatch(line) for line in lines[3:])
    )


def _spoken(diff: Sequence[str]) -> Iterator[str]:
    name, is_new = diff[1][6:], diff[0] == _NOTHING
    yield f"New file {name}." if is_new else f"Change of {name}."
    at = 2
    while at < len(diff):
        hunk = _HUNK.fullmatch(diff[at])
        if hunk is not None:
            if not is_new:
                yield f"At line {hunk[1]}:"
            at += 1
            continue
        sign, first = diff[at][:1], at
        while at < len(diff) and diff[at][:1] == sign:
            at += 1
        yield f"{sentence(_HEADINGS[sign])}, {counted(at - first, 'line')}:"
        yield from (_INDENT + line[1:] for line in diff[first:at])
