"""A TOML file that a user writes: read, checked against a model, with errors that name the line."""

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec

from tyler_tui import regular_file
from tyler_tui.errors import ConfigError, UsageError
from tyler_tui.sanitize import one_line

_KINDS = {
    "float": "a number", "int": "a whole number", "str": "text", "bool": "true or false",
    "array": "a list", "object": "a table",
}  # fmt: skip


def toml_string(text: str) -> str:
    """JSON's escapes are TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


class TomlFile(msgspec.Struct, frozen=True):
    """What a file says; one that is not there says nothing."""

    path: Path
    text: str
    values: dict[str, Any]
    remarks: tuple[str, ...] = ()
    """What in it has no effect."""

    @classmethod
    def read(cls, path: Path) -> "TomlFile":
        """Raises ConfigError."""
        try:
            text = regular_file.read_text(path)
            return cls(path, text, tomllib.loads(text))
        except FileNotFoundError:
            return cls(path, "", {})
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path} cannot be read: it is not UTF-8 text.") from error
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"{path}: {error}.", hint="The file must be valid TOML.") from error
        except ValueError as error:  # Python's limit, against who would keep it busy for long
            raise ConfigError(f"{path} cannot be read: a number in it is too long.") from error
        except RecursionError as error:
            raise ConfigError(f"{path} cannot be read: it is nested too deeply.") from error

    def fields(self) -> Iterator[tuple[str, str]]:
        """(section, name) of all that it sets, of `[[tables]]` only the name of the list."""
        yield from _fields(self.values, "")

    def place(self, section: str, field: str, *, nth: int = 0, holding: str = "") -> str:
        """The file, and the line that sets `field` in `section`, as far as it can be found. Of
        `[[section]]` the one with number `nth` is meant; `holding` is a part of the value, which
        may begin on a later line."""
        line = self._line(section, field, nth)
        if line is None:
            return str(self.path)
        if holding:
            lines = enumerate(self.text.splitlines()[line - 1 :], line)
            line = next((number for number, text in lines if holding in text), line)
        return f"{self.path}, line {line}"

    def word(self, section: str, field: str) -> str:
        """What the file itself calls a setting."""
        return field

    def _line(self, section: str, field: str, nth: int) -> int | None:
        name = rf"[\"']?{re.escape(field)}[\"']?\s*[=.\]]"
        here, fallback, tables = "", None, -1
        for number, line in enumerate(self.text.splitlines(), 1):
            if header := re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]", line):
                here = header[1].replace('"', "").replace("'", "")
                tables += here == section and line.lstrip().startswith("[[")
                if f"{section}.{field}".strip(".") == here and tables < 0:
                    return number
            elif re.match(rf"\s*{name}", line) and here == section and nth <= max(tables, 0):
                return number
            elif section and not here and re.match(rf"\s*{re.escape(section)}\b.*{name}", line):
                fallback = number
        return fallback


def _fields(values: Mapping[str, Any], section: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _fields(value, f"{section}.{name}".strip("."))
        else:
            yield section, name


def explained(
    said: str,
    file: TomlFile,
    model: type[msgspec.Struct],
    *,
    section: str = "",
    said_by: Mapping[str, str] | None = None,
) -> UsageError:
    """What msgspec said of the values of a file, in words for people who write TOML. `model` is
    that of `section`; `said_by` names what else set a field, such as a flag."""
    what, _, place = said.partition(" - at `$")
    unknown = re.search(r"unknown field `([^`]+)`", what)
    # Of `rules[1].allow[0]` the table counts.
    table = re.search(r"\[(\d+)\]" if unknown else r"\[(\d+)\]\.", place)
    nth = int(table[1]) if table else 0
    inner, _, field = re.sub(r"^\.|`|\[.*?\]", "", place).rpartition(".")
    if unknown:
        inner, field = f"{inner}.{field}".strip("."), unknown[1]
        known = _section(model, inner).__struct_fields__
        at = file.place(f"{section}.{inner}".strip("."), field, nth=nth)
        is_table = re.search(rf"^\s*\[+\s*{re.escape(field)}\b", file.text, re.MULTILINE)
        is_whole = not section and not is_table
        hint = (is_whole and _elsewhere(model, field)) or nearest(field, known)
        return ConfigError(f"{at}: there is no setting `{one_line(field, 60)}`.", hint=hint)
    if not field:  # the section itself
        section, _, field = section.rpartition(".")
    own = file.place(f"{section}.{inner}".strip("."), field, nth=nth)
    word = file.word(f"{section}.{inner}".strip("."), field)
    at = (said_by or {}).get(f"{inner}.{field}".strip(".")) or f"{own}: `{word}`"
    kind = UsageError if at.startswith("--") else ConfigError
    if wrong := re.match(r"Invalid enum value (.*)", what):
        choice = wrong[1].strip("'")
        return kind(
            f"{at} cannot be {one_line(choice, 40)!r}.",
            hint=nearest(choice, _strings(_type_of(_section(model, inner), field))),
        )
    hint = f"Write [[{field}]] above it." if "`array`, got `object`" in what else ""
    return kind(f"{at} must be {_wanted(what)}.", hint=hint)


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a name that there is not."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(known)}."


def _wanted(what: str) -> str:
    """ "Expected `float | null`, got `str`" as "a number, not text"."""
    words = [_KINDS.get(kind.partition(" |")[0], kind) for kind in re.findall(r"`([^`]+)`", what)]
    limit = re.search(r"` ([<>]=?) (\S+)", what)
    if limit is None:
        return ", not ".join(words)
    sign = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most"}[limit[1]]
    return f"{words[0]}, {sign} {float(limit[2]):g}"


def _elsewhere(model: type[msgspec.Struct], field: str) -> str:
    """A hint for a setting that stands in the wrong section of a whole file; "" when no other has
    one of that name."""
    if field in model.__struct_fields__:
        return f"`{field}` belongs above the first section."
    for one in msgspec.structs.fields(model):
        is_table = get_origin(one.type) in (None, Union, UnionType)
        if is_table and any(field in part.__struct_fields__ for part in _structs(one.type)):
            return f"`{field}` belongs below [{one.name}]."
    return ""


def _section(model: type[msgspec.Struct], dotted: str) -> type[msgspec.Struct]:
    """The model of a section of `model`, as far down as there is one."""
    for name in filter(None, dotted.split(".")):
        model = next(iter(_structs(_type_of(model, name))), model)
    return model


def _type_of(model: type[msgspec.Struct], field: str) -> Any:
    return next((one.type for one in msgspec.structs.fields(model) if one.name == field), None)


def _structs(kind: Any) -> Iterable[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for part in get_args(kind):
        yield from _structs(part)


def _strings(kind: Any) -> Iterable[str]:
    for part in get_args(kind):
        if isinstance(part, str):
            yield part
        else:
            yield from _strings(part)
