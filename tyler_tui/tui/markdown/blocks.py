"""Block Markdown as rows."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tyler_tui.tui.markdown.code import code_label, code_rows, highlight, language_of
from tyler_tui.tui.markdown.inline import spans_of
from tyler_tui.tui.markdown.line import BETWEEN_BLOCKS, Line
from tyler_tui.tui.markdown.paragraph import paragraph_rows, paragraph_spans
from tyler_tui.tui.markdown.parsing import Node
from tyler_tui.tui.markdown.styles import MarkdownStyles
from tyler_tui.tui.markdown.table import table_lines
from tyler_tui.tui.markdown.wrap import Span, wrap_spans

BULLETS = "•◦▪"
QUOTE_BAR = "▌ "
MIN_WIDTH = 8
"""Nested blocks are laid out at least this wide; deeper nesting stops indenting."""


def blank_line() -> Line:
    """The row between two blocks."""
    return Line([], "", block=BETWEEN_BLOCKS, kind="blank")


def render_block(
    node: Node, width: int, styles: MarkdownStyles, *, growing: bool = False
) -> list[Line]:
    """The rows of one top-level block. While it is `growing`, code in an open fence is coloured
    by the line."""
    return _Renderer(styles, growing).block(node, width, styles.text, depth=0)


class _Renderer:
    def __init__(self, styles: MarkdownStyles, growing: bool) -> None:
        self._styles = styles
        self._is_growing = growing

    def block(self, node: Node, width: int, base: Style, depth: int) -> list[Line]:
        match node.kind:
            case "paragraph":
                return self._paragraph(node, width, base)
            case "heading":
                return self._heading(node, width)
            case "fence" | "code_block":
                return self._code(node, width)
            case "bullet_list" | "ordered_list":
                return self._list(node, width, base, depth)
            case "blockquote":
                return self._quote(node, width, base, depth)
            case "table":
                return table_lines(node, width, self._styles)
            case "hr":
                rule = Segment("─" * width, self._styles.border)
                return [Line([rule], "", indent=width, kind="rule")]
            case _:
                return wrap_spans([Span(node.token.content.rstrip("\n"), base)], width)

    def _blocks(self, nodes: Sequence[Node], width: int, base: Style, depth: int) -> list[Line]:
        lines: list[Line] = []
        for number, node in enumerate(nodes):
            # A list stands close to what leads to it, as it is written.
            if number and (node.after_blank or not node.kind.endswith("_list")):
                lines.append(Line([], "", kind="blank"))
            lines += self.block(node, width, base, depth)
        return lines

    def _paragraph(self, node: Node, width: int, base: Style) -> list[Line]:
        spans = paragraph_spans(node, spans_of(node.inline, self._styles, base))
        return paragraph_rows(node, spans, width)

    def _heading(self, node: Node, width: int) -> list[Line]:
        level = int(node.token.tag[1:])
        style = self._styles.headings[min(level, 4) - 1]
        lines = wrap_spans(spans_of(node.inline, self._styles, style), width)
        for line in lines:
            line.kind = "heading"
        if level == 1:
            length = min(width, max((line.width for line in lines), default=0))
            rule = Segment("━" * length, self._styles.border)
            lines.append(Line([rule], "", indent=length, kind="heading"))
        return lines

    def _code(self, node: Node, width: int) -> list[Line]:
        code = node.token.content
        language = language_of(node.token.info)
        lines = [code_label(language, width, self._styles)]
        if code:
            by_line = node.live is not None or (node.is_open_fence and self._is_growing)
            for spans in highlight(code.removesuffix("\n"), language, self._styles, by_line):
                lines += code_rows(spans, width, self._styles)
        return lines

    def _list(self, node: Node, width: int, base: Style, depth: int) -> list[Line]:
        # Nothing here depends on the items that follow: neither the width of the numbers nor
        # whether there are blank rows, so that an item that was drawn stays as it is.
        lines: list[Line] = []
        for number, item in enumerate(node.children):
            if number and item.after_blank:
                lines.append(Line([], "", kind="blank"))
            if node.kind == "ordered_list":
                mark = f"{node.list_start + number}. "
            else:
                mark = f"{BULLETS[min(depth, len(BULLETS) - 1)]} "
            lines += self._item(item, mark, width, base, depth)
        return lines

    def _item(self, item: Node, mark: str, width: int, base: Style, depth: int) -> list[Line]:
        task = _take_task_mark(item)
        if task is not None:
            mark = ("☑" if task else "☐").ljust(len(mark))
        cells = cell_len(mark)
        inner = width - cells if width > MIN_WIDTH + cells else width
        lines = self._blocks(item.children, inner, base, depth + 1) or [Line([], "")]
        if inner < width:
            _prefix(lines[0], mark, self._styles.bullet, content=True)
            for line in lines[1:]:
                _prefix(line, " " * cells, Style())
        return lines

    def _quote(self, node: Node, width: int, base: Style, depth: int) -> list[Line]:
        bar = cell_len(QUOTE_BAR)
        inner = width - bar if width > MIN_WIDTH + bar else width
        quoted = base + self._styles.quote
        lines = self._blocks(node.children, inner, quoted, depth) or [Line([], "")]
        if inner < width:
            for line in lines:
                _prefix(line, QUOTE_BAR, self._styles.quote_bar)
                if line.kind == "text":
                    line.kind = "quote"
        return lines


def _prefix(line: Line, text: str, style: Style, *, content: bool = False) -> None:
    """Put `text` before a row: as part of its selectable text, or as decoration."""
    if not text:
        return
    cells = cell_len(text)
    line.segments.insert(0, Segment(text, style))
    line.links = line.links and [(s + cells, e + cells, href) for s, e, href in line.links]
    if content and line.indent == 0:
        line.text = text + line.text
    else:
        line.indent += cells


def _take_task_mark(item: Node) -> bool | None:
    """Remove a leading "[ ]" or "[x]" from an item; whether it was checked, None without one."""
    if not item.children or item.children[0].kind != "paragraph":
        return None
    tokens = item.children[0].inline
    if not tokens or tokens[0].type != "text":
        return None
    mark = tokens[0].content[:4]
    if mark.lower() not in ("[ ] ", "[x] "):
        return None
    tokens[0].content = tokens[0].content[4:]
    return mark[1] != " "
