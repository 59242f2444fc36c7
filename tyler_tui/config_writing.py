"""Adds to the config file of a user, and takes away from it. They have comments in it and an order
of their own: what is meant by no change stays byte for byte, and what is new comes behind it."""

import re
import tomllib
from pathlib import Path

import msgspec

from tyler_tui.config import FileSettings
from tyler_tui.config_text import toml_value
from tyler_tui.errors import ConfigError, UsageError
from tyler_tui.mcp_settings import McpServerSettings, problem_of
from tyler_tui.paths import private_folder
from tyler_tui.sanitize import one_line
from tyler_tui.toml_cutting import without_table
from tyler_tui.toml_file import TomlFile, nearest
from tyler_tui.whole_file import write_whole

_BOM = "\ufeff"


def add_server(path: Path, name: str, server: McpServerSettings) -> None:
    """Write an MCP server behind the config at `path`, which is made if it is not there.

    Raises UsageError for a name that is taken or a server that cannot be, and ConfigError when the
    file cannot be used or written; then it stays as it was.
    """
    file = TomlFile.read(path)
    mcp = file.values.get("mcp", {})
    if isinstance(mcp, dict) and name in mcp.get("servers", {}):
        raise UsageError(
            f"{file.place('mcp.servers', name)}: there is an MCP server {name!r} already.",
            hint=f"Choose another name, or take it out first: `tyler-chat mcp remove {name}`.",
        )
    if problem := problem_of(name, server):
        raise UsageError(f"The MCP server {name!r} {problem[0]}.", hint=problem[1])
    table = "\n".join(_table(name, server))
    text = _as_it_stands(path)
    above = f"{text.rstrip()}\n\n" if text.strip(_BOM).strip() else ""
    text = f"{above}{table}\n"
    if "\r\n" in text:
        text = re.sub(r"(?<!\r)\n", "\r\n", text)
    try:
        msgspec.convert(tomllib.loads(text.removeprefix(_BOM)), FileSettings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(
            f"{path} cannot be added to: {error}.",
            hint=f"Write it in yourself:\n{table}",
        ) from error
    _replace(path, text)


def remove_server(path: Path, name: str) -> None:
    """Take an MCP server out of the config at `path`: its tables, with the comments in them. What
    stands above and behind them stays.

    Raises UsageError when there is none of that name, and ConfigError when the file cannot be used
    or written, or has the server in a form that cannot be taken out for sure, such as one line for
    several; then it stays as it was.
    """
    file = TomlFile.read(path)
    mcp = file.values.get("mcp")
    servers = mcp.get("servers") if isinstance(mcp, dict) else None
    if not isinstance(servers, dict) or name not in servers:
        raise UsageError(
            f"There is no MCP server {one_line(name, 60)!r} in {path}.",
            hint=nearest(name, servers) if servers else "There is none at all.",
        )
    text = _as_it_stands(path)
    bom = _BOM if text.startswith(_BOM) else ""
    left = without_table(text.removeprefix(_BOM), ("mcp", "servers", name))
    if left is None:
        raise ConfigError(
            f"{file.place('mcp.servers', name)}: the MCP server {name!r} has no table of its own.",
            hint="Take it out of the file yourself.",
        )
    _replace(path, bom + left)


def _as_it_stands(path: Path) -> str:
    """The text with its line ends, and its mark of Unicode where it has one."""
    try:
        return path.read_bytes().decode()
    except FileNotFoundError:
        return ""


def _table(name: str, server: McpServerSettings) -> list[str]:
    """The lines of a server: what differs from the defaults."""
    default = McpServerSettings()
    fields = [
        f"{field} = {toml_value(getattr(server, field))}"
        for field in McpServerSettings.__struct_fields__
        if getattr(server, field) != getattr(default, field)
    ]
    return [f"[mcp.servers.{name}]", *fields]


def _replace(path: Path, text: str) -> None:
    private_folder(path.resolve().parent)
    try:
        write_whole(path, text)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error
