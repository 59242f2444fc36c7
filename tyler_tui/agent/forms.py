"""What a running tool asks the user to fill in: fields by a JSON schema of type object."""

import json
from collections.abc import Mapping
from typing import Any

from tyler_tui.sanitize import one_line

Fields = Mapping[str, Any]
"""The schema."""


def blank(fields: Fields) -> dict[str, Any]:
    """The fields with their defaults, else empty."""
    return {
        name: one.get("default", False if one.get("type") == "boolean" else "")
        for name, one in _properties(fields)
    }


def filled(fields: Fields, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, without optional fields that were left empty."""
    required = fields.get("required") or ()
    return {name: value for name, value in given.items() if value != "" or name in required}


def told(fields: Fields) -> str:
    """The fields in words, a line each."""
    required = fields.get("required") or ()
    lines = []
    for name, one in _properties(fields):
        options = one.get("enum") or [option.get("const") for option in _options(one)]
        kind = "one of " + ", ".join(map(str, options)) if options else one.get("type", "text")
        about = one.get("description") or one.get("title") or ""
        facts = [one_line(str(kind), 300), "" if name in required else "may stay empty"]
        line = f"{one_line(name, 60)} ({', '.join(filter(None, facts))})"
        lines.append(f"{line}: {one_line(str(about), 300)}" if about else line)
    return "\n".join(lines)


def with_types(fields: Fields, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, with texts that stand for a number or a yes made into that."""
    kinds = {name: one.get("type") for name, one in _properties(fields)}
    return {name: _typed(value, kinds.get(name)) for name, value in given.items()}


def _typed(value: Any, kind: object) -> Any:
    if not isinstance(value, str) or kind not in ("integer", "number", "boolean"):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _properties(fields: Fields) -> list[tuple[str, Mapping[str, Any]]]:
    properties = fields.get("properties")
    if not isinstance(properties, Mapping):
        return []
    return [(str(name), one) for name, one in properties.items() if isinstance(one, Mapping)]


def _options(one: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    options = one.get("oneOf")
    return [o for o in options if isinstance(o, Mapping)] if isinstance(options, list) else []
