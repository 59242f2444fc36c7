"""Block Markdown as rows."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from tyler_tui.tui.markdown.code import code_label, code_rows, highlight, language_of
from tyler_tui.tui.markdown.inline import spans_of
from tyler_tui.tui.markdown.line import BETWEEN_BLOCKS, Line
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


def render_block(node: Node, width: int, styles: MarkdownStyles, base: Style) -> list[Line]:
    """The rows of one block; `base` is the style that its text starts from."""
    return _Renderer(styles, width).block(node, width, base, depth=0)


class _Renderer:
    def __init__(self, styles: MarkdownStyles, full_width: int) -> None:
        self._styles = styles
        self._full_width = full_width

    def block(self, node: Node, width: int, base: Style, depth: int) -> list[Line]:
        match node.kind:
            case "paragraph":
                return wrap_spans(spans_of(node.inline, self._styles, base), width)
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
            if number and not (node.kind.endswith("_list") and _is_tight(nodes[number - 1])):
                lines.append(Line([], "", kind="blank"))
            lines += self.block(node, width, base, depth)
        return lines

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
        code = node.token.content.removesuffix("\n")
        language = language_of(node.token.info)
        lines = [code_label(language, width, self._styles)]
        for spans in highlight(code, language, self._styles):
            lines += code_rows(spans, width, self._styles)
        return lines

    def _list(self, node: Node, width: int, base: Style, depth: int) -> list[Line]:
        ordered = node.kind == "ordered_list"
        start = int(node.token.attrs.get("start", 1))
        last = start + len(node.children) - 1
        digits = max(len(str(start)), len(str(last)))
        lines: list[Line] = []
        for number, item in enumerate(node.children):
            if number and not _is_tight(node.children[number - 1].children[-1:]):
                lines.append(Line([], "", kind="blank"))
            if ordered:
                mark = f"{str(start + number).rjust(digits)}. "
            else:
                mark = f"{BULLETS[min(depth, len(BULLETS) - 1)]} "
            lines += self._item(item, mark, width, base, depth)
        return lines

    def _item(self, item: Node, mark: str, width: int, base: Style, depth: int) -> list[Line]:
        styles = self._styles
        task = _take_task_mark(item)
        if task is not None:
            mark = "☑ " if task else "☐ "
        cells = cell_len(mark)
        inner = max(MIN_WIDTH, width - cells) if width > MIN_WIDTH + cells else width
        if inner == width:
            cells, mark = 0, ""
        lines = self._blocks(item.children, inner, base, depth + 1) or [Line([], "")]
        for number, line in enumerate(lines):
            if number == 0:
                _prefix(line, mark, styles.bullet, content=True)
            elif cells:
                _prefix(line, " " * cells, Style())
        return lines

    def _quote(self, node: Node, width: int, base: Style, depth: int) -> list[Line]:
        bar = cell_len(QUOTE_BAR)
        inner = width - bar if width > MIN_WIDTH + bar else width
        lines = self._blocks(node.children, inner, base + self._styles.quote, depth)
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
    line.links = [(start + cells, end + cells, href) for start, end, href in line.links]
    if content and line.indent == 0:
        line.text = text + line.text
    else:
        line.indent += cells


def _is_tight(node: Node | Sequence[Node]) -> bool:
    """Whether a block ends without a blank row: markdown-it hides the paragraphs of tight lists."""
    if not isinstance(node, Node):
        return bool(node) and _is_tight(node[0])
    if node.kind == "paragraph":
        return bool(node.token.hidden)
    if node.kind.endswith("_list") and node.children:
        children = node.children[-1].children
        return not children or _is_tight(children[-1])
    return False


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
