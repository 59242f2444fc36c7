"""The Markdown parser, and its flat tokens as a tree."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from tyler_tui.tui.markdown.math import add_math
from tyler_tui.tui.markdown.wrap import Span

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

MAX_NESTING = 60
"""Deeper quotes and lists are not laid out; markdown-it's own bound is 20."""
MAX_INLINE = 10_000
"""Characters; a longer paragraph, heading or cell is no prose: it is shown as it is written, for to
look for marks in a megabyte takes from seconds to minutes."""
MAX_BRACKETS = 500
"""The same of more opening brackets: the time for them grows with their square."""
MAX_COLUMNS = 250
"""A table of more is shown as it is written."""
LITERAL = "literal"
"""The kind of the token that such a text becomes."""
_CONTAINERS = ("bullet_list", "ordered_list", "list_item", "blockquote")


_ADDRESSES = "http://example.com https://example.com www.example.com mailto:a@example.com"


_making = threading.Lock()


def parser() -> "MarkdownIt":
    """GitHub's Markdown, with HTML shown as text. Making it costs 50 ms for the import and 100 ms
    for the patterns of addresses, which are compiled when the first are met. No thread sees it
    before that is done: the tables of mdurl, which all parsers share, are not safe while they are
    filled."""
    with _making:
        return _parser()


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - not before the first paint

    made = MarkdownIt("gfm-like", {"html": False, "maxNesting": MAX_NESTING})
    add_math(made)
    made.core.ruler.at("inline", _parse_inline)
    made.block.ruler.at("table", _parse_table, {"alt": ["paragraph", "reference"]})
    interrupts = ["paragraph", "reference", "blockquote", "list"]
    made.block.ruler.at("hr", _parse_rule, {"alt": interrupts})
    made.parse(_ADDRESSES)
    return made


def is_prose(content: str) -> bool:
    """Whether to look for marks in it."""
    return len(content) <= MAX_INLINE and content.count("[") <= MAX_BRACKETS


def _parse_inline(state: "StateCore") -> None:
    """Parse what stands in paragraphs, headings and cells, or leave it as it is written: what is
    too long, and the first text of all in an environment that says so."""
    is_literal = bool(state.env.pop(LITERAL, False))
    for token in state.tokens:
        if token.type != "inline":
            continue
        token.children = []
        if is_literal or not is_prose(token.content):
            token.children.append(type(token)(LITERAL, "", 0, content=token.content))
        else:
            state.md.inline.parse(token.content, state.md, state.env, token.children)
        is_literal = False


def _parse_table(state: "StateBlock", first: int, end: int, silent: bool) -> bool:
    from markdown_it.rules_block import table  # noqa: PLC0415 - not before the first paint

    if state.src.count("|", state.bMarks[first], state.eMarks[first]) > MAX_COLUMNS:
        return False
    return table(state, first, end, silent)


def _parse_rule(state: "StateBlock", first: int, end: int, silent: bool) -> bool:
    from markdown_it.rules_block import hr  # noqa: PLC0415 - not before the first paint

    line = state.src[state.bMarks[first] + state.tShift[first] : state.eMarks[first]]
    # It would look at each character of ten thousand lists in one line, in each of those lists.
    if line.strip(f"{line[:1]} \t"):
        return False
    return hr(state, first, end, silent)


@dataclass(frozen=True, slots=True)
class Carry:
    """The first row of the rest of a paragraph, as far as it is made of what was before."""

    spans: tuple[Span, ...]
    continues: bool
    joiner: str


@dataclass(slots=True)
class Live:
    """Stands at a fence, table or paragraph of which a first part is not in the tree any more."""

    floor: Sequence[int] = ()
    """Widths that the columns of a table have at least."""
    layout: tuple[int, ...] | None = None
    """Set when a table is rendered: the widths it took."""
    carry: Carry | None = None


class Node:
    """A block token with what stands between its opening and its close."""

    __slots__ = ("after_blank", "children", "live", "token")

    def __init__(self, token: "Token") -> None:
        self.token = token
        self.children: list[Node] = []
        self.after_blank = False
        """Whether the line before it is blank."""
        self.live: Live | None = None

    @property
    def kind(self) -> str:
        return self.token.type.removesuffix("_open")

    @property
    def first(self) -> int:
        """Its first line."""
        return self.token.map[0] if self.token.map else 0

    @property
    def end(self) -> int:
        """The line after its last."""
        return self.token.map[1] if self.token.map else 0

    @property
    def inline(self) -> "Sequence[Token]":
        """The inline tokens of a paragraph, heading or cell."""
        for child in self.children:
            if child.token.type == "inline":
                return child.token.children or ()
        return ()

    @property
    def is_container(self) -> bool:
        return self.kind in _CONTAINERS

    @property
    def list_start(self) -> int:
        """The number of the first item of an ordered list."""
        return int(self.token.attrs.get("start", 1))

    @property
    def is_open_fence(self) -> bool:
        """Whether it is a code fence that was not closed."""
        if self.kind != "fence":
            return False
        return self.end - self.first <= self.code_lines + 1

    @property
    def code_lines(self) -> int:
        """How many lines of code it holds."""
        content = self.token.content
        return content.count("\n") + (content != "" and not content.endswith("\n"))

    @property
    def content(self) -> str:
        """The text of a paragraph, heading or cell, as it is written."""
        return next((c.token.content for c in self.children if c.token.type == "inline"), "")

    @property
    def is_literal(self) -> bool:
        """Whether it is a paragraph that is shown as it is written."""
        return any(token.type == LITERAL for token in self.inline)

    def spine(self) -> "list[Node]":
        """It, its last child, the last child of that, and so on through the containers."""
        path = [self]
        while path[-1].is_container and path[-1].children:
            path.append(path[-1].children[-1])
        return path


@dataclass(frozen=True, slots=True)
class Parsed:
    """Top-level blocks, and the lines of the text that they stand in."""

    nodes: list[Node]
    lines: list[str]
    has_references: bool
    starts: list[int]
    """Where each line starts in the text."""

    @property
    def whole(self) -> int:
        """How many lines are whole: the last one has no line end yet."""
        return len(self.lines) - 1

    def offset(self, line: int) -> int:
        """Where a line starts in the text."""
        return self.starts[line]


def parse(text: str, *, is_literal: bool = False) -> Parsed:
    """Parse `text`, which has no control characters. Its first paragraph is left as it is written
    if it `is_literal`."""
    environment: dict[str, Any] = {LITERAL: is_literal}
    lines = text.split("\n")
    roots: list[Node] = []
    stack: list[Node] = []
    quotes = 0
    for token in parser().parse(text, environment):
        if token.nesting < 0:
            quotes -= stack.pop().kind == "blockquote"
            continue
        node = Node(token)
        if token.map and token.map[0]:
            node.after_blank = _is_blank(lines[token.map[0] - 1], quotes)
        (stack[-1].children if stack else roots).append(node)
        if token.nesting > 0:
            stack.append(node)
            quotes += node.kind == "blockquote"
    return Parsed(
        [node for node in roots if node.token.map is not None],
        lines,
        bool(environment.get("references")),
        list(accumulate((len(line) + 1 for line in lines), initial=0)),
    )


def parse_inline(text: str) -> "Sequence[Token]":
    """The inline tokens of a paragraph's text."""
    return parser().parseInline(text)[0].children or ()


def _is_blank(line: str, quotes: int) -> bool:
    """Whether nothing but the marks of so many quotes is in `line`."""
    return not line.strip(" \t>") and line.count(">") <= quotes


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """All nodes in the order in which they start."""
    for node in nodes:
        yield node
        yield from walk(node.children)
