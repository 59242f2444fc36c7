"""A Markdown text that grows, as rows that are made once.

Finished top-level blocks are rendered once and never looked at again; what is parsed at each step
is the tail from the start of the last block on. An open code fence is not even parsed: its
finished lines are highlighted one by one. When the text ends, what could only be known then is
made anew: link references that were defined late, and code as a whole.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from tyler_tui.sanitize import sanitize_chunk
from tyler_tui.tui.markdown.blocks import blank_line, render_block
from tyler_tui.tui.markdown.code import code_label, code_rows, highlight, language_of
from tyler_tui.tui.markdown.line import BETWEEN_BLOCKS, Line
from tyler_tui.tui.markdown.parsing import Node, parse
from tyler_tui.tui.markdown.styles import MarkdownStyles

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)")
_MAYBE_MARKER = re.compile(r"\s*(?:[-+*]|\d{0,9}[.)]?)\s*")


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """A code block and the rows it takes, its label included."""

    first_line: int
    last_line: int
    language: str
    code: str


@dataclass(slots=True)
class _Block:
    """A finished block: where its source starts, and its first row."""

    source_start: int
    first_line: int
    node: Node | None


class MarkdownDocument:
    """Rows of a growing Markdown text.

    `append` takes the next piece, `lines` gives the rows at a width, `finish` says that nothing
    more comes. `changed_from` is the first row that may differ from what `lines` gave before.
    """

    def __init__(self, styles: MarkdownStyles, *, source: str = "") -> None:
        self._styles = styles
        self._source = ""
        self._pending: list[str] = []
        self._width = 0
        self._lines: list[Line] = []
        self._blocks: list[_Block] = []
        self._live_start = 0
        """Where the source of the last, unfinished block starts."""
        self._live_line = 0
        """The first row of it."""
        self._live_blocks: list[_Block] = []
        self._fence: _OpenFence | None = None
        self._finished = False
        self._stale = True
        self.changed_from = 0
        self.append(source)

    @property
    def source(self) -> str:
        """The text so far, without control characters."""
        if self._pending:
            self._source += "".join(self._pending)
            self._pending.clear()
        return self._source

    def append(self, text: str) -> None:
        """Add the next piece. Costs no more than the piece."""
        if text:
            self._pending.append(sanitize_chunk(text))
            self._stale = True

    def finish(self) -> None:
        """Nothing more comes."""
        self._finished = True
        self._stale = True
        if "]:" in self.source:  # what a link reference, in whatever nesting, must have
            self._forget()

    def set_styles(self, styles: MarkdownStyles) -> None:
        """Draw in other styles from now on."""
        self._styles = styles
        self._forget()

    def release(self) -> None:
        """Drop the rows; they are made again when they are asked for."""
        self._forget()

    def lines(self, width: int) -> list[Line]:
        """All rows at `width`: the same list each time, changed in place."""
        if width != self._width:
            self._width = width
            self._forget()
        if not self._stale:
            self.changed_from = len(self._lines)
            return self._lines
        self._stale = False
        before = self._lines[self._live_line :]
        first = self._live_line
        del self._lines[first:]
        self._live_blocks = []
        self._advance()
        self._keep_unchanged(before, first)
        return self._lines

    def block_source(self, block: int) -> str:
        """The source of a top-level block, without trailing blank lines."""
        blocks = self._all_blocks()
        if not 0 <= block < len(blocks):
            return ""
        start = blocks[block].source_start
        end = blocks[block + 1].source_start if block + 1 < len(blocks) else len(self.source)
        return self.source[start:end].rstrip()

    def code_blocks(self) -> list[CodeBlock]:
        """The top-level code blocks, as they stand now."""
        found: list[CodeBlock] = []
        blocks = self._all_blocks()
        for number, block in enumerate(blocks):
            end = blocks[number + 1].first_line if number + 1 < len(blocks) else len(self._lines)
            while end > block.first_line + 1 and self._lines[end - 1].block == BETWEEN_BLOCKS:
                end -= 1
            if block.node is not None and block.node.kind in ("fence", "code_block"):
                token = block.node.token
                language = language_of(token.info)
                found.append(CodeBlock(block.first_line, end - 1, language, token.content))
            elif block.node is None and self._fence is not None:
                code = self._fence.code(self.source[block.source_start :])
                found.append(CodeBlock(block.first_line, end - 1, self._fence.language, code))
        return found

    def block_at(self, line: int) -> int:
        """The number of the block that row `line` belongs to."""
        return bisect_right([block.first_line for block in self._all_blocks()], line) - 1

    def _all_blocks(self) -> list[_Block]:
        return [*self._blocks, *self._live_blocks]

    def _forget(self) -> None:
        self._lines.clear()
        self._blocks.clear()
        self._live_blocks.clear()
        self._live_start = self._live_line = 0
        self._fence = None
        self._stale = True

    def _advance(self) -> None:
        """Render what stands behind the finished blocks, and finish what can be."""
        tail = self.source[self._live_start :]
        if self._fence is not None:
            if self._fence.is_open(tail) and not self._finished:
                self._show_fence(tail)
                return
            self._fence = None
        nodes = [node for node in parse(tail) if node.token.map is not None]
        starts = _line_starts(tail)
        positions = [starts[node.token.map[0]] for node in nodes if node.token.map is not None]
        finished = len(nodes) if self._finished else _finished_count(nodes, positions, tail)
        base = self._live_start
        for node, position in zip(nodes[:finished], positions, strict=False):
            self._blocks.append(self._render(node, base + position))
        if finished < len(nodes):
            self._live_start = base + positions[finished]
        self._live_line = len(self._lines)
        if finished == len(nodes):
            return
        last = nodes[-1]
        if last.kind == "fence" and finished == len(nodes) - 1:
            live = self.source[self._live_start :]
            fence = _OpenFence.of(live)
            if fence is not None and fence.is_open(live):
                self._fence = fence
                self._show_fence(live)
                return
        for node, position in zip(nodes[finished:], positions[finished:], strict=True):
            self._live_blocks.append(self._render(node, base + position))

    def _render(self, node: Node, source_start: int) -> _Block:
        number = len(self._blocks) + len(self._live_blocks)
        if number:
            self._lines.append(blank_line())
        first = len(self._lines)
        rows = render_block(node, self._width, self._styles, self._styles.text)
        for row in rows:
            row.block = number
        self._lines += rows
        return _Block(source_start, first, node)

    def _show_fence(self, tail: str) -> None:
        assert self._fence is not None
        number = len(self._blocks)
        if number:
            self._lines.append(blank_line())
        self._live_blocks = [_Block(self._live_start, len(self._lines), None)]
        rows = self._fence.rows(tail, self._width, self._styles)
        for row in rows:
            row.block = number
        self._lines += rows

    def _keep_unchanged(self, before: list[Line], first: int) -> None:
        """Put the old row objects back where the new ones equal them: who draws the rows sees by
        identity what changed."""
        self.changed_from = len(self._lines)
        for number, old in enumerate(before):
            at = first + number
            if at >= len(self._lines):
                break
            new = self._lines[at]
            if new is old or new == old:
                self._lines[at] = old
            elif at < self.changed_from:
                self.changed_from = at
        self.changed_from = min(self.changed_from, first + len(before))


class _OpenFence:
    """A code fence that is still open: its finished lines are kept as rows."""

    def __init__(self, mark: str, indent: int, language: str, body_start: int) -> None:
        self._close = re.compile(rf" {{0,3}}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$", re.M)
        self._indent = indent
        self.language = language
        self._body_start = body_start
        self._done_to = body_start
        self._rows: list[Line] = []

    @classmethod
    def of(cls, tail: str) -> "_OpenFence | None":
        """The fence that `tail` starts with, once its first line is whole."""
        head, newline, _ = tail.partition("\n")
        match = _FENCE.match(head)
        if match is None or not newline:
            return None
        indent = len(head) - len(head.lstrip(" "))
        return cls(match[1], indent, language_of(match[2]), len(head) + 1)

    def is_open(self, tail: str) -> bool:
        """Whether no line since the last whole one closes it."""
        return self._close.search(tail, self._done_to) is None

    def code(self, tail: str) -> str:
        return "".join(self._dedented(line) for line in tail[self._body_start :].splitlines(True))

    def rows(self, tail: str, width: int, styles: MarkdownStyles) -> list[Line]:
        if not self._rows:
            self._rows.append(code_label(self.language, width, styles))
        end = tail.rfind("\n") + 1
        if end > self._done_to:
            for line in tail[self._done_to : end - 1].split("\n"):
                self._rows += self._line(line, width, styles)
            self._done_to = end
        rest = tail[self._done_to :]
        return [*self._rows, *(self._line(rest, width, styles) if rest else [])]

    def _line(self, line: str, width: int, styles: MarkdownStyles) -> list[Line]:
        spans = highlight(self._dedented(line), self.language, styles)
        return code_rows(spans[0], width, styles)

    def _dedented(self, line: str) -> str:
        lead = len(line) - len(line.lstrip(" "))
        return line[min(lead, self._indent) :]


def _line_starts(text: str) -> list[int]:
    """Where each line of `text` starts, and one more for the end."""
    starts = [0]
    starts.extend(match.end() for match in re.finditer("\n", text))
    starts.append(len(text))
    return starts


def _finished_count(nodes: list[Node], positions: list[int], tail: str) -> int:
    """How many of the first blocks can no longer change, whatever comes.

    The last block can. The one before it is safe once the last one's first line is whole, for a
    block that started can turn out to be text of the paragraph above ("#" that becomes "#tag"),
    or when a blank line stands between, unless a list may go on with what looks like a marker.
    """
    if len(nodes) < 2:
        return 0
    start = positions[-1]
    if tail.find("\n", start) >= 0:
        return len(nodes) - 1
    blank_before = not tail[:start].rstrip(" ").removesuffix("\n").rpartition("\n")[2].strip()
    may_go_on = nodes[-2].kind.endswith("_list") and _MAYBE_MARKER.fullmatch(tail[start:])
    return len(nodes) - 1 if blank_before and not may_go_on else len(nodes) - 2
