"""Where a block that still grows can be cut, so that its first part is never looked at again.

An endless list, quote, table, fence or paragraph must not be parsed from its start at each frame.
What is finished in it is replaced by a stand-in: a few lines that open the same containers, in
which the rest is parsed as if all of it were there. A rule stands for what an item or a quote
holds so far, as nothing that follows can join it.

    - first item                                   - ___
      ```python               is cut to              ```python
      a hundred lines of code                        the last line
      the last line
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tyler_tui.tui.markdown.parsing import Carry, Node, Parsed
from tyler_tui.tui.markdown.table_rows import TableRows

_PLACEHOLDER = "___"
_QUOTE = re.compile(r" {0,3}>( ?)")
_ITEM = re.compile(r"( {0,3})([-+*]|(\d{1,9})([.)]))(?:( {1,4})(?=[^ \t])| {5}| *$)")
_CLOSED_LEAD = "   "
"""The indent of an item that stands for those before: with less, the next could nest in it."""
_REFERENCE = re.compile(r"\[[^\[\]]+\]: [^\s\"'(<]+")
_MAYBE_MARKER = re.compile(r"\s*(?:[-+*]|\d{0,9}[.)]?)\s*")
PIECE, PIECE_LINES = 4_000, 150
"""So many characters, and lines, are made into rows at most before the clock is looked at."""
MAX_NUMBER = 999_999_999
"""Markdown knows no longer numbers."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The state of a document between its finished part and the rest.

    The rest is `stand_in` and the source from `position`. Rendered, the stand-in takes
    `stand_in_rows`; rows from `line` on and blocks from `blocks` on may still change.
    """

    position: int = 0
    line: int = 0
    blocks: int = 0
    stand_in: str = ""
    stand_in_rows: int = 0
    within: "Within | None" = None


@dataclass(frozen=True, slots=True)
class Within:
    """A cut within a fence, table or paragraph; `start` is where to start again if need be."""

    kind: str
    start: Cut
    floor: tuple[int, ...] = ()
    layout: tuple[int, ...] | None = None
    rows: TableRows | None = None
    """Of a table that stands in nothing else."""
    code_lines: int = 0
    carry: Carry | None = None
    origin: int = 0
    """Where the text of a paragraph starts in the source."""
    is_literal: bool = False
    """Whether the paragraph is shown as it is written."""


@dataclass(frozen=True, slots=True)
class _Opening:
    """A container's first line up to its content, and how its other lines start."""

    line: int
    text: str
    goes_on: str

    def strip(self, line: int, text: str) -> str | None:
        """`text` without what belongs to this container; None when it is not in it."""
        if line == self.line:
            return text[len(self.text) :]
        if self.goes_on == "> ":
            match = _QUOTE.match(text)
            return text[match.end() :] if match else None
        return text[len(self.goes_on) :] if text.startswith(self.goes_on) else None


def next_end(source: str, start: int) -> int:
    """Where the piece ends that starts there. What is many lines is much work, however short they
    are."""
    last = min(len(source), start + PIECE)
    for _ in range(PIECE_LINES):
        start = source.find("\n", start, last) + 1
        if not start:
            return last
    return start


def finished_count(parsed: Parsed) -> int:
    """How many of the top-level blocks can no longer change, whatever comes.

    The last block can, unless it is a fence that was closed. The one before it is safe once the
    last one's first line is whole, for a block that started can turn out to be text of the
    paragraph above ("#" that becomes "#tag"), or when a blank line stands between, unless a list
    may go on with what looks like a marker.
    """
    nodes, last = parsed.nodes, parsed.nodes[-1]
    if last.kind == "fence" and not last.is_open_fence and last.end <= parsed.whole:
        return len(nodes)
    if len(nodes) < 2:
        return 0
    if last.first < parsed.whole:
        return len(nodes) - 1
    may_go_on = nodes[-2].kind.endswith("_list") and _MAYBE_MARKER.fullmatch(
        parsed.lines[last.first]
    )
    return len(nodes) - 1 if last.after_blank and not may_go_on else len(nodes) - 2


def finished_references(parsed: Parsed) -> int:
    """Of a text that has nothing but link references yet, the last line behind which one starts
    that belongs to none before it: a title may stand on a line of its own."""
    for line in range(parsed.whole - 1, 0, -1):
        if _REFERENCE.fullmatch(parsed.lines[line - 1]) and parsed.lines[line].startswith("["):
            return line
    return 0


def start_line(parsed: Parsed, number: int) -> int:
    """Where a block starts, with the link references above it that it may yet belong to."""
    line = parsed.nodes[number].first
    floor = parsed.nodes[number - 1].end if number else 0
    while line > floor and parsed.lines[line - 1].strip():
        line -= 1
    return line


