"""The arguments of a call as people read and edit them."""

import json
from collections.abc import Mapping
from typing import Any

from tyler_tui.tools.visible import visible_code


def as_json(value: Any) -> str:
    """`value` as JSON on several lines, in which nothing is invisible: it reads back the same."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    if visible_code(text) == text:
        return text
    hidden = (character for character in set(text) if visible_code(character) != character)
    return text.translate({ord(character): json.dumps(character)[1:-1] for character in hidden})


def lone_text(arguments: Mapping[str, Any]) -> str | None:
    """The name of the only argument, where it is a text that can be shown as it is: a command, an
    address."""
    if len(arguments) != 1:
        return None
    ((name, value),) = arguments.items()
    return name if isinstance(value, str) and visible_code(value) == value else None


def arguments_text(arguments: Mapping[str, Any]) -> str:
    """All of the arguments: the only one as it stands, several as JSON."""
    name = lone_text(arguments)
    return as_json(dict(arguments)) if name is None else str(arguments[name])
