"""Settings: one TOML file, each field documented where it stands.

What counts: flags on the command line, then the environment (`TYLER_CHAT_MODEL`,
`TYLER_CHAT_APPROVAL`, `TYLER_CHAT_THEME`), then the file, then the defaults here.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec

from tyler_tui.errors import ConfigError, UsageError
from tyler_tui.sanitize import one_line

Approval = Literal["ask", "edits", "auto"]
Reader = Literal["auto", "litellm"]
Theme = Literal[
    "auto", "dark", "light", "tyler-dark", "tyler-light",
    "ansi-dark", "ansi-light", "atom-one-dark", "atom-one-light", "catppuccin-frappe",
    "catppuccin-latte", "catppuccin-macchiato", "catppuccin-mocha", "dracula", "flexoki",
    "gruvbox", "monokai", "nord", "rose-pine", "rose-pine-dawn", "rose-pine-moon",
    "solarized-dark", "solarized-light", "textual-dark", "textual-light", "tokyo-night",
]  # fmt: skip
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
_CHOICES = {"approval": get_args(Approval), "theme": get_args(Theme)}
_ENVIRONMENT = {
    "model": "TYLER_CHAT_MODEL",
    "approval": "TYLER_CHAT_APPROVAL",
    "theme": "TYLER_CHAT_THEME",
}


class TimeoutSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[timeouts], in seconds; more than 0, at most a day."""

    connect: Seconds = 15.0
    """To reach the provider."""
    first_token: Seconds = 120.0
    """To the first piece of an answer."""
    idle: Seconds = 60.0
    """Between two pieces."""


class InterfaceSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[ui]"""

    theme: Theme = "auto"
    """auto, dark, light, or the name of a theme. auto asks the terminal for its background."""
    frame_rate: Annotated[float, msgspec.Meta(ge=1, le=60)] = 15.0
    """How often a second the transcript is drawn while text streams; 10 suits slow lines."""
    reduced_motion: bool = False
    """No spinner, no animation."""
    mouse: bool = True
    """False leaves the mouse to the terminal."""


class Settings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    model: str | None = None
    """A LiteLLM model name, such as anthropic/claude-sonnet-5, or demo."""
    api_base: str | None = None
    """The address of a server of the OpenAI format."""
    reader: Reader = "auto"
    """Who reads the stream: auto (directly where the server speaks OpenAI's format, which is
    quicker; LiteLLM for the rest) or litellm (for all)."""
    name: str = "Tyler"
    """What the assistant is called."""
    purpose: str = "To be a helpful assistant."
    """What the assistant is for; a part of the system prompt."""
    notes: str = ""
    """Added to the system prompt."""
    system: str | None = None
    """A system prompt in place of ours."""
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    """0 to 2; the provider's own default when it is not set."""
    max_tokens: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """The longest answer, in tokens; the provider's own limit when it is not set."""
    reasoning: str | None = None
    """low, medium or high, for models that think."""
    max_turns: Annotated[int, msgspec.Meta(ge=0)] = 25
    """How many rounds of tool calls one prompt may take."""
    budget: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """What one session may cost, in US dollars; no limit when it is not set."""
    retries: Annotated[int, msgspec.Meta(ge=0, le=10)] = 2
    """How often a request is tried again before its first token."""
    approval: Approval = "ask"
    """What runs unasked beyond reading: ask (nothing), edits (writing files), auto (all)."""
    tools: list[str] | None = None
    """The tools to offer, by name; all when it is not set."""
    keys: dict[str, str] = {}
    """Other keys for commands: "session.new" = "ctrl+shift+n"."""
    timeouts: TimeoutSettings = msgspec.field(default_factory=TimeoutSettings)
    """How long to wait for a model."""
    ui: InterfaceSettings = msgspec.field(default_factory=InterfaceSettings)
    """How the chat looks and moves."""


