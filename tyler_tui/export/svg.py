"""What Rich lays out as a picture: SVG text in the cells of a terminal, dark, with nothing to load.

It is drawn here, since Rich's own SVG fetches a font from elsewhere, and squeezes wide letters into
one cell.
"""

import html
import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import SVG_EXPORT_THEME
from rich.text import Text

COLUMNS = 96
MAX_ROWS = 2_000
"""More are left out, which the last row says: browsers and viewers bear no picture of any size."""
_CELL, _LINE, _LETTERS, _MARGIN = 8.4, 20, 14, 24
"""In pixels: the width of a cell, the height of a row, the size of letters, what is round it."""
_BACK, _FORE = "#16181d", "#d8dee9"
_STYLE = (
    "text{font-family:ui-monospace,'Cascadia Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;"
    f"font-size:{_LETTERS}px;fill:{_FORE}}}"
    ".b{font-weight:bold}.i{font-style:italic}.u{text-decoration:underline}"
    ".s{text-decoration:line-through}.d{opacity:.6}"
)
# What XML has no way to say, beyond what `sanitize` takes out.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def svg(blocks: Iterable[RenderableType], title: str, ending: str = "…") -> str:
    """The blocks, one below the other; `ending` tells where there are too many rows."""
    console = Console(
        width=COLUMNS, color_system="truecolor", force_terminal=True, legacy_windows=False,
        _environ={},
    )  # fmt: skip
    options = console.options.update(width=COLUMNS)
    rows: list[list[Segment]] = []
    for block in blocks:
        rows += console.render_lines(block, options, pad=False)
        if len(rows) > MAX_ROWS:
            said = Text(ending, style="dim italic")
            rows[MAX_ROWS:] = console.render_lines(said, options, pad=False)
            break
    return _document(rows, title)


def _document(rows: list[list[Segment]], title: str) -> str:
    width = round(COLUMNS * _CELL + 2 * _MARGIN)
    height = len(rows) * _LINE + 2 * _MARGIN
    body = "\n".join(
        shape for number, row in enumerate(rows) for shape in _row(row, _MARGIN + number * _LINE)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" '
        f'width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">\n'
        f"<title>{_escaped(title)}</title>\n<style>{_STYLE}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="{_BACK}"/>\n{body}\n</svg>\n'
    )


def _row(row: Iterable[Segment], top: int) -> Iterator[str]:
    """The shapes of a row: what stands behind its letters, and a line of text in pieces, each of
    which is exactly as wide as its cells, whatever font there is."""
    left, pieces = 0, []
    for segment in Segment.simplify(row):
        text = segment.text.rstrip("\n")
        cells = cell_len(text)
        style = segment.style or Style()
        x, width = f"{_MARGIN + left * _CELL:.1f}", f"{cells * _CELL:.1f}"
        left += cells
        if back := _color(style, back=True):
            yield f'<rect x="{x}" y="{top}" width="{width}" height="{_LINE}" fill="{back}"/>'
        if text:
            pieces.append(
                f'<tspan x="{x}" textLength="{width}" lengthAdjust="spacingAndGlyphs"'
                f"{_looks(style)}>{_escaped(text)}</tspan>"
            )
    if pieces:
        yield f'<text y="{top + _LETTERS}">{"".join(pieces)}</text>'


def _looks(style: Style) -> str:
    """The attributes of a piece of text."""
    marks = {"b": style.bold, "i": style.italic, "u": style.underline, "s": style.strike,
             "d": style.dim}  # fmt: skip
    names = " ".join(name for name, is_on in marks.items() if is_on)
    color = _color(style)
    return (f' class="{names}"' if names else "") + (f' style="fill:{color}"' if color else "")


def _color(style: Style, *, back: bool = False) -> str:
    color = style.bgcolor if back != bool(style.reverse) else style.color
    if color is None or color.is_default:
        return ""
    red, green, blue = color.get_truecolor(SVG_EXPORT_THEME, foreground=not back)
    return f"#{red:02x}{green:02x}{blue:02x}"


def _escaped(text: str) -> str:
    return html.escape(_NOT_IN_XML.sub("\ufffd", text))
