"""The config as text: a file that explains itself, made from what the settings say of themselves,
and the settings in effect."""

import ast
import inspect
import re
import textwrap
from collections.abc import Container, Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, get_args, get_origin

import msgspec

from tyler_tui.commands import TABLE
from tyler_tui.config import FileSettings, Settings
from tyler_tui.mcp_settings import is_reference
from tyler_tui.redaction import redacted
from tyler_tui.sanitize import one_line, without_credentials
from tyler_tui.sessions_place import shown_place
from tyler_tui.toml_file import toml_string

WIDTH = 96
_HEAD = """
The settings of tyler-chat, each with its default, or with an example where it has none. Take away
the # before a name to change it. What counts: flags, then the environment (TYLER_CHAT_MODEL,
TYLER_CHAT_APPROVAL, TYLER_CHAT_THEME, TYLER_CHAT_ALLOW_HOSTS), then this file.
`tyler-chat config show` tells what is in effect, and where it comes from."""

EXAMPLES: Mapping[str, Any] = {
    "model": "anthropic/claude-sonnet-5",
    "api_base": "http://localhost:8000/v1",
    "database": "postgresql://me@db.example/chats?sslmode=verify-full",
    "system": "You answer in one sentence.",
    "temperature": 0.7,
    "max_tokens": 4096,
    "reasoning": "medium",
    "budget": 2.5,
    "tools": ["files-*", "web-search"],
    "fallback": ["openai/gpt-5.5"],
    "models.name": "openai/my-model",
    "models.context": 32768,
    "models.input_price": 0.5,
    "models.output_price": 1.5,
    "models.cached_price": 0.05,
    "rules.allow": ["files-write(src/**)", "command_line-run(git status *)"],
    "rules.ask": ["files-read(secrets/**)"],
    "rules.deny": ["command_line-run(rm *)"],
    "rules.folder": "~/src/site",
    "notes": "You may answer in German too.",
    "agents.reviewer.description": "Reads code and finds faults.",
    "agents.reviewer.name": "Reviewer",
    "agents.reviewer.purpose": "You review code. Name the file and the line of each fault.",
    "agents.reviewer.notes": "Name the worst fault first.",
    "agents.reviewer.max_turns": 10,
    "agents.reviewer.approval": "ask",
    "agents.reviewer.tools": ["files-list", "files-read", "files-search"],
    "mcp.servers.example.command": "uvx",
    "mcp.servers.example.args": ["some-mcp-server"],
    "mcp.servers.example.env": {"TOKEN": "${SOME_TOKEN}"},
    "mcp.servers.example.cwd": "~/src/site",
    "mcp.servers.remote.url": "https://mcp.example/mcp",
    "mcp.servers.remote.headers": {"Authorization": "Bearer ${SOME_TOKEN}"},
    "web.allow_hosts": ["wiki.example", "localhost:8080"],
    "web.search_url": "https://search.example",
    "web.proxy": "http://localhost:3128",
}
"""What stands in the file for a setting whose default says nothing."""
NAMED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "agents": {"reviewer": ()},
    "mcp.servers": {"example": (), "remote": ("url", "headers")},
}
"""What the tables of the file are called that the user names, and what stands in each; in one
without a list, all that stands in no other."""


def template() -> str:
    """A config file in which every setting stands, commented out."""
    return "\n".join([*_comment(_HEAD), *_table(FileSettings, ""), ""])


