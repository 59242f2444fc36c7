"""Text of a tool call as rows, each kind in its own way: Markdown, code, diffs, plain text."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from rich.style import Style

from tyler_tui.sanitize import sanitize
from tyler_tui.tools.visible import visible_code
from tyler_tui.tui.diffs import edited_lines, is_diff, styled_lines
from tyler_tui.tui.items.gradual import Rows
from tyler_tui.tui.items.shortening import missing_note, start_of
from tyler_tui.tui.json_text import as_json
from tyler_tui.tui.markdown.wrap import wrapped_text
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import ToolRun

SHOWN_CHARACTERS = 30_000
SHOWN_LINES = 1_000
"""More of a text than this is not laid out; the end says how much is missing."""
MARKDOWN_TOOLS = frozenset({"web-fetch"})
MARKDOWN_SUFFIXES = frozenset({"md", "markdown"})


class Shown(NamedTuple):
    """A text and what kind it is: "markdown", "diff", "edits", "command", "plain", or a programming
    language."""

    text: str
    kind: str = "plain"


def result_of(run: ToolRun) -> Shown:
    """The result of a call."""
    text = run.result
    if is_diff(text):
        return Shown(text, "diff")
    if run.state.is_trouble:
        return Shown(text)
    if (json_text := _as_json(text)) is not None:
        return Shown(json_text, "json")
    suffix = _suffix(run.arguments)
    if run.name in MARKDOWN_TOOLS or suffix in MARKDOWN_SUFFIXES:
        return Shown(text, "markdown")
    return Shown(text, suffix or "plain")


def arguments_of(run: ToolRun) -> Iterator[Shown]:
    """The arguments of a call, as people read them: a command behind its prompt, an address, a path
    with the change of its file, unless the result tells of that; what is left as JSON."""
    rest = dict(run.arguments)
    if isinstance(command := rest.get("command"), str):
        del rest["command"]
        yield Shown("$ " + visible_code(command).replace("\n", "\n> "), "command")
    for name in ("url", "path"):
        if isinstance(value := rest.get(name), str):
            del rest[name]
            yield Shown(visible_code(value))
    if is_diff(run.preview):
        change = Shown(run.preview, "diff")
    elif isinstance(content := rest.get("content"), str):
        change = Shown(content, _suffix(run.arguments) or "plain")
    else:
        change = Shown(_edits(rest.get("edits")), "edits")
    if change.text:
        rest.pop("content", None)
        rest.pop("edits", None)
        if not is_diff(run.result):
            yield change
    plain = len(rest) < len(run.arguments) and all(map(_is_short, rest.values()))
    if plain and rest:
        yield Shown("\n".join(f"{name}: {as_json(value)}" for name, value in rest.items()))
    elif rest or not run.arguments:
        yield Shown(as_json(rest), "json")


def rows_of(shown: Shown, width: int, palette: Palette) -> Rows:
    """A text as rows of its kind, cut where it is very long."""
    width = max(1, width)
    start = start_of(shown.text, SHOWN_CHARACTERS, SHOWN_LINES)
    yield from _rows(start_of(sanitize(start)).rstrip("\n"), shown.kind, width, palette)
    if note := missing_note(shown.text, start):
        yield from wrapped_text(note, width, palette.muted)


def _rows(text: str, kind: str, width: int, palette: Palette) -> Rows:
    match kind:
        case "plain":
            return wrapped_text(text, width, palette.text)
        case "diff" | "command":
            return _styled(styled_lines(text, palette), width)
        case "edits":
            return _styled(edited_lines(text, palette), width)
        case "markdown":
            return _markdown(text, width, palette)
        case language:
            return _code(text, language, width, palette)


def _styled(lines: Iterable[tuple[str, Style]], width: int) -> Rows:
    for line, style in lines:
        yield from wrapped_text(line, width, style)


def _markdown(text: str, width: int, palette: Palette) -> Rows:
    from tyler_tui.tui.markdown import MarkdownDocument  # noqa: PLC0415 - not for start

    document = MarkdownDocument(palette.markdown, source=text)
    document.finish()
    lines = document.lines(width, 0.0)
    while document.is_behind:
        yield None
        document.go_on()
        lines = document.lines(width, 0.0)
    yield from lines


def _code(text: str, language: str, width: int, palette: Palette) -> Rows:
    from tyler_tui.tui.markdown.code import highlight  # noqa: PLC0415 - not for start
    from tyler_tui.tui.markdown.wrap import wrapped  # noqa: PLC0415

    for spans in highlight(text.expandtabs(4), language, palette.markdown):
        yield from wrapped(spans, width)


def _is_short(value: Any) -> bool:
    return value is None or (isinstance(value, int | float | str) and len(str(value)) < 60)


def _as_json(text: str) -> str | None:
    """A JSON object or array in the form that people read; None for what is none."""
    if len(text) > SHOWN_CHARACTERS or not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return as_json(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _edits(edits: Any) -> str:
    """Replacements of one text by another, as a diff shows them; "" for what is something else."""
    lines: list[str] = []
    for number, edit in enumerate(edits if isinstance(edits, list) else []):
        if not (isinstance(edit, Mapping) and {"old", "new"} <= edit.keys()):
            return ""
        lines += ["⋯"] if number else []
        lines += [f"-{line}" for line in str(edit["old"]).splitlines()]
        lines += [f"+{line}" for line in str(edit["new"]).splitlines()]
    return "\n".join(lines)


def _suffix(arguments: Mapping[str, Any]) -> str:
    """The ending of the file that a call is about, which stands for its language."""
    return PurePath(str(arguments.get("path", ""))).suffix.lower().removeprefix(".")
