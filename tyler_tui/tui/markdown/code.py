"""Code blocks: a panel with a label, syntax colours, and rows that lose nothing."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain, repeat
from threading import Lock
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from tyler_tui.sanitize import sanitize
from tyler_tui.tui.markdown.line import Line
from tyler_tui.tui.markdown.styles import MarkdownStyles
from tyler_tui.tui.markdown.wrap import Span, wrap_spans

if TYPE_CHECKING:
    from pygments.lexer import Lexer

MAX_COLUMNS = 1_000
"""More of a line than this is not shown; copying still gives the whole."""
MAX_LINES_AS_A_WHOLE = 500
"""Colouring more at once would hold up the frame in which the code ends."""
COPY_MARK = "copy"
PAD = 1


_making = Lock()
"""Pygments keeps half-made patterns in the lexer's class."""


@cache
def lexer_of(language: str) -> "Lexer | None":
    """What knows `language`, if anything does."""
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415 - not before the first code
    from pygments.util import ClassNotFound  # noqa: PLC0415

    with _making:
        try:
            return get_lexer_by_name(language, stripnl=False)
        except ClassNotFound:
            return None


def _token_style(kind: Any, styles: MarkdownStyles) -> Style:
    style = styles.tokens.get(kind)
    if style is None:
        name = str(kind).removeprefix("Token.")
        heads = [head for head, _ in styles.syntax if f"{name}.".startswith(f"{head}.")]
        own = dict(styles.syntax)[max(heads, key=len)] if heads else Style()
        style = styles.tokens[kind] = styles.code_panel + own
    return style


def language_of(info: str) -> str:
    """The language that a fence's info string names, or ""."""
    word = next(iter(sanitize(info).split()), "")
    return word.strip("{}.").split(":", 1)[0].split(",", 1)[0].lower()


def is_coloured_by_line(language: str, lines: int) -> bool:
    """Whether `highlight` does so many lines one by one in any case."""
    return not language or lexer_of(language) is None or lines > MAX_LINES_AS_A_WHOLE


def highlight(
    code: str, language: str, styles: MarkdownStyles, by_line: bool = False
) -> Iterator[list[Span]]:
    """The lines of `code` as styled spans, made as they are asked for. By the line, what begins in
    one line, such as a comment, does not reach into the next; long code is never done otherwise. No
    line has colours beyond MAX_COLUMNS, for lexers can take seconds for a long one; nor has one of
    which the lexer gives back anything else than it got."""
    lexer = lexer_of(language) if language else None
    lines = code.split("\n")
    if lexer is None:
        for line in lines:
            yield [Span(line, styles.code_panel)]
        return
    spans: Iterator[list[Span]]
    if by_line or len(lines) > MAX_LINES_AS_A_WHOLE:
        spans = (next(_lexed(line[:MAX_COLUMNS], lexer, styles)) for line in lines)
    else:
        spans = _lexed("\n".join(line[:MAX_COLUMNS] for line in lines), lexer, styles)
    for line, of_line in zip(lines, chain(spans, repeat([])), strict=False):
        shown, rest = line[:MAX_COLUMNS], line[MAX_COLUMNS:]
        if "".join(span.text for span in of_line) != shown:
            of_line = [Span(shown, styles.code_panel)]
        yield [*of_line, Span(rest, styles.code_panel)] if rest else of_line


def _lexed(code: str, lexer: "Lexer", styles: MarkdownStyles) -> Iterator[list[Span]]:
    line: list[Span] = []
    tokens: Any = lexer.get_tokens(code)
    for kind, text in tokens:
        style = _token_style(kind, styles)
        first, *rest = text.split("\n")
        if first:
            line.append(Span(first, style))
        for piece in rest:
            yield line
            line = [Span(piece, style)] if piece else []
    yield line


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
    pad = PAD if width > 4 * PAD else 0
    room = max(1, width - 2 * pad)
    shown = spans if len(text) <= MAX_COLUMNS else _cut(spans, len(text), styles)
    rows: list[Line] = []
    for number, line in enumerate(_wrapped(shown, room)):
        mark = (" " if number == 0 else "↪") * pad
        free = " " * max(0, width - pad - line.width)
        rows.append(
            Line(
                [
                    *([Segment(mark, styles.code_label)] if mark else []),
                    *line.segments,
                    *([Segment(free, styles.code_panel)] if free else []),
                ],
                line.text,
                indent=pad,
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
