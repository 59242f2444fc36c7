"""Text selection on lines: offsets that survive scrolling, highlighting, and copying the source.

Textual orders the two ends of a selection by (y, x). Rows have no number of their own in a view
that lays out on demand, so y is made of the item's ordinal and the row within it. Copied text is
what was written, not what was drawn: soft wraps are joined, gutters and borders are left out, and
a block that is selected whole gives its Markdown source.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget

from tyler_tui.tui.contrast import readable
from tyler_tui.tui.lines.item import Item
from tyler_tui.tui.lines.viewport import Row
from tyler_tui.tui.markdown import Line
from tyler_tui.tui.markdown.line import BETWEEN_BLOCKS

FIRST_ORDINAL = 1 << 20
"""Ordinal of the first item; items put above it later count down from here."""
ROWS_PER_ITEM = 1 << 24


def offset_y(first_ordinal: int, row: Row) -> int:
    """The y of a row in selection offsets."""
    return (first_ordinal + row.item) * ROWS_PER_ITEM + row.line


def selected_cells(line: Line, y: int, selection: Selection) -> tuple[int, int] | None:
    """Which cells of the text of a row are selected: (start, end), or None."""
    span = _span(line, y, selection)
    if span is None or span[0] >= span[1]:
        return None
    return cell_len(line.text[: span[0]]), cell_len(line.text[: span[1]])


def style_of(widget: Widget) -> Style:
    """How selected text looks in `widget`. Most themes have a transparent colour for it, so that it
    keeps its own. As a style of Rich that would be the colour of the background."""
    styles = widget.screen.get_component_styles("screen--selection")
    style = styles.rich_style
    if not styles.color.a:
        style += Style(color=widget.colors[3].rich_color)
    return as_drawn(widget, style)


def as_drawn(widget: Widget, style: Style) -> Style:
    """`style` for what is laid over finished rows: through the app's filters (NO_COLOR), and such
    that it can be read."""
    segments = [Segment(" ", style)]
    for line_filter in widget.get_line_filters():
        segments = line_filter.apply(segments, widget.background_colors[1])
    style = segments[0].style or style
    if style.color is None or style.bgcolor is None:
        return style
    grounds = [Color.from_rich_color(style.bgcolor)]
    color = readable(Color.from_rich_color(style.color), grounds)
    return style + Style(color=color.rich_color)


def highlight(strip: Strip, spans: Iterable[tuple[int, int]], style: Style) -> Strip:
    """`strip` with `style` laid over the cells from start to end of each of `spans`. The time does
    not grow with how many there are."""
    covered = bytearray(strip.cell_length)
    for start, end in spans:
        start, end = max(0, start), min(end, strip.cell_length)
        if start < end:
            covered[start:end] = b"\1" * (end - start)
    if not any(covered):
        return strip
    segments: list[Segment] = []
    cell = 0
    for segment in strip:
        width = segment.cell_length
        for is_covered, text in _parts(segment.text, covered[cell : cell + width]):
            own = segment.style or Style()
            segments.append(Segment(text, own + style if is_covered else segment.style))
        cell += width
    return Strip(segments, strip.cell_length)


def _parts(text: str, covered: bytearray) -> Iterator[tuple[bool, str]]:
    """`text` in parts of which each is covered, by its first cells, or not."""
    if not any(covered) or all(covered):
        yield any(covered), text
        return
    cell = start = 0
    before = bool(covered[0])
    for first, _, cells in split_graphemes(text)[0]:
        now = bool(covered[cell]) if cell < len(covered) else before
        if now != before:
            yield before, text[start:first]
            before, start = now, first
        cell += cells
    yield before, text[start:]


def found_cells(text: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """The cells, from start to end, of what `pattern` finds in a row of text."""
    found = [match.span() for match in pattern.finditer(text) if match[0]]
    if text.isascii() or not found:
        return found
    starts: list[int] = []
    ends: list[int] = []
    cell = 0
    for first, end, cells in split_graphemes(text)[0]:
        starts += [cell] * (end - first)
        cell += cells
        ends += [cell] * (end - first)
    return [(starts[start], ends[end - 1]) for start, end in found]


def selected_text(
    items: Sequence[Item], width: int, first_ordinal: int, selection: Selection
) -> str:
    """The source text of a selection; items are separated by a blank line."""
    start, end = selection
    first = max(0, start.y // ROWS_PER_ITEM - first_ordinal) if start else 0
    last = min(len(items), end.y // ROWS_PER_ITEM - first_ordinal + 1) if end else len(items)
    parts = [
        text
        for index in range(first, last)
        if (text := _item_text(items[index], index, width, first_ordinal, selection))
    ]
    return "\n\n".join(part.strip("\n") for part in parts)


def _item_text(item: Item, index: int, width: int, first_ordinal: int, selection: Selection) -> str:
    lines = item.lines(width)
    spans = [
        _span(line, offset_y(first_ordinal, Row(index, number)), selection)
        for number, line in enumerate(lines)
    ]
    texts: list[str] = []
    number = 0
    while number < len(lines):
        block = lines[number].block
        end = number
        while end < len(lines) and lines[end].block == block:
            end += 1
        rows = range(number, end)
        number = end
        if all(spans[n] is None for n in rows):
            continue
        whole = all(spans[n] == (0, len(lines[n].text)) for n in rows)
        source = item.source_of(block) if whole and block != BETWEEN_BLOCKS else None
        texts.append(source if source is not None else "".join(_rows_text(lines, spans, rows)))
    return "\n".join(texts)


def _rows_text(
    lines: Sequence[Line], spans: Sequence[tuple[int, int] | None], rows: range
) -> Iterator[str]:
    started = False
    for n in rows:
        span = spans[n]
        if span is None:
            continue
        if started:
            yield lines[n].joiner if lines[n].continues else "\n"
        yield lines[n].text[span[0] : span[1]]
        started = True


def _span(line: Line, y: int, selection: Selection) -> tuple[int, int] | None:
    span = selection.get_span(y)
    if span is None:
        return None
    start, end = span
    length = len(line.text)
    return max(0, min(start, length)), length if end == -1 else max(0, min(end, length))
