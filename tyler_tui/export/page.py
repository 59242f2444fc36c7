"""A conversation as one HTML file: nothing is loaded, nothing runs, dark and light by the reader's
own setting.

What was said is data. Its Markdown becomes HTML with all HTML in it escaped, links lead to web and
mail addresses alone, pictures on other servers stay links, and the page's own policy forbids
scripts and loading should any of that fail.
"""

import base64
import html
import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from tyler_tui.export.parts import (
    Aside,
    Call,
    Head,
    Notice,
    Part,
    Said,
    facts_of,
    parts_of,
    title_of,
)
from tyler_tui.messages import Attachment, Thread
from tyler_tui.sanitize import one_line, sanitize

SHOWN_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""Those that hold nothing but a picture."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_LINKS = ("http://", "https://", "mailto:", "#")


def page(thread: Thread) -> str:
    """The current branch of a thread."""
    title = html.escape(title_of(thread))
    body = "\n".join(line for part in parts_of(thread) for line in _blocks(part))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{html.escape(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="tyler-chat">
<title>{title}</title>
<style>
{_style()}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="facts">{html.escape(facts_of(thread))}</p>
{body}
</main>
</body>
</html>
"""


def _blocks(part: Part) -> Iterator[str]:
    match part:
        case Head(who, moment, detail):
            time = f"{moment.astimezone():%Y-%m-%d %H:%M}"
            facts = html.escape(" · ".join(filter(None, [time, detail])))
            yield f'<h2 class="{who.lower()}">{who} <small>{facts}</small></h2>'
        case Said(text, is_prompt, attachments):
            # A prompt stands as it was typed, an answer as it was meant.
            yield (
                f'<div class="prompt">{html.escape(text)}</div>'
                if is_prompt
                else (f'<div class="answer">\n{_rendered(text)}</div>')
            )
            yield from map(_attached, attachments)
        case Call():
            yield _call(part)
        case Aside(title, text):
            yield _folded(html.escape(title), _rendered(text), "aside")
        case Notice(text):
            yield f'<p class="notice">{html.escape(text)}</p>'


def _attached(file: Attachment) -> str:
    name = html.escape(one_line(file.filename, 100))
    if file.mime_type in SHOWN_IMAGES and file.content:
        data = base64.b64encode(file.content).decode("ascii")
        return (
            f'<figure><img alt="{name}" src="data:{file.mime_type};base64,{data}">'
            f"<figcaption>{name}</figcaption></figure>"
        )
    return f'<p class="file">{name}</p>'


def _call(call: Call) -> str:
    brief = f" <code>{html.escape(call.brief)}</code>" if call.brief else ""
    summary = (
        f"{call.mark} <strong>{html.escape(call.name)}</strong>{brief} "
        f"<small>{html.escape(call.how)}</small>"
    )
    arguments = sanitize(json.dumps(call.arguments, ensure_ascii=False, indent=2))
    inside = _code(arguments, "json")
    if call.decision:
        inside += f'<p class="notice">{html.escape(call.decision)}</p>\n'
    if call.result:
        inside += f"<pre>{html.escape(call.result)}</pre>\n"
    return _folded(summary, inside, "call")


def _folded(summary: str, inside: str, kind: str) -> str:
    return f'<details class="{kind}"><summary>{summary}</summary>\n{inside}</details>'


# Markdown


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return url.strip().casefold().startswith(_LINKS)


@cache
def _parser() -> MarkdownIt:
    parser = _Markdown("commonmark", {"html": False, "linkify": True, "typographer": False})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.add_render_rule("image", _image)
    parser.add_render_rule("link_open", _link)
    parser.add_render_rule("fence", _fence)
    parser.add_render_rule("code_block", _fence)
    return parser


def _rendered(text: str) -> str:
    return str(_parser().render(text))


def _link(
    self: RendererHTML, tokens: Sequence[Token], number: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[number]
    token.attrSet("rel", "noopener noreferrer nofollow")
    return self.renderToken(tokens, number, options, env)


def _image(
    self: RendererHTML, tokens: Sequence[Token], number: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[number]
    address = html.escape(str(token.attrGet("src") or ""))
    words = html.escape(token.content or "picture")
    return f'<a href="{address}" rel="noopener noreferrer nofollow">{words}</a>'


def _fence(
    self: RendererHTML, tokens: Sequence[Token], number: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[number]
    return _code(token.content, (token.info.split() or [""])[0])


def _code(text: str, language: str) -> str:
    try:
        lexer: Any = get_lexer_by_name(language)
    except ClassNotFound:
        return f"<pre>{html.escape(text)}</pre>\n"
    return str(highlight(text, lexer, HtmlFormatter(cssclass="code")))


@cache
def _style() -> str:
    own = files("tyler_tui.export").joinpath("page.css").read_text("utf-8")
    light, dark = _code_style("default"), _code_style("github-dark")
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n{own}"


def _code_style(name: str) -> str:
    formatter: Any = HtmlFormatter(style=name)
    return str(formatter.get_style_defs(".code"))
