"""A JSON schema from a function's type hints and docstring."""

import dataclasses
import functools
import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence, Set
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

    Hints may be str, int, float, bool, None, Any, lists, tuples, sets, dicts, Literal, Enum,
    unions, Annotated with a text, TypedDict, dataclasses, and classes with a `model_json_schema`
    (pydantic). Descriptions come from the docstring's `Args:` section, else from Annotated. Raises
    TypeError for hints that JSON has no form for, and for parameters that have no name to a caller.
    """
    hints = hints_of(function)
    descriptions = argument_descriptions(inspect.getdoc(function) or "")
    definitions: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    required: list[str] = []
    for name, parameter in inspect.signature(function).parameters.items():
        if name in without or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.kind is parameter.POSITIONAL_ONLY or name in ("self", "cls"):
            raise TypeError(f"the parameter {name} of {function!r} cannot be given by its name")
        form = _hoisted(type_schema(hints.get(name, Any)), definitions)
        if name in descriptions:
            form["description"] = descriptions[name]
        if parameter.default is parameter.empty:
            required.append(name)
        else:
            form.update(_default(parameter.default))
        properties[name] = form
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        schema["required"] = required
    schema["additionalProperties"] = False
    if definitions:
        schema["$defs"] = definitions
    return schema


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The resolved hints of a function, a partial or a callable object. Raises TypeError for names
    that cannot be resolved."""
    while isinstance(function, functools.partial):
        function = function.func
    if not inspect.isroutine(function):
        function = type(function).__call__
    try:
        return typing.get_type_hints(function, include_extras=True)
    except NameError as error:
        raise TypeError(f"the hints of {function!r} cannot be resolved: {error}") from error


def _default(value: Any) -> dict[str, Any]:
    value = value.value if isinstance(value, Enum) else value
    return {"default": value} if isinstance(value, str | int | float | bool) else {}


def _hoisted(form: Any, definitions: dict[str, Any]) -> Any:
    """`form` with the definitions inside it moved to `definitions`, where references seek them."""
    if isinstance(form, list):
        return [_hoisted(item, definitions) for item in form]
    if not isinstance(form, Mapping):
        return form
    for name, definition in form.get("$defs", {}).items():
        moved = _hoisted(definition, definitions)
        if definitions.setdefault(name, moved) != moved:
            raise TypeError(f"two types are called {name}")
    return {key: _hoisted(part, definitions) for key, part in form.items() if key != "$defs"}


def type_schema(hint: Any, *, inside: tuple[Any, ...] = ()) -> dict[str, Any]:
    """The schema of one type, which is part of the types `inside`."""
    hint = getattr(hint, "__supertype__", hint)  # what a NewType is made of
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is None and hint in _SIMPLE:
        return _SIMPLE[hint]
    if origin is typing.Annotated:
        return {**type_schema(arguments[0], inside=inside), **_description(arguments[1:])}
    if origin in (typing.Required, typing.NotRequired):
        return type_schema(arguments[0], inside=inside)
    if origin is Literal:
        return _enumeration(arguments)
    if origin in (Union, types.UnionType):
        return {"anyOf": [type_schema(argument, inside=inside) for argument in arguments]}
    kind = origin or hint
    if _is_a(kind, Enum):
        return _enumeration([member.value for member in kind])
    if _is_a(kind, Sequence | Set) and not _is_a(kind, str | bytes | bytearray):
        return {"type": "array", **_items(kind, arguments, inside)}
    if _is_a(kind, Mapping) and not typing.is_typeddict(kind):
        values = type_schema(arguments[1], inside=inside) if len(arguments) == 2 else {}
        return {"type": "object", **({"additionalProperties": values} if values else {})}
    return _class_schema(hint, inside)


def _is_a(kind: Any, of: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, of)


def _items(kind: type, arguments: Sequence[Any], inside: tuple[Any, ...]) -> dict[str, Any]:
    forms = [type_schema(part, inside=inside) for part in arguments if part is not ...]
    different = [form for number, form in enumerate(forms) if form not in forms[:number]]
    if not all(different):
        items = {}
    elif len(different) == 1:
        items = {"items": different[0]}
    else:
        items = {"items": {"anyOf": different}} if different else {}
    fixed = issubclass(kind, tuple) and arguments and arguments[-1] is not ...
    return {**items, **({"minItems": len(forms), "maxItems": len(forms)} if fixed else {})}


def _description(notes: Sequence[Any]) -> dict[str, str]:
    """What Annotated says in words: as a text, or as the description of a pydantic Field."""
    texts = [
        note if isinstance(note, str) else getattr(note, "description", None) for note in notes
    ]
    return next(({"description": text} for text in texts if isinstance(text, str)), {})


def _enumeration(values: Sequence[Any]) -> dict[str, Any]:
    kinds = {type(value) for value in values}
    kind = _SIMPLE.get(kinds.pop(), {}) if len(kinds) == 1 else {}
    return {**kind, "enum": list(values)}


def _class_schema(hint: Any, inside: tuple[Any, ...]) -> dict[str, Any]:
    if hint in inside:
        raise TypeError(f"{hint!r} holds itself: no JSON schema can be written out for it")
    if hasattr(hint, "model_json_schema"):
        return dict(hint.model_json_schema())
    if typing.is_typeddict(hint):
        names, required = list(typing.get_type_hints(hint)), sorted(hint.__required_keys__)
    elif isinstance(hint, type) and dataclasses.is_dataclass(hint):
        fields = [field for field in dataclasses.fields(hint) if field.init]
        names = [field.name for field in fields]
        required = [field.name for field in fields if _has_no_default(field)]
    else:
        raise TypeError(f"no JSON schema for {hint!r}: use a type that JSON has a form for")
    hints = typing.get_type_hints(hint, include_extras=True)
    return {
        "type": "object",
        "properties": {name: type_schema(hints[name], inside=(*inside, hint)) for name in names},
        "required": required,
        "additionalProperties": False,
    }


def _has_no_default(field: "dataclasses.Field[Any]") -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


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
