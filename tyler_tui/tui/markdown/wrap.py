"""Break text into rows by cell width, keeping styles, links, and how rows are joined again."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from rich.style import Style

from tyler_tui.tui.markdown.line import Line
from tyler_tui.tui.markdown.styles import same_look


class Span(NamedTuple):
    """Text in one style; `href` is set within a link."""

    text: str
    style: Style
    href: str = ""


# East Asian text may break between any two characters, but not before closing punctuation.
_WIDE = "⺀-〿ぁ-鿿가-힯豈-﫿\uff01-\uffef\U00020000-\U0003ffff"
_CLOSING = "、。，．・：；？！」』）】〉》〕…ー々"


@cache
def token_pattern() -> re.Pattern[str]:
    """Spaces, words, characters of East Asian text. Compiled at the first use: it costs 10 ms."""
    return re.compile(f"[^\\S\n]+|[{_WIDE}][{_CLOSING}]*|[^\\s{_WIDE}]+")


PIECE = 2_000
"""So many characters of a long word are looked at at once."""


class Break(NamedTuple):
    """A row as a slice of the text, and how it joins the row above."""

    start: int
    end: int
    continues: bool
    joiner: str


def break_lines(text: str, width: int) -> Iterator[Break]:
    """Cut `text` into rows of at most `width` cells, at spaces where there are any.

    Newlines always break. Spaces at a soft break belong to no row; those that lead a logical line
    are kept, and never stand alone: a word that does not fit behind them is broken.
    """
    start = 0
    while True:
        end = text.find("\n", start)
        stop = len(text) if end < 0 else end
        yield from _break_line(text, start, stop, max(1, width))
        if end < 0:
            return
        start = end + 1


def _break_line(text: str, start: int, stop: int, width: int) -> Iterator[Break]:
    narrow = text.isascii()
    if stop - start <= width and narrow:
        yield Break(start, stop, False, "")
        return
    row_start = row_end = start
    used = 0
    joiner = ""
    continues = is_indent = False
    for match in token_pattern().finditer(text, start, stop):
        token = match.group()
        cells = len(token) if narrow else cell_len(token)
        if token.isspace():
            if row_end == row_start and not continues:
                row_end = match.end()
                row_start, used = (row_start, cells) if cells < width else (row_end, 0)
                is_indent = used > 0
            continue
        gap = match.start() - row_end
        if row_end > row_start and used + gap + cells > width and not is_indent:
            yield Break(row_start, row_end, continues, joiner)
            continues, joiner = True, " " * min(gap, 1)
            row_start = row_end = match.start()
            used = gap = 0
        elif row_end == row_start:
            row_start = match.start() if continues else row_start
            gap = 0
        if cells > width - used - gap and (cells > width or is_indent):
            is_indent = False
            room = width - used
            for piece_end, fits in _pieces(text, match.start(), match.end(), room, width):
                if not fits:
                    row_end, used = match.end(), cell_len(text[row_start : match.end()])
                    break
                yield Break(row_start, piece_end, continues, joiner)
                continues, joiner = True, ""
                row_start = row_end = piece_end
            continue
        row_end = match.end()
        used += gap + cells
        is_indent = False
    if row_end > row_start or not continues:
        yield Break(row_start, max(row_end, row_start), continues, joiner)


def _pieces(text: str, start: int, end: int, room: int, width: int) -> Iterator[tuple[int, bool]]:
    """Ends of full rows within a word that is too long, then (end, False) for the rest. The first
    row has `room` cells left for it."""
    if text[start:end].isascii():
        at = start
        while end - at > room:
            at += room
            room = width
            yield at, True
        yield end, False
        return
    used = 0
    for first, cells in _graphemes(text, start, end):
        if (used or room < width) and used + cells > room:
            yield first, True
            used, room = 0, width
        used += cells
    yield end, False


def _graphemes(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where each character begins that is seen as one, and how many cells it takes."""
    piece = PIECE
    while start < end:
        stop = min(start + piece, end)
        spans, _ = split_graphemes(text[start:stop])
        if stop < end and len(spans) > 1:
            del spans[-1]  # it may go on behind the piece
        elif stop < end:
            piece *= 2
            continue
        for first, _, cells in spans:
            yield start + first, cells
        start += spans[-1][1]


MOST_MARKS = 30
"""More marks on one letter are left out: a flood of them is one cell, drawn again at each frame."""
_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u0e31-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff"
    "\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
_FLOOD = re.compile(f"({_MARK}{{{MOST_MARKS}}}){_MARK}+")
MOST_JOINED = 8
"""More characters than this are not joined to one, which would stand in two cells: no people has
so large a family."""
_JOINED = re.compile(
    f"((?:[^\\s\u200d]{{1,3}}\u200d){{{MOST_JOINED - 1}}}[^\\s\u200d]{{1,3}})\u200d"
)


def without_floods(spans: Sequence[Span]) -> list[Span]:
    """`spans` with at most MOST_MARKS combining marks on a letter, and MOST_JOINED characters in
    one."""
    return [
        span if span.text.isascii() else span._replace(text=_without_floods(span.text))
        for span in spans
    ]


def _without_floods(text: str) -> str:
    text = _FLOOD.sub(r"\1", text)
    return _JOINED.sub(r"\1", text) if "\u200d" in text else text


def wrap_spans(spans: Sequence[Span], width: int) -> list[Line]:
    """Rows of styled text."""
    return list(wrapped(spans, width))


def wrapped(spans: Sequence[Span], width: int) -> Iterator[Line]:
    """Rows of styled text, made one by one as they are asked for."""
    spans = without_floods(_joined(spans))
    text = "".join(span.text for span in spans)
    index, offset = 0, 0
    for row in break_lines(text, width):
        segments: list[Segment] = []
        links: list[tuple[int, int, str]] = []
        cell = 0  # not of the text: a style may change within what would be one character
        while index < len(spans) and offset + len(spans[index].text) <= row.start:
            offset += len(spans[index].text)
            index += 1
        at, position = index, offset
        while at < len(spans) and position < row.end:
            span = spans[at]
            piece = span.text[max(0, row.start - position) : row.end - position]
            if piece:
                segments.append(Segment(piece, span.style))
                cells = len(piece) if piece.isascii() else cell_len(piece)
                if span.href:
                    links.append((cell, cell + cells, span.href))
                cell += cells
            position += len(span.text)
            at += 1
        if cell > width:  # a character that is wider than the row
            segments = Segment.adjust_line_length(segments, width, pad=False)
        yield Line(
            segments,
            text[row.start : row.end],
            continues=row.continues,
            joiner=row.joiner,
            links=links or (),
        )


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Neighbours of the same style as one."""
    joined: list[Span] = []
    for span in spans:
        if joined and same_look(joined[-1].style, span.style) and joined[-1].href == span.href:
            joined[-1] = joined[-1]._replace(text=joined[-1].text + span.text)
        else:
            joined.append(span)
    return joined


def wrap_text(text: str, width: int, style: Style) -> list[Line]:
    """Rows of plain text: line breaks and leading spaces stay as they are written."""
    return list(wrapped_text(text, width, style))


def wrapped_text(text: str, width: int, style: Style) -> Iterator[Line]:
    """As `wrap_text`, made one by one as they are asked for."""
    return wrapped([Span(text.expandtabs(4), style)], width)
