"""Adds to the config file of a user, who has comments in it and an order of their own: what stands
there stays byte for byte, and what is new comes behind it."""

import os
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path

import msgspec

from tyler_tui.config import FileSettings
from tyler_tui.config_text import toml_value
from tyler_tui.errors import ConfigError, UsageError
from tyler_tui.mcp_settings import McpServerSettings, problem_of
from tyler_tui.paths import private_folder
from tyler_tui.toml_file import TomlFile


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
            hint="Choose another name, or edit the file.",
        )
    if problem := problem_of(name, server):
        raise UsageError(f"The MCP server {name!r} {problem[0]}.", hint=problem[1])
    text = f"{file.text.rstrip()}\n\n" if file.text.strip() else ""
    text += "\n".join(_table(name, server)) + "\n"
    try:
        msgspec.convert(tomllib.loads(text), FileSettings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(
            f"{path} cannot be added to: {error}.",
            hint=f"Write it in yourself:\n{chr(10).join(_table(name, server))}",
        ) from error
    _replace(path, text)


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
    """Write the file as a whole or not at all, where a link leads, with the rights that it has."""
    path = path.resolve()
    private_folder(path.parent)
    try:
        mode = path.stat().st_mode & 0o777
    except FileNotFoundError:
        mode = 0o600
    handle, new = -1, ""
    try:
        handle, new = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(new, path)
    except OSError as error:
        if new:
            with suppress(OSError):
                os.unlink(new)
        raise ConfigError(f"{path} cannot be written: {error.strerror}.") from error
