"""Settings: one TOML file, each field documented where it stands.

What counts: flags on the command line, then the environment (`TYLER_CHAT_MODEL`, `TYLER_CHAT_DB`,
`TYLER_CHAT_APPROVAL`, `TYLER_CHAT_THEME`, `TYLER_CHAT_ALLOW_HOSTS`, `ACCESSIBLE`), then the file,
then the defaults here.
"""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast, get_args

import msgspec

from tyler_tui import plugins
from tyler_tui.mcp_settings import McpServerSettings, McpSettings, check_servers
from tyler_tui.rules.table import RuleTable, check_rules
from tyler_tui.toml_file import TomlFile, explained
from tyler_tui.ui_settings import InterfaceSettings, Theme
from tyler_tui.web_settings import WebSettings, hosts_allowed_by
from tyler_tui.yaml_file import ENDINGS as YAML_ENDINGS

Approval = Literal["ask", "edits", "auto"]
Reader = Literal["auto", "litellm"]
Price = Annotated[float, msgspec.Meta(ge=0)]
Temperature = Annotated[float, msgspec.Meta(ge=0, le=2)]
Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]
CheckKeys = Callable[[Mapping[str, str], Callable[[str], str]], dict[str, str]]
_ENVIRONMENT = {
    "model": "TYLER_CHAT_MODEL",
    "database": "TYLER_CHAT_DB",
    "approval": "TYLER_CHAT_APPROVAL",
    "ui.theme": "TYLER_CHAT_THEME",
    "ui.accessible": "ACCESSIBLE",
    "web.allow_hosts": "TYLER_CHAT_ALLOW_HOSTS",
}
"""Which variable sets what, in place of the file."""


class TimeoutSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[timeouts], in seconds; more than 0, at most a day."""

    connect: Seconds = 15.0
    """To reach the provider."""
    first_token: Seconds = 120.0
    """To the first piece of an answer."""
    idle: Seconds = 60.0
    """Between two pieces."""
    stalled: Seconds = 10.0
    """Of silence, after which it is said."""
    answer: Seconds = 3_600.0
    """For a whole answer, however much of it keeps coming."""


class Profile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[agents.NAME]: what differs from the settings at the top with --agent NAME. See there for
    what each means."""

    description: str = ""
    """What the agent is for, in a line; for people."""
    model: str | None = None
    name: str | None = None
    purpose: str | None = None
    notes: str | None = None
    system: str | None = None
    temperature: Temperature | None = None
    max_tokens: Annotated[int, msgspec.Meta(ge=1)] | None = None
    reasoning: str | None = None
    max_turns: Annotated[int, msgspec.Meta(ge=0)] | None = None
    budget: Annotated[float, msgspec.Meta(gt=0)] | None = None
    approval: Approval | None = None
    tools: list[str] | None = None
    rules: list[RuleTable] = []
    """Count before those at the top."""


class ModelSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[[models]]: what is not known of a model, or known better by you."""

    name: str
    """As it is given with -m."""
    context: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """How many tokens it can be given."""
    input_price: Price | None = None
    output_price: Price | None = None
    """US dollars per million tokens; both are needed for a cost, 0 says that it is free."""
    cached_price: Price | None = None
    """Of input that the provider has in its cache; the input price when it is not set."""


class FileSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    model: str | None = None
    """A LiteLLM model name, such as anthropic/claude-sonnet-5, or demo."""
    api_base: str | None = None
    """The address of a server of the OpenAI format."""
    database: str | None = None
    """Where all sessions are kept: another file, or a PostgreSQL database for a team or several
    machines, postgresql://user@host/name (see the README)."""
    reader: Reader = "auto"
    """Who reads the stream: auto (directly where the server speaks OpenAI's format, which is
    quicker; LiteLLM for the rest) or litellm (for all)."""
    models: list[ModelSettings] = []
    """Context size and prices of models, a table each."""
    name: str = "Tyler"
    """What the assistant is called."""
    purpose: str = "To be a helpful assistant."
    """What the assistant is for; a part of the system prompt."""
    notes: str = ""
    """Added to the system prompt."""
    system: str | None = None
    """A system prompt in place of ours."""
    agents_md: bool = True
    """Whether the AGENTS.md of the workspace and of the folders above it joins the system
    prompt."""
    temperature: Temperature | None = None
    """0 to 2; the provider's own default when it is not set."""
    max_tokens: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """The longest answer, in tokens; the provider's own limit when it is not set."""
    max_characters: Annotated[int, msgspec.Meta(ge=1)] = 5_000_000
    """The longest answer that is taken, thinking and tool calls included: a model that goes on for
    ever is stopped there."""
    reasoning: str | None = None
    """low, medium or high, for models that think."""
    max_turns: Annotated[int, msgspec.Meta(ge=0)] = 25
    """How many rounds of tool calls one prompt may take."""
    fallback: str | list[str] = []
    """The model, or several, to answer when one fails: it is overloaded, out of credit, without a
    key, not reached."""
    compact_at: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.8
    """How full the model's context may be before older messages are summarised; 0 for never."""
    budget: Annotated[float, msgspec.Meta(gt=0)] | None = None
    """What one session may cost, in US dollars; no limit when it is not set."""
    retries: Annotated[int, msgspec.Meta(ge=0, le=10)] = 2
    """How often a request is tried again before its first token."""
    titles: bool = True
    """Whether the model gives a session a title after its first answer."""
    approval: Approval = "ask"
    """What runs unasked beyond reading: ask (nothing), edits (writing files), auto (all)."""
    tools: list[str] | None = None
    """The tools to offer, by name or pattern (web-*); all when it is not set."""
    rules: list[RuleTable] = []
    """Which tool calls run, ask or never run, whatever the mode; see the README."""
    agents: dict[str, Profile] = {}
    """Agents to choose with --agent NAME: [agents.NAME]."""
    keys: dict[str, str] = {}
    """Other keys for commands: "session.new" = "ctrl+shift+n"."""
    timeouts: TimeoutSettings = msgspec.field(default_factory=TimeoutSettings)
    """How long to wait for a model."""
    web: WebSettings = msgspec.field(default_factory=WebSettings)
    """What the web tools may do."""
    mcp: McpSettings = msgspec.field(default_factory=McpSettings)
    """Servers whose tools a model may use too."""
    ui: InterfaceSettings = msgspec.field(default_factory=InterfaceSettings)
    """How the chat looks and moves."""

    @property
    def fallback_models(self) -> list[str]:
        return [self.fallback] if isinstance(self.fallback, str) else self.fallback