def load(
    path: Path,
    environ: Mapping[str, str] | None = None,
    *,
    flags: Mapping[str, Any] | None = None,
    command_ids: Collection[str] | None = None,
) -> Settings:
    """The settings of the file at `path`, if there is one, under those of the environment and of
    `flags`, which are fields of Settings. Keys may be set for `command_ids` only.

    Raises ConfigError that names the file, the line and the field, and UsageError for a flag.
    """
    environ = os.environ if environ is None else environ
    text, values = _read(path)
    said_by: dict[str, str] = {}
    for field, variable in _ENVIRONMENT.items():
        if value := environ.get(variable):
            section = values.setdefault("ui", {}) if field == "theme" else values
            if isinstance(section, dict):  # else the file is refused below
                section[field] = value
                said_by[field] = variable
    for field, value in (flags or {}).items():
        values[field] = value
        said_by[field] = "--" + field.replace("_", "-")
    try:
        settings = msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        raise _explained(str(error), path, text, said_by) from error
    for command in settings.keys if command_ids is not None else ():
        if command not in (command_ids or ()):
            raise ConfigError(
                f"{_place(path, text, 'keys', command)}: there is no command "
                f"`{one_line(command, 60)}`.",
                hint=_nearest(command, command_ids or ()),
            )
    return settings


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a file and what it says; a file that is not there says nothing."""
    try:
        text = path.read_text("utf-8-sig")
        return text, tomllib.loads(text)
    except FileNotFoundError:
        return "", {}
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} cannot be read: it is not UTF-8 text.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}.", hint="The file must be valid TOML.") from error
    except RecursionError as error:
        raise ConfigError(f"{path} cannot be read: it is nested too deeply.") from error


def _explained(said: str, path: Path, text: str, said_by: Mapping[str, str]) -> UsageError:
    """What msgspec said, with the line, in words for people who write TOML."""
    what, _, place = said.partition(" - at `$.")
    section, _, field = re.sub(r"`|\[.*", "", place).rpartition(".")
    if unknown := re.search(r"unknown field `([^`]+)`", what):
        section, field = (f"{section}.{field}".strip("."), unknown[1])
        known = {"timeouts": TimeoutSettings, "ui": InterfaceSettings}.get(section, Settings)
        return ConfigError(
            f"{_place(path, text, section, field)}: there is no setting `{one_line(field, 60)}`.",
            hint=_nearest(field, known.__struct_fields__),
        )
    at = said_by.get(field) or f"{_place(path, text, section, field)}: `{field}`"
    kind = UsageError if at.startswith("--") else ConfigError
    if wrong := re.match(r"Invalid enum value (.*)", what):
        choice = wrong[1].strip("'")
        hint = _nearest(choice, _CHOICES.get(field, ()))
        return kind(f"{at} cannot be {one_line(choice, 40)!r}.", hint=hint)
    return kind(f"{at} must be {_wanted(what)}.")


_KINDS = {
    "float": "a number", "int": "a whole number", "str": "text", "bool": "true or false",
    "array": "a list", "object": "a table",
}  # fmt: skip


def _wanted(what: str) -> str:
    """ "Expected `float | null`, got `str`" as "a number, not text"."""
    words = [_KINDS.get(kind.partition(" |")[0], kind) for kind in re.findall(r"`([^`]+)`", what)]
    limit = re.search(r"` ([<>]=?) (\S+)", what)
    if limit is None:
        return ", not ".join(words)
    sign = {">": "more than", ">=": "at least", "<": "less than", "<=": "at most"}[limit[1]]
    return f"{words[0]}, {sign} {float(limit[2]):g}"


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean `{near[0]}`?" if near else f"There are: {', '.join(known)}."


def _place(path: Path, text: str, section: str, field: str) -> str:
    """The file, and the line that sets `field` in `section`, as far as it can be found."""
    name = rf"[\"']?{re.escape(field)}[\"']?\s*[=.\]]"
    here, within, fallback = "", None, None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            here = header[1]
            if here == field and not section:
                return f"{path}, line {number}"
        elif re.match(rf"\s*{name}", line) and here == section:
            within = number
            break
        elif section and not here and re.match(rf"\s*{re.escape(section)}\b.*{name}", line):
            fallback = number
    line_number = within or fallback
    return f"{path}, line {line_number}" if line_number else str(path)