def container_cut(parsed: Parsed, after: int) -> tuple[int, str] | None:
    """The last place between two items of a list or two blocks of an item or quote: the line
    where the rest starts, which is behind line `after`, and the stand-in for what is before it.
    Removes the rest from the tree."""
    path = parsed.nodes[-1].spine()
    for level in range(len(path) - 1, -1, -1):
        node = path[level]
        if not node.is_container or not node.children:
            continue
        kept, line = _finished_children(node, parsed)
        if not kept or line <= after:
            continue
        openings = _openings(path[: level + 1], parsed.lines)
        if openings is None:
            continue
        stand_in = _reopened(openings)
        if node.kind.endswith("_list"):
            number = node.list_start + kept - 1
            if number > MAX_NUMBER:
                return None
            stand_in += _closed_item(node, number, openings)
        del node.children[kept:]
        return line, stand_in
    return None


def fence_cut(parsed: Parsed, after: int) -> tuple[int, str] | None:
    """As `container_cut`, after the last whole line of an open fence."""
    path = parsed.nodes[-1].spine()
    fence = path[-1]
    first_new = max(after, fence.first + 1)
    if not fence.is_open_fence or not first_new < parsed.whole <= fence.end:
        return None
    head = _head(path, parsed.lines)
    if head is None:
        return None
    content = fence.token.content
    fence.token.content = content[: content.rfind("\n") + 1]
    return parsed.whole, head


def table_cut(parsed: Parsed, after: int) -> tuple[int, str] | None:
    """As `container_cut`, after the last whole row of a table. The row stays in the stand-in."""
    path = parsed.nodes[-1].spine()
    table = path[-1]
    if table.kind != "table" or len(table.children) < 2:
        return None
    rows = table.children[1].children
    whole = [row for row in rows if row.end <= parsed.whole]
    if len(whole) < 2 or whole[-1].end <= after:
        return None
    head = _head(path, parsed.lines)
    if head is None:
        return None
    rows[:] = whole
    lines = parsed.lines
    return whole[-1].end, f"{head}{lines[table.first + 1]}\n{lines[whole[-1].first]}\n"


def _finished_children(node: Node, parsed: Parsed) -> tuple[int, int]:
    """How many of the children can no longer change, and the line where the rest starts.

    A child is finished when the first line of another that follows is whole, for what looks like
    a new block can turn out to be text of the one above; or when it is a fence that was closed.
    """
    children = node.children
    last = children[-1]
    if last.kind == "fence" and not last.is_open_fence and last.end <= parsed.whole:
        return len(children), last.end
    kept = len(children) - (1 if last.first < parsed.whole else 2)
    if kept < 1:
        return 0, 0
    before, following = children[kept - 1 : kept + 1]
    # Between them a link reference can stand that the second may turn out to belong to.
    if not following.after_blank and before.end != following.first:
        return 0, 0
    return kept, following.first - following.after_blank


def _openings(path: Sequence[Node], lines: Sequence[str]) -> list[_Opening] | None:
    """How the items and quotes of `path` are opened; None when tabs or numbers forbid it."""
    openings: list[_Opening] = []
    for parent, node in zip([None, *path], path, strict=False):
        if node.kind not in ("blockquote", "list_item"):
            continue
        rest = _stripped(openings, node.first, lines)
        if rest is None:
            return None
        if node.kind == "blockquote":
            match = _QUOTE.match(rest)
            if match is None or rest[match.end() :].startswith("\t"):
                return None
            openings.append(_Opening(node.first, match.group(), "> "))
            continue
        match = _ITEM.match(rest)
        if match is None or parent is None:
            return None
        lead, mark, digits, delimiter, space = match.groups()
        if digits:
            number = str(parent.list_start + len(parent.children) - 1)
            if len(number) != len(digits):
                return None
            mark = number + delimiter
        text = lead + mark + (space or " ")
        openings.append(_Opening(node.first, text, " " * len(text)))
    return openings


def _stripped(openings: Sequence[_Opening], line: int, lines: Sequence[str]) -> str | None:
    rest: str | None = lines[line]
    for opening in openings:
        rest = opening.strip(line, rest) if rest is not None else None
    return rest


def _reopened(openings: Sequence[_Opening]) -> str:
    text, prefix = "", ""
    for opening in openings:
        start = "> " if opening.goes_on == "> " else opening.text
        text += f"{prefix}{start}{_PLACEHOLDER}\n"
        prefix += opening.goes_on
    return text


def _closed_item(node: Node, number: int, openings: Sequence[_Opening]) -> str:
    mark = node.token.markup
    if node.kind == "ordered_list":
        mark = f"{number}{mark}"
    prefix = "".join(opening.goes_on for opening in openings)
    return f"{prefix}{_CLOSED_LEAD}{mark} {_PLACEHOLDER}\n"


def _head(path: Sequence[Node], lines: Sequence[str]) -> str | None:
    """The first line of the last node of `path`, in its containers."""
    leaf = path[-1]
    openings = _openings(path, lines)
    if openings is None:
        return None
    rest = _stripped(openings, leaf.first, lines)
    if rest is None:
        return None
    before = [opening for opening in openings if opening.line < leaf.first]
    same = [opening for opening in openings if opening.line == leaf.first]
    prefix = "".join(opening.goes_on for opening in before)
    prefix += "".join(opening.text for opening in same)
    return f"{_reopened(before)}{prefix}{rest}\n"
