"""[mcp]: the MCP servers whose tools, resources and prompts a chat may use."""

import os
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated

import msgspec

from tyler_tui.errors import ConfigError
from tyler_tui.sanitize import one_line, without_credentials
from tyler_tui.toml_file import TomlFile

Seconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]

FAMILIES = ("command_line", "files", "web")
"""What the program's own tools are called by. A rule such as `files-*` must not come to cover what
somebody else's server does."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_PASSWORD_IN_ADDRESS = re.compile(r"://[^/@\s]*:[^/@\s]+@")
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class McpServerSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[mcp.servers.NAME]: an MCP server. It is started by a command, or has an address. In its text
    ${TOKEN} stands for that variable of the environment."""

    command: str | None = None
    """The program that is the server, and speaks over its standard input and output. It gets no
    variables of the environment but PATH, HOME and the like, and those in env."""
    args: list[str] = []
    """What follows the command. Others on this machine can see it: a secret belongs into env."""
    env: dict[str, str] = {}
    """Variables for the command."""
    cwd: str | None = None
    """The folder that it runs in; the workspace when it is not set."""
    url: str | None = None
    """In place of a command: the address of a server that speaks streamable HTTP."""
    headers: dict[str, str] = {}
    """What is sent to that address with each request."""
    enabled: bool = True
    """False leaves the server alone."""
    connect_timeout: Seconds = 30.0
    """How long it may take to start and say what it offers, in seconds."""
    call_timeout: Seconds = 120.0
    """How long one call of a tool may take, in seconds."""
    trust_hints: bool = False
    """True believes the server which of its tools only read; those run unasked."""


class McpSettings(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """[mcp]: servers of the Model Context Protocol. They need the extra mcp."""

    servers: dict[str, McpServerSettings] = {}
    """Servers, each with a name: [mcp.servers.NAME]."""


def check_servers(servers: Mapping[str, McpServerSettings], file: TomlFile) -> None:
    """Raises ConfigError for the first server that cannot be."""
    for name, server in servers.items():
        if problem := problem_of(name, server):
            what, hint = problem
            place = file.place("mcp.servers", name)
            raise ConfigError(f"{place}: the MCP server {one_line(name, 60)!r} {what}.", hint=hint)


def problem_of(name: str, server: McpServerSettings) -> tuple[str, str] | None:
    """What keeps a server from being used, and what to do about it; None when nothing does."""
    if not _NAME.fullmatch(name):
        return (
            "cannot be called that",
            "A name has up to 32 letters, digits, underscores and hyphens.",
        )
    if (family := name.partition("-")[0]) in FAMILIES:
        return (
            f"has a name that starts like the program's own {family} tools",
            "Call it something else: rules about those tools would be about its tools too.",
        )
    if (server.command is None) == (server.url is None):
        return (
            "needs a command or a url, and not both",
            'In the config, command = "uvx" or url = "https://…"; on the command line, '
            "-- COMMAND or --url URL.",
        )
    if server.url is not None and not server.url.startswith(("http://", "https://", "${")):
        return "has a url that is not http:// or https://", ""
    return None


def secret_in_args(server: McpServerSettings) -> str:
    """The first argument of a server that seems to hold a secret, or refers to one, as it may be
    shown; "" when none does. The system shows the arguments of a program to everybody on the
    machine."""
    from tyler_tui.redaction import is_secret_name, without_keys  # noqa: PLC0415 - not at the start

    for before, argument in pairwise(["", *server.args]):
        shown = without_keys(argument)
        names = [reference[1] for reference in REFERENCE.finditer(argument)]
        if any(map(is_secret_name, names)) or shown != argument:
            return one_line(shown, 60)
        if _PASSWORD_IN_ADDRESS.search(argument):
            return one_line(without_credentials(argument) or "", 60)
        name, _, value = argument.partition("=")
        if value and is_secret_name(name):
            return one_line(name, 60)
        if before.startswith("-") and is_secret_name(before) and not argument.startswith("-"):
            return one_line(before, 60)
    return ""


def resolved(text: str, environ: Mapping[str, str] | None = None) -> str:
    """`text` with the values of the variables that it refers to. Raises ConfigError for one that
    is not set."""
    environ = os.environ if environ is None else environ

    def value(reference: re.Match[str]) -> str:
        if (found := environ.get(reference[1])) is None:
            raise ConfigError(
                f"{reference[1]} is not set in the environment.",
                hint=f"Set {reference[1]}, or write its value into the config.",
            )
        return found

    return REFERENCE.sub(value, text)


def is_reference(text: str) -> bool:
    """Whether nothing but references stands in `text`, which may then be shown."""
    return REFERENCE.sub("", text).strip() in ("", "Bearer", "Basic")
