"""A conversation as Markdown, HTML, JSON or a picture: to keep, to read elsewhere, to hand on.

Markdown, HTML and the picture show the current branch. JSON holds all of the session;
`Thread.from_dict` makes it again of what stands under "thread". All are sanitised: nothing in them
drives a terminal, and nothing in the HTML and the picture runs or loads.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from tyler_tui.messages import Thread
from tyler_tui.redaction import MASK, is_secret_name, redacted
from tyler_tui.sanitize import storable

FORMS: Mapping[str, tuple[str, ...]] = {
    "md": (".md", ".markdown"),
    "html": (".html", ".htm"),
    "json": (".json",),
    "svg": (".svg",),
}
"""The forms, with the endings of file names that stand for them."""
FORMAT, VERSION = "tyler-chat session", 1
"""What the JSON form calls itself."""


def exported(thread: Thread, form: str, *, redact: bool = False) -> str:
    """`thread` in one of FORMS. With `redact` without keys, tokens, e-mail addresses and the names
    of home folders, as far as they can be recognised, and without the contents of files that went
    with prompts."""
    if redact:
        thread = Thread.from_dict(_redacted(thread.to_dict()))
    match form:
        case "json":
            whole = {"format": FORMAT, "version": VERSION, "thread": thread.to_dict()}
            return json.dumps(whole, ensure_ascii=True, indent=2) + "\n"
        case "html":
            from tyler_tui.export.page import page  # noqa: PLC0415 - only it needs Pygments

            return storable(page(thread))
        case "svg":
            from tyler_tui.export.picture import picture  # noqa: PLC0415 - only it needs Rich

            return storable(picture(thread))
        case _:
            from tyler_tui.export.markdown import markdown  # noqa: PLC0415 - as above

            return storable(markdown(thread))


def _redacted(value: Any, name: str = "") -> Any:
    match value:
        case str() if name == "id" or name.endswith("_id"):
            return value
        case str() if name == "arguments":  # of a tool call, as JSON
            with suppress(ValueError):
                return json.dumps(_redacted(json.loads(value)), ensure_ascii=False)
            return redacted(value)
        case str():
            return MASK if value and is_secret_name(name) else redacted(value)
        case dict() if "mime_type" in value and "content" in value:
            return {**value, "filename": redacted(value["filename"]), "content": ""}
        case dict():
            return {key: _redacted(item, key) for key, item in value.items()}
        case list():
            return [_redacted(item, name) for item in value]
        case _:
            return value
