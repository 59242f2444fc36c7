"""Markdown for a terminal by Rich: all to the left, links with their address, code without a
background of its own; and where a text can be cut while it still grows."""

from collections.abc import Mapping
from itertools import pairwise

from markdown_it import MarkdownIt
from pygments.token import Comment, Keyword, Name, String
from rich.console import Console, ConsoleOptions, RenderResult
from rich.default_styles import DEFAULT_STYLES
from rich.markdown import Heading, Markdown
from rich.style import Style
from rich.syntax import ANSI_DARK, ANSI_LIGHT, ANSISyntaxTheme, SyntaxTheme
from rich.theme import Theme

from tyler_tui.terminals import has_italics

_PARSER = MarkdownIt().enable("strikethrough").enable("table")  # as Rich's own


_OWN = {
    # Rich has code on black, also where all else is on white, and more in cyan, which is hard to
    # read there.
    "markdown.code": Style(color="magenta"),
    "markdown.table.header": Style(bold=True),
    "markdown.table.border": Style(dim=True),
    "markdown.item.number": Style(bold=True),
}


_ON_LIGHT = {
    **ANSI_LIGHT,
    # Rich has these in cyan, green and yellow.
    Comment.Preproc: Style(color="magenta"),
    Keyword.Type: Style(color="blue"),
    Name.Attribute: Style(color="blue"),
    Name.Builtin: Style(color="magenta"),
    Name.Class: Style(color="blue", underline=True),
    Name.Exception: Style(color="magenta"),
    Name.Function: Style(color="blue", bold=True),
    Name.Namespace: Style(underline=True),
    String: Style(color="red"),
}
"""Of the terminal's own colours those that can be read on white."""


def code_theme(*, is_dark: bool) -> SyntaxTheme:
    """The colours of code, of the terminal's own, on a dark or a light background."""
    return ANSISyntaxTheme(ANSI_DARK if is_dark else _ON_LIGHT)


def theme_for(environ: Mapping[str, str]) -> Theme:
    """Rich's own but for what is hard to read, upright where the terminal has no italics."""
    if has_italics(environ):
        return Theme(_OWN)
    upright = Style(italic=False)
    slanted = {name: style + upright for name, style in DEFAULT_STYLES.items() if style.italic}
    return Theme(_OWN | slanted)


class _LeftHeading(Heading):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        yield self.text


class AnswerMarkdown(Markdown):
    """Markdown as the answers of print mode show it."""

    elements = {**Markdown.elements, "heading_open": _LeftHeading}

    def __init__(self, text: str, *, is_dark: bool) -> None:
        """`is_dark` tells of the background."""
        super().__init__(text, hyperlinks=False)
        self.code_theme = code_theme(is_dark=is_dark)  # type: ignore[assignment]  # Syntax takes it


def cut(text: str) -> list[str]:
    """The blocks of a text, as they stand there; joined they are the text."""
    starts = [
        token.map[0]
        for token in _PARSER.parse(text)
        if token.level == 0 and token.nesting >= 0 and token.map is not None
    ]
    lines = text.split("\n")
    edges = [0, *starts[1:], len(lines)]
    joined = ["\n".join(lines[start:end]) for start, end in pairwise(edges)]
    return [f"{block}\n" for block in joined[:-1]] + joined[-1:]


def cut_finished(text: str) -> tuple[list[str], str]:
    """The blocks of a text that still grows which can be rendered for good, and the rest. Only
    whole lines are looked at, for half a line can turn out to be anything."""
    end = text.rfind("\n") + 1
    *finished, last = cut(text[:end])
    return finished, last + text[end:]


def is_table(block: str) -> bool:
    return any(token.type == "table_open" for token in _PARSER.parse(block))
