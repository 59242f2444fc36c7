"""The schemas of a server's tools. They go to the model as they are, if a provider can take them:
one bad schema, and it refuses the whole request."""

import json
from collections.abc import Mapping
from typing import Any

MOST_BYTES = 100_000
DEEPEST = 40


def problem_with(schema: Mapping[str, Any]) -> str:
    """What is wrong with the schema of a tool's arguments, in words, or ""."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - it came with the SDK
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    if schema.get("type") != "object":
        return "its schema is not of the type object"
    if not isinstance(schema.get("properties", {}), dict):
        return "the properties of its schema are no table"
    try:
        if len(json.dumps(schema)) > MOST_BYTES:
            return "its schema is too long"
        if _depth(schema) > DEEPEST:
            return "its schema is nested too deeply"
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        where = "/".join(map(str, error.absolute_path)) or "the top"
        return f"its schema is not valid at {where}"
    except (RecursionError, ValueError, TypeError):
        return "its schema cannot be read"
    return ""


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        level = [
            below
            for one in level
            for below in (one.values() if isinstance(one, dict) else one)
            if isinstance(below, dict | list)
        ]
    return deepest