class Settings(FileSettings, kw_only=True):
    """What the file says, under the environment and the flags."""

    origins: dict[str, str] = {}
    """What set a field, by its dotted name: a flag, a variable of the environment, or the line of
    the file. What is not here has its default."""
    fixed: frozenset[str] = frozenset()
    """The fields that the environment or a flag set, which no profile changes."""
    remarks: tuple[str, ...] = ()
    """What in the file has no effect, a line each."""
    agent: str = "default"
    """The profile that these are of; see `profiles.with_profile`."""

    @property
    def configured_base(self) -> str | None:
        """`api_base`, where somebody wrote it down: the program may have found another since."""
        return self.api_base if "api_base" in self.origins else None


def load(
    path: Path,
    environ: Mapping[str, str] | None = None,
    *,
    flags: Mapping[str, Any] | None = None,
    check_keys: CheckKeys | None = None,
) -> Settings:
    """The settings of the file at `path`, if there is one, under those of the environment and of
    `flags`, which are fields of Settings. The file is TOML, or a YAML config of Tyler's, as its
    name ends. `check_keys` reads the keys, as `keymap.checked` does.

    Raises ConfigError that names the file, the line and the field, and UsageError for a flag.
    """
    environ = os.environ if environ is None else environ
    file = _read(path, environ)
    values = file.values
    origins = {f"{section}.{field}".strip("."): file.place(section, field)
               for section, field in file.fields()}  # fmt: skip
    said_by = {name: variable for name, variable in _ENVIRONMENT.items() if environ.get(variable)}
    for name in said_by:
        section, _, field = name.rpartition(".")
        table = values.setdefault(section, {}) if section else values
        if isinstance(table, dict):  # else the file is refused below
            table[field] = _said_by_variable(name, environ)
    for field, value in (flags or {}).items():
        values[field] = value
        said_by[field] = "--" + field.replace("_", "-")
    theme = _theme_of_plugin(values)
    try:
        given = msgspec.convert(values, FileSettings)
    except msgspec.ValidationError as error:
        _check_named(file)
        raise explained(str(error), file, FileSettings, said_by=said_by) from error
    settings = Settings(
        **msgspec.structs.asdict(given),
        origins=origins | said_by,
        fixed=frozenset(said_by),
        remarks=file.remarks,
    )
    if theme is not None:
        settings.ui.theme = theme
    check_rules(settings.rules, file, "rules")
    for name, profile in settings.agents.items():
        check_rules(profile.rules, file, f"agents.{name}.rules")
    check_servers(settings.mcp.servers, file)
    if check_keys is not None:
        settings.keys = check_keys(settings.keys, lambda id: file.place("keys", id))
    return settings


def _read(path: Path, environ: Mapping[str, str]) -> TomlFile:
    if path.suffix.casefold() not in YAML_ENDINGS:
        return TomlFile.read(path)
    from tyler_tui import tyler_yaml  # noqa: PLC0415 - for those who have such a file

    return tyler_yaml.read(path, environ)


def _theme_of_plugin(values: dict[str, Any]) -> Theme | None:
    """Take the theme out of `values` where only a plug-in can have it: the screen looks there."""
    ui = values.get("ui")
    theme = ui.get("theme") if isinstance(ui, dict) else None
    if not isinstance(theme, str) or theme in get_args(Theme):
        return None
    if all(plugin.name != theme for plugin in plugins.found(plugins.THEMES)):
        return None
    del values["ui"]["theme"]
    return cast("Theme", theme)


def _said_by_variable(name: str, environ: Mapping[str, str]) -> object:
    """The value of a setting that a variable of the environment sets."""
    match name:
        case "web.allow_hosts":
            return hosts_allowed_by(environ)
        case "ui.accessible":
            return environ[_ENVIRONMENT[name]] != "0"
        case _:
            return environ[_ENVIRONMENT[name]]


def _check_named(file: TomlFile) -> None:
    """Raises ConfigError for the first profile or server that is wrong: msgspec says only that one
    is."""
    mcp = file.values.get("mcp")
    servers = mcp.get("servers") if isinstance(mcp, dict) else None
    kinds: list[tuple[str, object, type[msgspec.Struct]]] = [
        ("agents", file.values.get("agents"), Profile),
        ("mcp.servers", servers, McpServerSettings),
    ]
    for section, tables, kind in kinds:
        for name, values in tables.items() if isinstance(tables, dict) else ():
            try:
                msgspec.convert(values, kind)
            except msgspec.ValidationError as error:
                raise explained(str(error), file, kind, section=f"{section}.{name}") from error
