"""The chat config of the Tyler framework, YAML, read as one of ours.

Its keys are the fields of Tyler's Agent: https://github.com/adamwdraper/slide. What has a meaning
here becomes a setting; what only Tyler has a use for is told, and changes nothing; what neither
knows is an error that names the line.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import field
from msgspec.structs import replace

from tyler_tui import regular_file
from tyler_tui.errors import ConfigError
from tyler_tui.mcp_names import tool_name
from tyler_tui.sanitize import one_line
from tyler_tui.toml_file import TomlFile, nearest
from tyler_tui.yaml_file import Lines, parsed

SAME = {
    "name": "name", "purpose": "purpose", "notes": "notes", "model_name": "model",
    "api_base": "api_base", "base_url": "api_base", "temperature": "temperature",
    "max_tool_iterations": "max_turns", "reasoning": "reasoning", "tools": "tools", "mcp": "mcp",
    "agents_md": "agents_md",
}  # fmt: skip
"""What Tyler calls each of our settings."""
UNUSED = {
    "api_key": "a key belongs into the environment, such as OPENAI_API_KEY",
    "extra_headers": "no headers of your own are sent",
    "version": "", "skills": "", "agents": "", "thread_store": "", "file_store": "",
    "agents_md_base_dir": "it is the workspace", "instruction_role": "", "drop_params": "",
    "retry_config": "retries are set in our own config", "response_type": "",
    "tool_context": "", "step_errors_raise": "",
}  # fmt: skip
"""What Tyler knows and a chat here has no use for, and why."""
TOOLS = {
    "web": ["web-*"], "files": ["files-*"], "command_line": ["command_line-*"],
    "web-fetch_page": ["web-fetch"], "web-download_file": ["web-download"],
    "files-read_file": ["files-read"], "files-write_file": ["files-write"],
    "command_line-run_command": ["command_line-run"],
}  # fmt: skip
"""Our tools for Tyler's, by group and by name."""
ELSEWHERE = ("audio", "image", "browser", "slack", "notion", "wandb")
"""Groups of tools that only Tyler has."""
SERVER = {
    "command": "command", "args": "args", "env": "env", "cwd": "cwd", "url": "url",
    "headers": "headers", "timeout_seconds": "connect_timeout",
    "tool_timeout_seconds": "call_timeout",
}  # fmt: skip
"""What Tyler calls each setting of an MCP server."""
SERVER_UNUSED = ("prefix", "include_tools", "fail_silent", "max_retries",
                 "sse_read_timeout_seconds")  # fmt: skip
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class TylerFile(TomlFile, frozen=True):
    """A YAML file, with values under our names."""

    lines: Mapping[str, int] = field(default_factory=dict)
    """The line that sets a setting, by its dotted name."""

    def place(self, section: str, field: str, *, nth: int = 0, holding: str = "") -> str:
        name = f"{section}.{field}".strip(".")
        while name:
            if name in self.lines:
                return f"{self.path}, line {self.lines[name]}"
            name = name.rpartition(".")[0]
        return str(self.path)

    def word(self, section: str, field: str) -> str:
        if section:
            return next((word for word, ours in SERVER.items() if ours == field), field)
        return next((word for word, ours in SAME.items() if ours == field), field)


def read(path: Path, environ: Mapping[str, str] | None = None) -> TylerFile:
    """The config at `path`. Raises ConfigError."""
    try:
        text = regular_file.read_text(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} cannot be read: it is not UTF-8 text.") from error
    values, lines = parsed(path, text)
    if values is None:
        return TylerFile(path, text, {})
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: a config has a name and a value in each line, as in name: Ada.")
    reader = _Reader(path, lines, os.environ if environ is None else environ)
    return replace(reader.settings(values), text=text)


