"""The Markdown parser, and its flat tokens as a tree."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_NESTING = 60
"""Deeper quotes and lists are not laid out; markdown-it's own bound is 20."""


@cache
def parser() -> "MarkdownIt":
    """GitHub's Markdown, with HTML shown as text. Imported at the first use: it costs 50 ms."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - not before the first paint

    return MarkdownIt("gfm-like", {"html": False, "maxNesting": MAX_NESTING})


class Node:
    """A block token with what stands between its opening and its close."""

    __slots__ = ("children", "token")

    def __init__(self, token: "Token") -> None:
        self.token = token
        self.children: list[Node] = []

    @property
    def kind(self) -> str:
        return self.token.type.removesuffix("_open")

    @property
    def inline(self) -> "Sequence[Token]":
        """The inline tokens of a paragraph, heading or cell."""
        for child in self.children:
            if child.token.type == "inline":
                return child.token.children or ()
        return ()


def parse(source: str) -> list[Node]:
    """The top-level blocks of `source`."""
    roots: list[Node] = []
    stack: list[Node] = []
    for token in parser().parse(source):
        if token.nesting < 0:
            stack.pop()
            continue
        node = Node(token)
        (stack[-1].children if stack else roots).append(node)
        if token.nesting > 0:
            stack.append(node)
    return roots
