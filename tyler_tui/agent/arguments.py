"""The arguments of a call: checked against a schema, and made into what a function's hints say."""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Union

from tyler_tui.agent.schema import type_schema
from tyler_tui.sanitize import one_line

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def check(value: Any, schema: Mapping[str, Any] | bool, path: str = "") -> str:
    """What is wrong with `value` by `schema`, in words, or "". Knows the keywords that tools use:
    type, properties, required, additionalProperties, items, minItems, maxItems, enum, const, anyOf,
    oneOf."""
    where = f"`{one_line(path, 80)}`" if path else "The arguments"
    if not isinstance(schema, Mapping):  # JSON schema has it that true is anything, false nothing
        return f"{where} is not wanted" if schema is False else ""
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return _check_options(value, options, path, where)
    allowed = [schema["const"]] if "const" in schema else schema.get("enum")
    if allowed is not None and not any(_same(value, one) for one in allowed):
        names = ", ".join(repr(one) for one in allowed)
        return f"{where} must be {'one of ' * (len(allowed) > 1)}{names}, not {_short(value)}"
    if not _fits(value, schema):
        return f"{where} must be {_kinds([schema])}, not {_article(_type_name(value))}"
    if isinstance(value, dict):
        return _check_object(value, schema, path)
    if isinstance(value, list):
        return _check_array(value, schema, path, where)
    return ""


def _check_options(
    value: Any, options: Sequence[Mapping[str, Any] | bool], path: str, where: str
) -> str:
    problems = [check(value, option, path) for option in options]
    if "" in problems:
        return ""
    for problem, option in zip(problems, options, strict=True):
        if _fits(value, option):  # of the right kind: what is wrong lies deeper
            return problem
    return f"{where} must be {_kinds(options)}, not {_article(_type_name(value))}"


def _check_array(value: list[Any], schema: Mapping[str, Any], path: str, where: str) -> str:
    least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
    if not least <= len(value) <= most:
        wanted = least if len(value) < least else most
        return f"{where} must hold {wanted} items, not {len(value)}"
    items = schema.get("items")
    if isinstance(items, Mapping):
        for number, item in enumerate(value):
            if problem := check(item, items, f"{path}[{number}]"):
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
        form = properties.get(name, extra)
        if form is False:
            known = ", ".join(f"`{known}`" for known in properties) or "none"
            return f"`{one_line(dot + name, 80)}` is not a parameter; there are: {known}"
        if isinstance(form, Mapping) and (problem := check(item, form, f"{dot}{name}")):
            return problem
    return ""


def _fits(value: Any, schema: Mapping[str, Any] | bool) -> bool:
    wanted = _wanted(schema) if isinstance(schema, Mapping) else []
    return not wanted or any(_has_type(value, name) for name in wanted)


def _has_type(value: Any, name: str) -> bool:
    if name not in _TYPES:
        return True
    if isinstance(value, bool):
        return name == "boolean"
    whole = name == "integer" and isinstance(value, float) and value.is_integer()
    return whole or isinstance(value, _TYPES[name])


def _wanted(schema: Mapping[str, Any]) -> list[str]:
    wanted = schema.get("type", [])
    return [wanted] if isinstance(wanted, str) else list(wanted)


def _same(value: Any, other: Any) -> bool:
    """Equal as JSON has it, where true is not 1."""
    return bool(value == other) and isinstance(value, bool) == isinstance(other, bool)


def _kinds(schemas: Sequence[Mapping[str, Any] | bool]) -> str:
    tables = (schema for schema in schemas if isinstance(schema, Mapping))
    names = [_article(name) for schema in tables for name in _wanted(schema)]
    return " or ".join(dict.fromkeys(names)) or "something else"


def _type_name(value: Any) -> str:
    kind = type(value)
    return next((name for name, kinds in _TYPES.items() if kind is kinds[-1]), kind.__name__)


def _article(name: str) -> str:
    return name if name == "null" else f"{'an' if name[0] in 'aio' else 'a'} {name}"


def _short(value: Any) -> str:
    return one_line(repr(value), 80)


def made(value: Any, hint: Any) -> Any:
    """`value`, which fits the schema of `hint`, as the Python value that `hint` promises: a member
    of an Enum, a dataclass, a set. Raises what the classes raise."""
    hint = getattr(hint, "__supertype__", hint)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Annotated, typing.Required, typing.NotRequired):
        return made(value, arguments[0])
    if origin in (Union, types.UnionType):
        fitting = (one for one in arguments if not check(value, type_schema(one)))
        return made(value, next(fitting, Any))
    kind = origin or hint
    if hint is Any or not isinstance(kind, type):
        return value
    if kind is int or issubclass(kind, Enum):
        return kind(value)
    if hasattr(kind, "model_validate"):
        return kind.model_validate(value)
    if typing.is_typeddict(kind) or dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind, include_extras=True)
        return kind(**{name: made(item, hints[name]) for name, item in value.items()})
    if isinstance(value, list):
        return _collection(kind, _made_items(value, kind, arguments))
    if isinstance(value, dict) and len(arguments) == 2:
        return {key: made(item, arguments[1]) for key, item in value.items()}
    return value


def _made_items(value: list[Any], kind: type, arguments: Sequence[Any]) -> list[Any]:
    if not arguments:
        return value
    if issubclass(kind, tuple) and arguments[-1] is not ...:
        return [made(item, hint) for item, hint in zip(value, arguments, strict=True)]
    return [made(item, arguments[0]) for item in value]


def _collection(kind: type, items: list[Any]) -> Any:
    """`items` in what `kind`, which may be abstract, stands for."""
    concrete = next(one for one in (list, tuple, frozenset, set) if issubclass(one, kind))
    return concrete(items)