def in_effect(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """(name, value as TOML, what set it) of every setting; what is not set has no value. No key
    or password is shown."""
    values = msgspec.to_builtins(settings)
    own = {name: values[name] for name in FileSettings.__struct_fields__}
    if settings.database is not None:
        own["database"] = shown_place(settings.database)
    for name, value in _leaves(own, ""):
        yield name, "" if value is None else shown(value), settings.origins.get(name, "default")


def shown(value: Any) -> str:
    """A value as TOML, fit for others' eyes."""
    match value:
        case str():
            return toml_value(one_line(redacted(without_credentials(value) or ""), 200))
        case list():
            return f"[{', '.join(map(shown, value))}]"
        case dict():
            pairs = (f"{name} = {shown(item)}" for name, item in value.items() if item)
            return f"{{{', '.join(pairs)}}}"
        case _:
            return toml_value(value)


def _leaves(values: Mapping[str, Any], section: str) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        path = f"{section}.{name}".strip(".")
        if isinstance(value, dict):
            yield from _leaves(value, path)
        elif path.startswith("mcp.servers.") and section.endswith((".env", ".headers")):
            yield path, value if is_reference(value) else "(not shown)"
        elif value or not section.startswith(("agents.", "mcp.servers.")):
            yield path, value  # what an agent does not say, it inherits


# The file


def _table(
    kind: type[msgspec.Struct], path: str, fields: Container[str] | None = None
) -> Iterator[str]:
    """The lines of a table: what stands in it first, then the tables below it."""
    docs = documentation(kind)
    undocumented: list[str] = []
    below: list[str] = []
    for field in msgspec.structs.fields(kind):
        if fields is not None and field.name not in fields:
            continue
        name = f"{path}.{field.name}".strip(".")
        struct, many = _struct_of(field.type)
        if struct is not None:
            below += ["", *_comment(inspect.getdoc(struct) or "")]
            if many == "dict":
                below += _named_tables(struct, name)
            else:
                header = f"#[[{name}]]" if many == "list" else f"[{name}]"
                below += [header, *_table(struct, name)]
        elif name == "keys":
            below += ["", *_comment(docs[field.name]), f"[{name}]", *_keys()]
        else:
            undocumented.append(f"#{field.name} = {toml_value(_default_or_example(field, name))}")
            if field.name in docs:  # what stands under several fields is said of all of them
                yield from ("", *_comment(docs[field.name]), *undocumented)
                undocumented.clear()
    yield from undocumented and ("", *undocumented)
    yield from below


def _named_tables(kind: type[msgspec.Struct], path: str) -> Iterator[str]:
    elsewhere = [field for fields in NAMED[path].values() for field in fields]
    rest = [field for field in kind.__struct_fields__ if field not in elsewhere]
    for number, (name, fields) in enumerate(NAMED[path].items()):
        yield from [""] * (number > 0)
        yield from (f"#[{path}.{name}]", *_table(kind, f"{path}.{name}", fields or rest))


def _keys() -> Iterator[str]:
    lines = [f'#"{command.id}" = {toml_value(", ".join(command.keys))}' for command in TABLE]
    width = max(map(len, lines))
    for command, line in zip(TABLE, lines, strict=True):
        yield f"{line.ljust(width)}  # {command.name}"


@cache
def documentation(kind: type[msgspec.Struct]) -> dict[str, str]:
    """What stands under each field of a struct in its source."""
    source = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(source, ast.ClassDef)
    docs: dict[str, str] = {}
    for statement, after in pairwise(source.body):
        match statement, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                docs[name] = " ".join(text.split())
            case _:
                pass
    return docs


def _struct_of(kind: Any) -> tuple[type[msgspec.Struct] | None, str]:
    """The struct that a field holds, and whether it holds a "list" or a "dict"."""
    many = getattr(get_origin(kind), "__name__", "")
    for part in (kind, *get_args(kind)):
        if isinstance(part, type) and issubclass(part, msgspec.Struct):
            return part, many
    return None, many


def _default_or_example(field: Any, name: str) -> Any:
    """What is written for a setting: its default, or where that says nothing its example, which may
    be that of a setting of the same name further up. Raises KeyError when there is none."""
    default = field.default
    if default is msgspec.NODEFAULT and field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    if default not in (None, "", [], {}, msgspec.NODEFAULT):
        return default
    while name and name not in EXAMPLES:
        name = name.partition(".")[2]
    return EXAMPLES[name or field.name]


def _comment(text: str) -> list[str]:
    paragraphs = [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]
    return [f"# {line}" for part in paragraphs for line in textwrap.wrap(part, WIDTH - len("# "))]


def toml_value(value: Any) -> str:
    """A value as it stands in a TOML file."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return toml_string(value)
        case list():
            return f"[{', '.join(map(toml_value, value))}]"
        case dict():
            pairs = (f"{_key(name)} = {toml_value(item)}" for name, item in value.items())
            return f"{{ {', '.join(pairs)} }}"
        case float():
            return f"{value:g}"
        case _:
            return str(value)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_string(name)