class _Reader:
    """From Tyler's words to ours."""

    def __init__(self, path: Path, lines: Lines, environ: Mapping[str, str]) -> None:
        self._path = path
        self._lines = lines
        self._environ = environ
        self._values: dict[str, Any] = {}
        self._places: dict[str, int] = {}
        self._remarks: list[str] = []

    def settings(self, values: Mapping[Any, Any]) -> TylerFile:
        for word, value in values.items():
            if word in UNUSED:
                why = UNUSED[word] or "a chat has no use for it"
                self._remark((word,), f"`{word}` has no effect: {why}")
            elif word not in SAME:
                raise ConfigError(
                    f"{self._at(word)}: there is no setting `{one_line(str(word), 60)}`.",
                    hint=nearest(str(word), SAME),
                )
            elif value is not None:
                self._places[SAME[word]] = self._line(word)
                # Servers resolve what they refer to when they are connected: a token belongs
                # into no settings that can be shown.
                own = value if word == "mcp" else self._filled(value, (word,))
                special = self._special.get(word)
                made = special(own) if special is not None else own
                if made is not None:
                    self._values[SAME[word]] = made
            elif word == "agents_md":  # Tyler's word for no
                self._values["agents_md"] = False
        return TylerFile(self._path, "", self._values, tuple(self._remarks), self._places)

    @property
    def _special(self) -> Mapping[str, Callable[[Any], Any]]:
        return {"reasoning": self._reasoning, "tools": self._tools, "mcp": self._mcp,
                "agents_md": self._agents_md}  # fmt: skip

    def _reasoning(self, value: Any) -> Any:
        if isinstance(value, dict):
            if isinstance(value.get("effort"), str):
                return value["effort"]
            self._remark(("reasoning",), "`reasoning` has no effect: give low, medium or high")
            return None
        return value

    def _agents_md(self, value: Any) -> Any:
        if isinstance(value, str | list):
            self._remark(("agents_md",), "`agents_md` names files; those of the workspace and "
                         "above it are taken instead")  # fmt: skip
            return True
        return value

    def _tools(self, value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            return value
        patterns: list[str] = []
        for number, name in enumerate(value):
            way = ("tools", number)
            if name in ELSEWHERE or name.partition("-")[0] in ELSEWHERE:
                self._remark(way, f"the tools of {one_line(name, 40)!r} are not there")
            elif "/" in name or name.endswith(".py") or name.startswith("~"):
                self._remark(way, f"{one_line(name, 60)!r} is left out: no Python file is run")
            else:
                patterns += TOOLS.get(name, [name])
        return patterns

    def _mcp(self, value: Any) -> Any:
        listed = value.get("servers") if isinstance(value, dict) else None
        if not isinstance(listed, list):
            raise ConfigError(f"{self._at('mcp')}: `mcp` needs a list of `servers`.")
        servers: dict[str, Any] = {}
        hidden: list[str] = []
        for number, server in enumerate(listed):
            way = ("mcp", "servers", number)
            name = server.get("name") if isinstance(server, dict) else None
            if not isinstance(name, str):
                raise ConfigError(f"{self._at(*way)}: a server needs a `name`.")
            if name in servers:
                raise ConfigError(
                    f"{self._at(*way)}: two servers are called {one_line(name, 40)!r}."
                )
            made = self._server(name, server, way)
            if made is not None:
                servers[name] = made
                hidden += [tool_name(name, tool) for tool in self._excluded(server, way)]
        if hidden:
            self._values["rules"] = [{"deny": hidden}]
        return {"servers": servers}

    def _excluded(self, server: Mapping[Any, Any], way: tuple[str | int, ...]) -> list[str]:
        tools = server.get("exclude_tools") or []
        if not isinstance(tools, list) or not all(isinstance(tool, str) for tool in tools):
            raise ConfigError(f"{self._at(*way, 'exclude_tools')}: `exclude_tools` must be a list.")
        return tools

    def _server(
        self, name: str, server: Mapping[Any, Any], way: tuple[str | int, ...]
    ) -> dict[str, Any] | None:
        transport = server.get("transport")
        if transport not in (None, "stdio", "streamablehttp"):
            self._remark(
                way, f"the MCP server {one_line(name, 40)!r} is left out: it speaks "
                f"{one_line(str(transport), 20)}, not stdio or streamablehttp"
            )  # fmt: skip
            return None
        made: dict[str, Any] = {}
        self._places[f"mcp.servers.{name}"] = self._line(*way, "name")
        for word, value in server.items():
            if word in SERVER:
                made[SERVER[word]] = value
                self._places[f"mcp.servers.{name}.{SERVER[word]}"] = self._line(*way, word)
            elif word in SERVER_UNUSED:
                self._remark((*way, word), f"`{word}` of the MCP server {name} has no effect")
            elif word not in ("name", "transport", "exclude_tools"):
                known = (*SERVER, *SERVER_UNUSED, "name", "transport", "exclude_tools")
                raise ConfigError(
                    f"{self._at(*way, word)}: a server has no setting `{one_line(str(word), 60)}`.",
                    hint=nearest(str(word), known),
                )
        return made

    def _filled(self, value: Any, way: tuple[str | int, ...]) -> Any:
        """`value` with variables of the environment where it refers to them."""
        match value:
            case str():
                return _REFERENCE.sub(lambda found: self._variable(found, way), value)
            case list():
                return [self._filled(item, (*way, n)) for n, item in enumerate(value)]
            case dict():
                return {key: self._filled(item, (*way, str(key))) for key, item in value.items()}
            case _:
                return value

    def _variable(self, found: re.Match[str], way: tuple[str | int, ...]) -> str:
        value = self._environ.get(found[1])
        if value is None:
            self._remark(
                way, f"{found[1]} is not set in the environment; {found[0]} stays as it is"
            )
            return found[0]
        return value

    def _remark(self, way: tuple[str | int, ...], what: str) -> None:
        self._remarks.append(f"{self._at(*way)}: {what}.")

    def _line(self, *way: Any) -> int:
        """Where that stands, or what it stands in: keys of a merge (<<) have no line there."""
        while way and way not in self._lines:
            way = way[:-1]
        return self._lines[way] if way else 1

    def _at(self, *way: Any) -> str:
        while way:
            if way in self._lines:
                return f"{self._path}, line {self._lines[way]}"
            way = way[:-1]
        return str(self._path)
