"""`tyler-chat mcp`: the MCP servers of the config listed, added to, taken from, and tried."""

import shutil
import sys
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tyler_tui.cli import completion
from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import ConfigFile, Json, add_group
from tyler_tui.cli.output import Column, write_json, write_table
from tyler_tui.cli.reporting import run_async
from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line, sanitize

if TYPE_CHECKING:
    from pathlib import Path

    from tyler_tui.mcp_settings import McpServerSettings
    from tyler_tui.tools.mcp import McpServers
    from tyler_tui.tools.mcp.server import McpServer

mcp_app = add_group("mcp")

_COLUMNS = (Column("SERVER", 12), Column("STATE", 5), Column("WHERE", 30, gives=1))


@mcp_app.callback(invoke_without_command=True)
def mcp(context: typer.Context) -> None:
    """List the MCP servers of the config; add or remove one, try them."""
    if context.invoked_subcommand is None:
        list_servers()


@mcp_app.command(
    "list",
    cls=Command,
    epilog="""
tyler-chat mcp list
tyler-chat mcp list --json
""",
)
def list_servers(config: ConfigFile = None, json_: Json = False) -> None:
    """List the MCP servers of the config. Nothing is started or reached.

    Into a pipe: one a line, with tabs between name, on or off, and command or address.
    """
    servers = _servers(config)
    rows = [(name, "on" if one.enabled else "off", _where(one)) for name, one in servers.items()]
    if json_:
        write_json([{"name": row[0], "enabled": row[1] == "on", "where": row[2]} for row in rows])
    elif rows:
        write_table(_COLUMNS, rows)
    else:
        sys.stderr.write("There are none. `tyler-chat mcp add NAME -- COMMAND` adds one.\n")


@mcp_app.command(
    "add",
    cls=Command,
    epilog="""
tyler-chat mcp add git -- uvx mcp-server-git --repository .
tyler-chat mcp add docs --url https://docs.example/mcp \\
    --header 'Authorization=Bearer ${TOKEN}'
""",
)
def add_one(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its tools are called NAME-tool.")],
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- COMMAND", show_default=False, help="What starts it."),
    ] = None,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Its address, if it has one.")
    ] = None,
    env: Annotated[
        list[str] | None,
        typer.Option("--env", metavar="KEY=VALUE", help="A variable for COMMAND; repeatable."),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option("--header", metavar="KEY=VALUE", help="Sent to URL; repeatable."),
    ] = None,
    cwd: Annotated[
        str | None, typer.Option("--cwd", metavar="DIR", help="Where COMMAND runs.")
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Write an MCP server into the config; all else in the file stays as it is.

    A VALUE may refer to a variable of the environment, so that no secret stands in the file: write
    '${TOKEN}' in single quotes, or the shell puts its value there. Others on this machine can see
    what follows COMMAND: a secret goes into --env.
    """
    from tyler_tui.config_writing import add_server  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.mcp_settings import McpServerSettings, secret_in_args  # noqa: PLC0415
    from tyler_tui.stdio.warning import write_warning  # noqa: PLC0415

    server = McpServerSettings(
        command=command[0] if command else None,
        args=command[1:] if command else [],
        url=url,
        env=_pairs("--env", env),
        headers=_pairs("--header", header),
        cwd=cwd,
    )
    path = _config_file(config)
    add_server(path, name, server)
    sys.stdout.write(f"{sanitize(str(path))}\n")
    if shown := secret_in_args(server):
        write_warning(
            f"others on this machine can see {shown!r} while it runs: use --env for that."
        )
    sys.stderr.write(f"`tyler-chat mcp test {name}` tries it.\n")


@mcp_app.command(
    "remove",
    cls=Command,
    epilog="""
tyler-chat mcp remove git
""",
)
def remove_one(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Of the server.", autocompletion=completion.servers),
    ],
    config: ConfigFile = None,
) -> None:
    """Take an MCP server out of the config; all else in the file stays as it is.

    To keep it there and leave it alone, write `enabled = false` below its name instead.
    """
    from tyler_tui.config_writing import remove_server  # noqa: PLC0415 - --help needs none of it

    path = _config_file(config)
    remove_server(path, name)
    sys.stdout.write(f"{sanitize(str(path))}\n")


@mcp_app.command(
    "test",
    cls=Command,
    epilog="""
tyler-chat mcp test
tyler-chat mcp test git
""",
)
def try_servers(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            show_default=False,
            help="Only these.",
            autocompletion=completion.servers,
        ),
    ] = None,
    config: ConfigFile = None,
    json_: Json = False,
) -> None:
    """Connect to the MCP servers, and tell what they have. Exits 1 when one cannot be used."""
    from pathlib import Path  # noqa: PLC0415 - --help needs none of it

    from tyler_tui.tools.mcp import McpServers, ServerState  # noqa: PLC0415

    found = _servers(config)
    wanted = {name: one for name, one in found.items() if one.enabled}
    if names:
        all_servers = McpServers(found)
        wanted = {all_servers.server(name).name: found[name] for name in names}
        for server in wanted.values():
            server.enabled = True
    if not wanted:
        raise UsageError(
            "There is no MCP server to try.", hint="`tyler-chat mcp add NAME -- COMMAND` adds one."
        )

    async def work() -> int:
        async with McpServers(wanted, Path.cwd()) as servers:
            all_ = [servers.server(name) for name in servers.names]
            if json_:
                write_json([_report(servers, server) for server in all_])
            else:
                for name in servers.names:
                    _tell(servers, name)
            states = {server.status.state for server in all_}
            return 0 if states == {ServerState.READY} else 1

    raise typer.Exit(run_async(work()))


def _config_file(config: str | None) -> "Path":
    from tyler_tui import paths  # noqa: PLC0415 - --help needs none of it

    return paths.config_file(config)


def _servers(config: str | None) -> "dict[str, McpServerSettings]":
    from tyler_tui.cli import logs  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.cli import options as given  # noqa: PLC0415

    logs.start()
    return given.settings(config).mcp.servers


def _where(server: "McpServerSettings") -> str:
    from tyler_tui.redaction import redacted  # noqa: PLC0415 - as above
    from tyler_tui.sanitize import without_credentials  # noqa: PLC0415

    if server.url is not None:
        return one_line(redacted(without_credentials(server.url) or ""))
    return one_line(redacted(" ".join([server.command or "", *server.args])))


def _tell(servers: "McpServers", name: str) -> None:
    from tyler_tui.tools.mcp.telling import told  # noqa: PLC0415 - as above

    first, *rest = told(servers, name)
    lines = [sanitize(first), *(f"  {sanitize(line)}" for line in rest)]
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        hanging = TextWrapper(
            width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
        )
        lines = [row for line in lines for row in hanging.wrap(line)]
    sys.stdout.write("\n".join([*lines, ""]))


def _report(servers: "McpServers", server: "McpServer") -> dict[str, Any]:
    status, offer = server.status, server.offer
    return {
        "name": server.name,
        "state": status.state.value,
        "reason": status.reason,
        "hint": status.hint,
        "connected_s": round(status.connected_s, 3),
        "tools": servers.tool_names(server.name),
        "left_out": list(status.left_out),
        "resources": [resource.uri for resource in offer.resources],
        "prompts": [prompt.name for prompt in offer.prompts],
    }


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    pairs = {}
    for text in given or ():
        key, is_pair, value = text.partition("=")
        if not (key and is_pair):
            raise UsageError(f"{option} takes KEY=VALUE, not {one_line(text, 40)!r}.")
        pairs[key] = value
    return pairs
