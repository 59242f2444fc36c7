"""The Markdown parser, and its flat tokens as a tree."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tyler_tui.tui.markdown.math import add_math
from tyler_tui.tui.markdown.wrap import Span

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_NESTING = 60
"""Deeper quotes and lists are not laid out; markdown-it's own bound is 20."""
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
    made.parse(_ADDRESSES)
    return made


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

    @property
    def whole(self) -> int:
        """How many lines are whole: the last one has no line end yet."""
        return len(self.lines) - 1

    def offset(self, line: int) -> int:
        """Where a line starts in the text."""
        return sum(len(text) + 1 for text in self.lines[:line])


def parse(text: str) -> Parsed:
    """Parse `text`, which has no control characters."""
    environment: dict[str, Any] = {}
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
