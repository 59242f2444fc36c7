"""A conversation as Markdown: prompts and answers as they are, tool calls folded."""

import html
import json
import re
from collections.abc import Iterator

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
from tyler_tui.messages import Thread
from tyler_tui.sanitize import one_line, sanitize

_FENCES = re.compile("`{3,}")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(thread: Thread) -> str:
    """The current branch of a thread."""
    blocks = [f"# {_plain(title_of(thread))}", f"*{_plain(facts_of(thread))}*"]
    for part in parts_of(thread):
        blocks += _blocks(part)
    return "\n\n".join(blocks) + "\n"


def _blocks(part: Part) -> Iterator[str]:
    match part:
        case Head(who, moment, detail):
            facts = " · ".join(filter(None, [f"{moment.astimezone():%Y-%m-%d %H:%M}", detail]))
            yield f"---\n\n## {who}"
            yield f"*{_plain(facts)}*"
        case Said(text, _, attachments):
            if text.strip():
                yield text.strip("\n")
            for file in attachments:
                yield f"*with the file {_plain(one_line(file.filename, 100))}*"
        case Call():
            yield from _call(part)
        case Aside(title, text):
            yield _folded(html.escape(title), text.strip("\n"))
        case Notice(text):
            yield f"*{_plain(text)}*"


def _call(call: Call) -> Iterator[str]:
    summary = f"{call.mark} {html.escape(call.name)}"
    if call.brief:
        summary += f" <code>{html.escape(call.brief)}</code>"
    summary += f" · {html.escape(call.how)}"
    arguments = json.dumps(call.arguments, ensure_ascii=False, indent=2)
    inside = [_fenced(sanitize(arguments), "json")]
    if call.decision:
        inside.append(f"*{_plain(call.decision)}*")
    if call.result:
        inside.append(_fenced(call.result))
    yield _folded(summary, "\n\n".join(inside))


def _folded(summary: str, inside: str) -> str:
    """What only shows its summary until it is opened, where Markdown is shown as a page."""
    return f"<details>\n<summary>{summary}</summary>\n\n{inside}\n\n</details>"


def _fenced(text: str, language: str = "") -> str:
    """A code block with a fence that is longer than any in the text."""
    longest = max(map(len, _FENCES.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _SPECIAL.sub(r"\\\1", text)
