"""A JSON schema from a function's type hints and docstring."""

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Literal, Union

_SIMPLE: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
    inspect.Parameter.empty: {},
}
_ARGS_HEAD = re.compile(r"^\s*(?:Args|Arguments|Parameters):\s*$", re.MULTILINE)
_ARG = re.compile(r"^(\s+)(\*{0,2}\w+)\s*(?:\([^)]*\))?:\s*(.*)$")


def schema_of(function: Callable[..., Any], *, without: Sequence[str] = ()) -> dict[str, Any]:
    """The schema of `function`'s parameters, save those named in `without`.

    Hints may be str, int, float, bool, None, Any, lists, dicts, Literal, Enum, unions,
    TypedDict, dataclasses, and classes with a `model_json_schema` (pydantic). Descriptions come
    from the docstring's `Args:` section. Raises TypeError for hints that JSON has no form for.
    """
    hints = typing.get_type_hints(function)
    descriptions = argument_descriptions(inspect.getdoc(function) or "")
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name in without or name in ("self", "cls"):
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        form = dict(type_schema(hints.get(name, Any)))
        if name in descriptions:
            form["description"] = descriptions[name]
        if parameter.default is parameter.empty:
            required.append(name)
        elif isinstance(parameter.default, str | int | float | bool):
            form["default"] = parameter.default
        properties[name] = form
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    return schema


def type_schema(hint: Any) -> dict[str, Any]:
    """The schema of one type."""
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return type_schema(arguments[0])
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (Union, types.UnionType):
        forms = [type_schema(argument) for argument in arguments]
        return forms[0] if len(forms) == 1 else {"anyOf": forms}
    if origin in (list, set, frozenset, tuple) or hint in (list, set, tuple):
        items = [argument for argument in arguments if argument is not ...]
        return {"type": "array", **({"items": type_schema(items[0])} if items else {})}
    if _is_sequence(origin):
        return {"type": "array", "items": type_schema(arguments[0])}
    if origin is dict or hint is dict or _is_mapping(origin):
        values = type_schema(arguments[1]) if len(arguments) == 2 else {}
        return {"type": "object", **({"additionalProperties": values} if values else {})}
    return _class_schema(hint)


def _class_schema(hint: Any) -> dict[str, Any]:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return {"enum": [member.value for member in hint]}
    if hasattr(hint, "model_json_schema"):
        return dict(hint.model_json_schema())
    if typing.is_typeddict(hint):
        return _fields_schema(typing.get_type_hints(hint), sorted(hint.__required_keys__))
    if dataclasses.is_dataclass(hint):
        missing = dataclasses.MISSING
        required = [
            field.name
            for field in dataclasses.fields(hint)
            if field.default is missing and field.default_factory is missing
        ]
        return _fields_schema(typing.get_type_hints(hint), required)
    raise TypeError(f"no JSON schema for {hint!r}: use a type that JSON has a form for")


def _fields_schema(hints: Mapping[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: type_schema(hint) for name, hint in hints.items()},
        "required": required,
        "additionalProperties": False,
    }


def _is_sequence(origin: Any) -> bool:
    return isinstance(origin, type) and issubclass(origin, Sequence)


def _is_mapping(origin: Any) -> bool:
    return isinstance(origin, type) and issubclass(origin, Mapping)


def summary_of(docstring: str) -> str:
    """A docstring without its sections: what the model is told the tool does."""
    head = re.split(
        r"^\s*(?:Args|Arguments|Parameters|Returns|Raises|Yields):\s*$",
        docstring,
        maxsplit=1,
        flags=re.MULTILINE,
    )[0]
    return head.strip()


def argument_descriptions(docstring: str) -> dict[str, str]:
    """What a Google-style `Args:` section says of each parameter."""
    match = _ARGS_HEAD.search(docstring)
    if match is None:
        return {}
    found: dict[str, str] = {}
    current, indent = "", 0
    for line in docstring[match.end() :].splitlines():
        if not line.strip():
            continue
        start = _ARG.match(line)
        if start is not None and (not indent or len(start[1]) <= indent):
            indent = len(start[1])
            current = start[2].lstrip("*")
            found[current] = start[3].strip()
        elif current and len(line) - len(line.lstrip()) > indent:
            found[current] = f"{found[current]} {line.strip()}".strip()
        else:
            break
    return found


def check(value: Any, schema: Mapping[str, Any], path: str = "") -> str:
    """What is wrong with `value` by `schema`, or "". Knows the keywords that tools use: type,
    properties, required, additionalProperties, items, enum, anyOf."""
    where = f"`{path}`" if path else "The arguments"
    if "anyOf" in schema:
        problems = [check(value, option, path) for option in schema["anyOf"]]
        return "" if "" in problems else problems[0]
    if "enum" in schema and value not in schema["enum"]:
        options = ", ".join(repr(option) for option in schema["enum"])
        return f"{where} must be one of {options}, not {value!r}"
    wanted = schema.get("type")
    if isinstance(wanted, str) and not _has_type(value, wanted):
        return f"{where} must be {_article(wanted)}, not {_article(_type_name(value))}"
    if isinstance(value, dict):
        return _check_object(value, schema, path)
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        for number, item in enumerate(value):
            if problem := check(item, schema["items"], f"{path}[{number}]"):
                return problem
    return ""


def _check_object(value: dict[str, Any], schema: Mapping[str, Any], path: str) -> str:
    properties = schema.get("properties", {})
    dot = f"{path}." if path else ""
    for name in schema.get("required", ()):
        if name not in value:
            return f"`{dot}{name}` is missing"
    extra = schema.get("additionalProperties", True)
    for name, item in value.items():
        if name in properties:
            problem = check(item, properties[name], f"{dot}{name}")
        elif extra is False:
            known = ", ".join(f"`{known}`" for known in properties) or "none"
            problem = f"`{dot}{name}` is not a parameter; there are: {known}"
        else:
            problem = check(item, extra, f"{dot}{name}") if isinstance(extra, Mapping) else ""
        if problem:
            return problem
    return ""


def _has_type(value: Any, wanted: str) -> bool:
    match wanted:
        case "string":
            return isinstance(value, str)
        case "integer":
            return (isinstance(value, int) and not isinstance(value, bool)) or (
                isinstance(value, float) and value.is_integer()
            )
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
        case "null":
            return value is None
        case _:
            return True


def _type_name(value: Any) -> str:
    names = {
        str: "string",
        bool: "boolean",
        int: "integer",
        float: "number",
        list: "array",
        dict: "object",
        type(None): "null",
    }
    return names.get(type(value), type(value).__name__)


def _article(name: str) -> str:
    return name if name == "null" else f"{'an' if name[0] in 'aio' else 'a'} {name}"
