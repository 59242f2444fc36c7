"""Code blocks: a panel with a label, syntax colours, and rows that lose nothing."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from tyler_tui.tui.markdown.line import Line
from tyler_tui.tui.markdown.styles import MarkdownStyles
from tyler_tui.tui.markdown.wrap import Span, wrap_spans

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MAX_COLUMNS = 1_000
"""More of a line than this is not shown; copying still gives the whole."""
COPY_MARK = "⧉ copy"
PAD = 1


@cache
def _lexer(language: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415 - not before the first code
    from pygments.util import ClassNotFound  # noqa: PLC0415

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def _token_style(name: str, syntax: tuple[tuple[str, Style], ...]) -> Style:
    best, style = "", Style()
    for head, candidate in syntax:
        if (name == head or name.startswith(f"{head}.")) and len(head) > len(best):
            best, style = head, candidate
    return style


def language_of(info: str) -> str:
    """The language that a fence's info string names, or ""."""
    word = info.strip().split(maxsplit=1)[0] if info.strip() else ""
    return word.strip("{}.").split(":", 1)[0].split(",", 1)[0].lower()


def highlight(code: str, language: str, styles: MarkdownStyles) -> list[list[Span]]:
    """The lines of `code` as styled spans."""
    lexer = _lexer(language) if language else None
    if lexer is None:
        return [[Span(line, styles.code_panel)] for line in code.split("\n")]
    lines: list[list[Span]] = [[]]
    tokens: Any = lexer.get_tokens(code)
    for kind, text in tokens:
        style = styles.code_panel + _token_style(str(kind).removeprefix("Token."), styles.syntax)
        first, *rest = text.split("\n")
        if first:
            lines[-1].append(Span(first, style))
        for piece in rest:
            lines.append([Span(piece, style)] if piece else [])
    missing = code.count("\n") + 1 - len(lines)
    return lines + [[] for _ in range(missing)] if missing > 0 else lines


def code_label(language: str, width: int, styles: MarkdownStyles) -> Line:
    """The row above the code: its language, and where to click to copy it."""
    label = f" {language or 'text'}"
    label = set_cell_size(label, min(cell_len(label), max(0, width - len(COPY_MARK) - 3)))
    space = " " * max(0, width - cell_len(label) - cell_len(COPY_MARK) - PAD)
    segments = [Segment(label + space, styles.code_label)]
    if width > len(COPY_MARK) + 4:
        segments.append(Segment(COPY_MARK + " " * PAD, styles.code_label))
    return Line(segments, "", kind="code-header")


def code_rows(spans: Sequence[Span], width: int, styles: MarkdownStyles) -> list[Line]:
    """The rows of one line of code, wrapped with a mark where it goes on."""
    text = "".join(span.text for span in spans)
    room = max(1, width - 2 * PAD)
    shown = spans if len(text) <= MAX_COLUMNS else _cut(spans, len(text), styles)
    rows: list[Line] = []
    for number, line in enumerate(_wrapped(shown, room)):
        mark = " " if number == 0 else "↪"
        free = " " * max(0, width - PAD - line.width)
        rows.append(
            Line(
                [
                    Segment(mark, styles.code_label),
                    *line.segments,
                    *([Segment(free, styles.code_panel)] if free else []),
                ],
                line.text,
                indent=PAD,
                continues=number > 0,
                joiner=line.joiner,
                kind="code",
            )
        )
    return rows


def _wrapped(spans: Sequence[Span], room: int) -> list[Line]:
    expanded: list[Span] = []
    column = 0
    for span in spans:
        text = span.text
        if "\t" in text:
            text = ("\0" * (column % 4) + text).expandtabs(4)[column % 4 :]
        column += len(text)
        expanded.append(Span(text, span.style))
    return wrap_spans(expanded, room) or [Line([], "")]


def _cut(spans: Sequence[Span], length: int, styles: MarkdownStyles) -> list[Span]:
    kept: list[Span] = []
    left = MAX_COLUMNS
    for span in spans:
        kept.append(Span(span.text[:left], span.style))
        left -= len(span.text)
        if left <= 0:
            break
    return [*kept, Span(f" … +{length - MAX_COLUMNS:,} characters", styles.code_label)]
