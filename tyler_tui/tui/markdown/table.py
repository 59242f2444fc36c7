"""Tables: fitted to their content, wrapped where they must be, records where nothing else fits."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tyler_tui.tui.markdown.inline import spans_of
from tyler_tui.tui.markdown.line import Line
from tyler_tui.tui.markdown.parsing import Node
from tyler_tui.tui.markdown.styles import MarkdownStyles
from tyler_tui.tui.markdown.wrap import Span, wrap_spans

MIN_COLUMN = 6
"""Columns are not squeezed below this; a table that would need it becomes records."""
_SEPARATOR = " │ "

Cell = list[Span]


def table_lines(table: Node, width: int, styles: MarkdownStyles) -> list[Line]:
    """The rows of a table."""
    header, rows, aligns = cells_of(table, styles)
    natural = _natural([header, *rows], len(header))
    live = table.live
    if live is not None:
        natural = [max(pair) for pair in zip(natural, live.floor or natural, strict=True)]
    widths = _fit(natural, width - len(_SEPARATOR) * (len(header) - 1))
    if live is not None:
        live.layout = tuple(widths) if widths is not None else ()
    if widths is None:
        return _records(header, rows, width, styles)
    lines = [*_row(header, widths, aligns, styles), rule_line(widths, styles)]
    for row in rows:
        lines += _row(row, widths, aligns, styles)
    return lines


def rule_line(widths: Sequence[int], styles: MarkdownStyles) -> Line:
    """The line below the head."""
    rule = "─┼─".join("─" * column for column in widths)
    return Line([Segment(rule, styles.border)], "", indent=cell_len(rule), kind="table")


def natural_widths(table: Node, styles: MarkdownStyles) -> tuple[int, ...]:
    """How wide each column would like to be."""
    header, rows, _ = cells_of(table, styles)
    return tuple(_natural([header, *rows], len(header)))


def _natural(rows: Sequence[Sequence[Cell]], columns: int) -> list[int]:
    return [
        max([cell_width(row[column]) for row in rows if column < len(row)] or [1])
        for column in range(columns)
    ]


def cells_of(table: Node, styles: MarkdownStyles) -> tuple[list[Cell], list[list[Cell]], list[str]]:
    """The head, the other rows, and how the columns are aligned."""
    rows: list[list[Cell]] = []
    aligns: list[str] = []
    for section in table.children:
        bold = styles.strong if section.kind == "thead" else Style()
        for row in section.children:
            rows.append([spans_of(cell.inline, styles, bold) for cell in row.children])
            if section.kind == "thead":
                aligns = [
                    str(cell.token.attrs.get("style", "")).removeprefix("text-align:")
                    for cell in row.children
                ]
    return rows[0], rows[1:], aligns


def cell_width(cell: Cell) -> int:
    """How wide a cell would like to be."""
    text = "".join(span.text for span in cell)
    return max(1, *(cell_len(line) for line in text.split("\n")))


def _fit(natural: Sequence[int], room: int) -> list[int] | None:
    """Column widths that fill at most `room` cells, or None when columns would be too narrow."""
    if sum(natural) <= room:
        return list(natural)
    low = [min(column, MIN_COLUMN) for column in natural]
    if sum(low) > room:
        return None
    widths = list(low)
    spare = room - sum(low)
    while spare > 0:
        wanting = [n for n, width in enumerate(widths) if width < natural[n]]
        share = max(1, spare // len(wanting))
        for n in wanting:
            more = min(share, natural[n] - widths[n], spare)
            widths[n] += more
            spare -= more
    return widths


def _row(
    cells: Sequence[Cell], widths: Sequence[int], aligns: Sequence[str], styles: MarkdownStyles
) -> list[Line]:
    columns = [
        wrap_spans(cells[n] if n < len(cells) else [], width) for n, width in enumerate(widths)
    ]
    return set_row(columns, widths, aligns, styles)


def set_row(
    columns: Sequence[Sequence[Line]],
    widths: Sequence[int],
    aligns: Sequence[str],
    styles: MarkdownStyles,
) -> list[Line]:
    """One row of the table from the lines of its cells."""
    lines: list[Line] = []
    for level in range(max(len(column) for column in columns)):
        line = Line([], "", kind="table", continues=level > 0)
        used = 0
        links: list[tuple[int, int, str]] = []
        for n, column in enumerate(columns):
            if n:
                line.segments.append(Segment(_SEPARATOR, styles.border))
                line.text += _SEPARATOR
                used += len(_SEPARATOR)
            piece = column[level] if level < len(column) else Line([], "")
            free = widths[n] - piece.width
            before = {"right": free, "center": free // 2}.get(aligns[n], 0)
            after = free - before if n < len(columns) - 1 else 0
            line.segments += [Segment(" " * before)] if before else []
            links += [
                (used + before + start, used + before + end, href)
                for start, end, href in piece.links
            ]
            line.segments += piece.segments
            line.segments += [Segment(" " * after)] if after > 0 else []
            line.text += " " * before + piece.text + " " * max(0, after)
            used += widths[n]
        line.links = links or ()
        lines.append(line)
    return lines


def _records(
    header: Sequence[Cell], rows: Sequence[Sequence[Cell]], width: int, styles: MarkdownStyles
) -> list[Line]:
    """One block a row: each cell on a line of its own, behind the name of its column."""
    lines: list[Line] = []
    for number, row in enumerate(rows):
        if number:
            lines.append(Line([Segment("─" * min(width, 20), styles.border)], "", kind="table"))
        for name, cell in zip(header, row, strict=False):
            label = [*name, Span(": ", styles.muted)] if name else []
            for line in wrap_spans([*label, *cell], width):
                line.kind = "table"
                lines.append(line)
    return lines or wrap_spans(
        [span for name in header for span in [*name, Span(" ", Style())]], width
    )
