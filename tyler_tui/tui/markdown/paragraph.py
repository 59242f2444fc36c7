"""Where a long paragraph can be cut: in front of text that can not change what is before it."""

import re
from collections.abc import Sequence

from tyler_tui.tui.markdown.inline import spans_of
from tyler_tui.tui.markdown.line import Line
from tyler_tui.tui.markdown.math import MAY_OPEN
from tyler_tui.tui.markdown.parsing import Carry, Node, Parsed, parse_inline
from tyler_tui.tui.markdown.styles import MarkdownStyles
from tyler_tui.tui.markdown.wrap import Span, break_lines, without_floods, wrap_spans

STAND_IN = "x "
"""Stands for the first part, so that the rest is parsed as text of a paragraph."""
_LONG = 800
_TAIL = 150
"""So many characters at the end are left alone: a link may be on its way."""
_GAP = re.compile(r"(?<=[^\s\\])[ \n](?=\S)")
_MAY_OPEN = re.compile(r"[`\[]|\*(?!\s)|(?<!\w)_(?!\s)|~~(?!\s)")
"""What may become a mark when its other half comes. Pipes may make a table of the last line."""


def paragraph_rest(
    parsed: Parsed, styles: MarkdownStyles, width: int
) -> tuple[int, list[Line], Carry] | None:
    """Where in the text the rest of the paragraph can start, the rows of the part before it, and
    what of that part goes into the rest's first row."""
    [paragraph] = parsed.nodes
    text = "\n".join(parsed.lines)
    start = parsed.offset(paragraph.first)
    if paragraph.kind != "paragraph" or len(text) - start < _LONG:
        return None
    if paragraph.is_literal:
        return _literal_rest(paragraph, text, start, styles, width)
    gaps = list(_GAP.finditer(text, start + len(STAND_IN), len(text) - _TAIL))
    if not gaps:
        return None
    first = text[start : gaps[-1].start()].lstrip()  # as the parser of blocks does
    tokens = parse_inline(first)
    if (
        "|" in first
        or MAY_OPEN.search(first)
        or any(t.type == "text" and _MAY_OPEN.search(t.content) for t in tokens)
    ):
        return None
    spans = paragraph_spans(paragraph, spans_of(tokens, styles, styles.text))
    spans.append(Span(" ", styles.text))
    return gaps[-1].end(), *_rows_and_carry(paragraph, spans, width)


def _literal_rest(
    paragraph: Node, text: str, start: int, styles: MarkdownStyles, width: int
) -> tuple[int, list[Line], Carry] | None:
    """As `paragraph_rest`: text that is shown as it is written can be cut nearly anywhere."""
    start += len(text[start:]) - len(text[start:].lstrip())
    end = len(text.rstrip()) - _TAIL
    cut = next((at for at in range(end, max(start, end - _TAIL), -1) if _is_inner(text, at)), None)
    if cut is None or "|" in text[max(start, text.rfind("\n", start, cut)) : cut]:
        return None
    spans = [Span(text[start:cut], styles.text)]
    return cut, *_rows_and_carry(paragraph, paragraph_spans(paragraph, spans), width)


def _is_inner(text: str, at: int) -> bool:
    return not text[at - 1].isspace() and not text[at].isspace()


def _rows_and_carry(paragraph: Node, spans: list[Span], width: int) -> tuple[list[Line], Carry]:
    spans = without_floods(spans)
    *rows, last = paragraph_rows(paragraph, spans, width)
    *_, last_break = break_lines("".join(span.text for span in spans), width)
    return rows, Carry(_from(spans, last_break.start), last.continues, last.joiner)


def paragraph_rows(paragraph: Node, spans: Sequence[Span], width: int) -> list[Line]:
    """The rows of the spans that `paragraph_spans` gives."""
    lines = wrap_spans(spans, width)
    if paragraph.live is not None and paragraph.live.carry is not None:
        lines[0].continues = paragraph.live.carry.continues
        lines[0].joiner = paragraph.live.carry.joiner
    return lines


def paragraph_spans(paragraph: Node, spans: list[Span]) -> list[Span]:
    """`spans` of a paragraph's text with what is carried in the place of the stand-in."""
    if paragraph.live is None or paragraph.live.carry is None:
        return spans
    head, *rest = spans
    return [*paragraph.live.carry.spans, head._replace(text=head.text[len(STAND_IN) :]), *rest]


def _from(spans: list[Span], start: int) -> tuple[Span, ...]:
    kept: list[Span] = []
    at = 0
    for span in spans:
        if at + len(span.text) > start:
            kept.append(span._replace(text=span.text[max(0, start - at) :]))
        at += len(span.text)
    return tuple(kept)
