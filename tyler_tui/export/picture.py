"""A conversation as a picture."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

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
from tyler_tui.export.svg import COLUMNS, svg
from tyler_tui.messages import Thread
from tyler_tui.sanitize import one_line

_RESULT_ROWS = 8
"""So many of what a tool returned are shown."""


def picture(thread: Thread) -> str:
    """The current branch of a thread."""
    ending = "… the conversation goes on; as HTML it is there whole"
    return svg(_blocks(thread), title_of(thread), ending)


def _blocks(thread: Thread) -> Iterator[RenderableType]:
    yield Text(title_of(thread), style="bold #88c0d0")
    yield Text(facts_of(thread), style="dim")
    for part in parts_of(thread):
        yield Text()
        yield from _block(part)


def _block(part: Part) -> Iterator[RenderableType]:
    match part:
        case Head(who, moment, detail):
            facts = " · ".join(filter(None, [f"{moment.astimezone():%H:%M}", detail]))
            color = "#a3be8c" if who == "You" else "#88c0d0"
            head = Text.assemble((who, f"bold {color}"), (f"  {facts}", "dim"))
            yield Rule(head, align="left", style="#3b4252")
        case Said(text, is_prompt, attachments):
            # A prompt stands as it was typed, an answer as it was meant.
            if text.strip():
                yield Text(text.strip("\n")) if is_prompt else _markdown(text)
            for file in attachments:
                yield Text(f"with {one_line(file.filename, 80)}", style="italic dim")
        case Call():
            color = {"✓": "#a3be8c", "✗": "#bf616a"}.get(part.mark, "#ebcb8b")
            yield Text.assemble(
                (f"{part.mark} ", color), (part.name, "bold"), f" {part.brief} ", (part.how, "dim")
            )
            lines = part.result.strip("\n").split("\n")
            shown = [line[:COLUMNS] for line in lines[:_RESULT_ROWS]]
            if (more := len(lines) - _RESULT_ROWS) > 0:
                shown.append(f"… {more} more line{'s' * (more != 1)}")
            rows = Text("\n".join(shown), style="dim", no_wrap=True, overflow="ellipsis")
            yield Padding(rows, (0, 0, 0, 2))
        case Aside(title, text):
            yield Text(title, style="italic #81a1c1")
            yield Padding(Text(text.strip("\n"), style="dim"), (0, 0, 0, 2))
        case Notice(text):
            yield Text(text, style="italic #ebcb8b")


def _markdown(text: str) -> Markdown:
    return Markdown(text, code_theme="nord", hyperlinks=False)
