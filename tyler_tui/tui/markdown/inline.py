"""Inline Markdown as styled spans."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.style import Style

from tyler_tui.sanitize import sanitize
from tyler_tui.tui.markdown import math
from tyler_tui.tui.markdown.styles import MarkdownStyles
from tyler_tui.tui.markdown.wrap import Span

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_TARGET = 70
"""Longer link targets are shown cut; a click still opens the whole."""
_OPENABLE = ("http://", "https://", "mailto:")


def spans_of(tokens: "Sequence[Token]", styles: MarkdownStyles, base: Style) -> list[Span]:
    """Spans of inline tokens; soft breaks are spaces, hard ones newlines."""
    spans: list[Span] = []
    stack = [base]
    href = ""
    link_text: list[str] = []
    for token in tokens:
        match token.type:
            case "text" | "html_inline":
                if href:
                    link_text.append(token.content)
                spans.append(Span(token.content, stack[-1], _openable(href)))
            case "code_inline":
                if href:
                    link_text.append(token.content)
                spans.append(Span(token.content, stack[-1] + styles.code, _openable(href)))
            case math.KIND:
                text = math.unicode_of(token.content, token.markup)
                if href:
                    link_text.append(text)
                spans.append(Span(text, stack[-1] + styles.emphasis, _openable(href)))
            case "softbreak":
                spans.append(Span(" ", stack[-1]))
            case "hardbreak":
                spans.append(Span("\n", stack[-1]))
            case "strong_open":
                stack.append(stack[-1] + styles.strong)
            case "em_open":
                stack.append(stack[-1] + styles.emphasis)
            case "s_open":
                stack.append(stack[-1] + styles.strike)
            case "link_open":
                href = str(token.attrs.get("href", ""))
                link_text = []
                stack.append(stack[-1] + styles.link if _openable(href) else stack[-1])
            case "link_close":
                stack.pop()
                spans += _target("".join(link_text), href, styles)
                href = ""
            case "strong_close" | "em_close" | "s_close":
                stack.pop()
            case "image":
                source = str(token.attrs.get("src", ""))
                spans.append(Span(f"[image: {token.content}]", styles.muted, _openable(source)))
                spans += _target("", source, styles)
            case _:
                spans.append(Span(token.content, stack[-1]))
    # Entities such as &#x202e; come to life in the parser, so here is the place to clean.
    return [
        Span(text, style, link)
        for span, style, link in spans
        if (text := sanitize(span).replace("\t", " "))
    ]


def _openable(href: str) -> str:
    return href if href.lower().startswith(_OPENABLE) else ""


def _target(text: str, href: str, styles: MarkdownStyles) -> list[Span]:
    """Where a link leads, unless its text says it already."""
    plain = href.removeprefix("mailto:")
    if not href or text.strip() in (href, plain, plain.split("//", 1)[-1].rstrip("/")):
        return []
    shown = href if len(href) <= MAX_TARGET else href[: MAX_TARGET - 1] + "…"
    return [Span(f" ({shown})", styles.muted, _openable(href))]
