"""A Markdown text that grows, as rows that are made once.

Finished blocks are rendered once and never looked at again, and so are the finished parts of a
block that still grows (see `cut`): what is parsed and rendered at each step is a few lines. The
result is that of the whole text. Only what can not be known earlier is made anew: the code of a
fence once it is closed, a table when a wider cell comes, a paragraph that turns out to be a
heading, and all of it at the end if the text defines link references.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tyler_tui.sanitize import sanitize_chunk
from tyler_tui.tui.markdown.blocks import blank_line, render_block
from tyler_tui.tui.markdown.code import is_coloured_by_line, language_of
from tyler_tui.tui.markdown.code_places import CodeBlock, code_places
from tyler_tui.tui.markdown.cut import (
    Cut,
    Within,
    container_cut,
    fence_cut,
    finished_count,
    finished_references,
    next_end,
    start_line,
    table_cut,
)
from tyler_tui.tui.markdown.line import Line
from tyler_tui.tui.markdown.paragraph import STAND_IN, paragraph_rest
from tyler_tui.tui.markdown.parsing import MAX_INLINE, Live, Node, Parsed, parse, walk
from tyler_tui.tui.markdown.styles import MarkdownStyles
from tyler_tui.tui.markdown.table import natural_widths
from tyler_tui.tui.markdown.table_rows import TableRows

MAX_AT_ONCE = 60_000
"""A longer text is not made into rows once more for references that stood behind their links."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A top-level block: where its source starts, and its first row."""

    source_start: int
    first_line: int


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
        self._cut = Cut()
        self._end = 0
        self._uncut = -1
        self._has_references = False
        self._finished = False
        self._stale = True
        self._rests = False
        self.changed_from = 0
        self.append(source)

    @property
    def source(self) -> str:
        """The text so far, without control characters."""
        if self._pending:
            self._source += sanitize_chunk("".join(self._pending))
            self._pending.clear()
        return self._source

    def estimate(self, width: int) -> int:
        """About how many rows there will be, without looking at the text much."""
        pieces = (self._source, *self._pending)
        length = sum(map(len, pieces))
        return sum(piece.count("\n") for piece in pieces) + length // max(1, width) + 1

    def append(self, text: str) -> None:
        """Add the next piece. Costs no more than the piece."""
        if text:
            self._pending.append(text)
            self._stale = True

    def finish(self) -> None:
        """Nothing more comes."""
        self._finished = True
        self._stale = True

    def set_styles(self, styles: MarkdownStyles) -> None:
        """Draw in other styles from now on."""
        self._styles = styles
        self._forget()

    def lines(self, width: int, within_s: float = math.inf) -> list[Line]:
        """All rows at `width`: the same list each time, changed in place. After about `within_s`
        seconds the rest is left until `go_on` is called: the document `is_behind`."""
        if width != self._width:
            self._width = width
            self._forget()
        if not self._stale or (self._rests and within_s < math.inf):
            self.changed_from = len(self._lines)
            return self._lines
        until = time.monotonic() + within_s
        changed_from = len(self._lines)
        while True:
            self._end = (
                next_end(self.source, self._end) if within_s < math.inf else len(self.source)
            )
            self._advance()
            changed_from = min(changed_from, self.changed_from)
            self._stale = self._end < len(self._source)
            if not self._stale or time.monotonic() >= until:
                break
        self._rests = self._stale
        self.changed_from = changed_from
        return self._lines

    def go_on(self) -> None:
        """Let `lines` make more rows. Until then it gives the same, however often it is asked: who
        draws must see one height from the beginning of a frame to its end."""
        self._rests = False

    def _advance(self) -> None:
        """Make rows of the text up to `_end`."""
        within = self._cut.within
        first = 0 if self._is_whole else (within.start if within else self._cut).line
        before = self._lines[first:]
        is_first = self._cut == Cut()
        while self._step():
            pass
        may_start_again = len(self._source) <= MAX_AT_ONCE and not is_first
        if self._is_whole and self._has_references and may_start_again:
            self._forget()
            self._end = len(self._source)
            while self._step():
                pass
        self._keep_unchanged(before, first)

    @property
    def is_behind(self) -> bool:
        """Whether there is more text than rows were made of."""
        return self._stale

    @property
    def _is_whole(self) -> bool:
        return self._finished and self._end == len(self._source)

    def block_source(self, block: int) -> str:
        """The source of a top-level block, without trailing blank lines."""
        return self._source_of(block).rstrip() if 0 <= block < len(self._blocks) else ""

    def _source_of(self, block: int) -> str:
        following = self._blocks[block + 1 : block + 2]
        end = following[0].source_start if following else len(self.source)
        return self.source[self._blocks[block].source_start : end]

    def code_blocks(self) -> list[CodeBlock]:
        """The code blocks, as they stand now, those within lists and quotes too."""
        return code_places(self._lines, self._source_of)

    def _forget(self) -> None:
        self._lines.clear()
        self._blocks.clear()
        self._cut = Cut()
        self._end = 0
        self._uncut = -1
        self._stale = True
        self._rests = False

    def _step(self) -> bool:
        """Finish what can be, else show the rest. Whether there may be more to finish."""
        cut = self._cut
        del self._lines[cut.line :]
        del self._blocks[cut.blocks :]
        if self._is_blank(cut):
            return False
        parsed = self._parse(cut)
        if not parsed.nodes:
            if line := finished_references(parsed):
                self._cut = replace(cut, position=self._position(parsed, line))
            return False
        if self._must_start_again(parsed):
            return self._start_again()
        finished = len(parsed.nodes) if self._is_whole else finished_count(parsed)
        if finished:
            return self._finish_blocks(parsed, finished)
        if len(parsed.nodes) == 1 and self._advance_within(parsed):
            return True
        for number in range(len(parsed.nodes)):
            if not self._show(parsed, number, growing=True):
                return True
        return False

    def _is_blank(self, cut: Cut) -> bool:
        """Whether there is nothing but blank lines and a line that has not begun. Of them only the
        line stays, or a flood of them would be read again with each piece that comes."""
        if cut.stand_in or cut.within is not None:
            return False
        rest = self.source[cut.position : self._end]
        if rest.strip(" \t\n"):
            return False
        self._cut = replace(cut, position=cut.position + rest.rfind("\n") + 1)
        return True

    def _start_again(self) -> bool:
        """Take back the cut within a fence, table or paragraph."""
        within = self._cut.within
        assert within is not None
        if within.is_literal:
            self._uncut = within.start.position
        self._cut = within.start
        return True

    def _parse(self, cut: Cut) -> Parsed:
        is_literal = cut.within is not None and cut.within.is_literal
        text = cut.stand_in + self.source[cut.position : self._end]
        parsed = parse(text, is_literal=is_literal)
        self._has_references |= parsed.has_references
        return parsed

    def _position(self, parsed: Parsed, line: int) -> int:
        return self._cut.position + parsed.offset(line) - len(self._cut.stand_in)

    def _must_start_again(self, parsed: Parsed) -> bool:
        """Whether the block that the cut goes through turned out to be another, or is a fence that
        ended and is to be coloured as a whole. Also tells it what was rendered of it."""
        within = self._cut.within
        if within is None:
            return False
        leaf = next((node for node in walk(parsed.nodes) if node.kind == within.kind), None)
        if leaf is None or (within.carry and leaf is not parsed.nodes[0]):
            return True
        leaf.live = Live(within.floor, carry=within.carry)
        if leaf.kind == "paragraph" and not within.is_literal:
            rest = len(leaf.content) - len(STAND_IN)
            return self._cut.position - within.origin + rest > MAX_INLINE
        if leaf.kind != "fence":
            return False
        lines = within.code_lines + leaf.code_lines
        if is_coloured_by_line(language_of(leaf.token.info), lines):
            return False
        if leaf.is_open_fence:
            return self._is_whole or leaf.end < parsed.whole
        return self._is_whole or leaf.end <= parsed.whole

    def _finish_blocks(self, parsed: Parsed, count: int) -> bool:
        for number in range(count):
            if not self._show(parsed, number, growing=False):
                return True
        last = parsed.nodes[count - 1]
        line = start_line(parsed, count) if count < len(parsed.nodes) else last.end
        position = min(self._position(parsed, line), len(self.source))
        self._cut = Cut(position, len(self._lines), len(self._blocks))
        return True

    def _advance_within(self, parsed: Parsed) -> bool:
        """Cut off what is finished in the one block that is left."""
        cut = self._cut
        start = cut.within.start if cut.within else cut
        after = cut.stand_in.count("\n")
        if (place := container_cut(parsed, after)) is not None:
            return self._cut_off(parsed, *place, None)
        leaf = parsed.nodes[0].spine()[-1]
        if (place := fence_cut(parsed, after)) is not None:
            lines = leaf.code_lines + (cut.within.code_lines if cut.within else 0)
            return self._cut_off(parsed, *place, Within("fence", start, code_lines=lines))
        if leaf.kind == "paragraph" and leaf is parsed.nodes[0]:
            return self._cut_paragraph(parsed, start)
        if leaf.kind != "table":
            return False
        known = leaf.live.floor if leaf.live else ()
        shown = _widest(natural_widths(leaf, self._styles), known)
        if (place := table_cut(parsed, after)) is None:
            return False
        leaf.live = Live(shown)
        floor = _widest(natural_widths(leaf, self._styles), known)
        return self._cut_off(parsed, *place, Within("table", start, floor))

    def _cut_paragraph(self, parsed: Parsed, start: Cut) -> bool:
        place = paragraph_rest(parsed, self._styles, self._width)
        if place is None:
            return False
        [paragraph] = parsed.nodes
        if paragraph.is_literal and self._uncut == start.position:
            return False
        offset, rows, carry = place
        position = self._cut.position + offset - len(self._cut.stand_in)
        before = self._cut.within
        indent = len(first_line := parsed.lines[paragraph.first]) - len(first_line.lstrip())
        origin = before.origin if before else self._position(parsed, paragraph.first) + indent
        self._add(parsed, 0, rows)
        within = Within(
            "paragraph", start, carry=carry, origin=origin, is_literal=paragraph.is_literal
        )
        self._cut = Cut(position, len(self._lines), len(self._blocks), STAND_IN, 0, within)
        return True

    def _cut_off(self, parsed: Parsed, line: int, stand_in: str, within: Within | None) -> bool:
        """Keep the rows of what is left in the tree, and go on from `line`."""
        if not self._show(parsed, 0, growing=within is not None):
            return True
        [root] = parse(stand_in).nodes
        if within is not None and within.kind == "table":
            live = parsed.nodes[0].spine()[-1].live
            assert live is not None
            rows = self._table_rows(parsed.nodes[0], live.layout)
            within = replace(within, layout=live.layout, rows=rows)
            root.spine()[-1].live = live
        self._cut = Cut(
            self._position(parsed, line),
            len(self._lines),
            len(self._blocks),
            stand_in,
            len(render_block(root, self._width, self._styles, growing=True)),
            within,
        )
        return True

    def _show(self, parsed: Parsed, number: int, *, growing: bool) -> bool:
        """Render a block. False when it does not fit what was rendered of it before: then the cut
        was taken back."""
        within, node = self._cut.within, parsed.nodes[number]
        rows = render_block(node, self._width, self._styles, growing=growing)
        if number == 0 and within is not None and within.kind == "table":
            table = next(node for node in walk([node]) if node.kind == "table")
            layout = table.live.layout or () if table.live is not None else ()
            is_behind = within.rows is not None and within.rows.is_behind and not growing
            fits = layout == within.layout and not is_behind
            if not fits and not self._set_table_again(within, layout, all_rows=not growing):
                return not self._start_again()
        self._add(parsed, number, rows)
        return True

    def _table_rows(self, node: Node, layout: tuple[int, ...] | None) -> TableRows | None:
        """What is finished of a table that is cut; None where its rows can not be set again
        without the rest of their block."""
        if node.kind != "table" or not layout:
            return None
        within = self._cut.within
        rows = TableRows(self._styles) if within is None else within.rows
        if rows is not None:
            rows.take(node, layout)
        return rows

    def _set_table_again(self, within: Within, layout: tuple[int, ...], *, all_rows: bool) -> bool:
        """Set the finished rows of a table in columns of other widths, if that can be done."""
        if within.rows is None or not layout:
            return False
        above, lines = within.rows.set_again(layout, all_rows=all_rows)
        for line in lines:
            line.block = len(self._blocks) - 1
        first = self._blocks[-1].first_line + above
        self._lines[first:] = lines
        self._cut = replace(
            self._cut,
            line=len(self._lines),
            stand_in_rows=within.rows.stand_in_height,
            within=replace(within, layout=layout),
        )
        return True

    def _add(self, parsed: Parsed, number: int, rows: list[Line]) -> None:
        cut = self._cut
        if number == 0 and cut.stand_in:
            del rows[: cut.stand_in_rows]
        else:
            start = self._position(parsed, start_line(parsed, number)) if self._blocks else 0
            if self._blocks:
                self._lines.append(blank_line())
            self._blocks.append(_Block(start, len(self._lines)))
        for row in rows:
            row.block = len(self._blocks) - 1
        self._lines += rows

    def _keep_unchanged(self, before: list[Line], first: int) -> None:
        """Put the old row objects back where the new ones equal them: who draws the rows sees by
        identity what changed."""
        self.changed_from = min(len(self._lines), first + len(before))
        for at, old in enumerate(before[: len(self._lines) - first], first):
            if self._lines[at] is old:
                continue
            if self._lines[at] == old:
                self._lines[at] = old
            else:
                self.changed_from = min(self.changed_from, at)


def _widest(a: Sequence[int], b: Sequence[int]) -> tuple[int, ...]:
    return tuple(map(max, zip(a, b, strict=True))) if b else tuple(a)
