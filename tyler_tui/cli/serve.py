"""`tyler-chat serve`: the chat in a browser, over a WebSocket, and as server-sent events."""

import os
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from tyler_tui.cli import flags
from tyler_tui.cli.arguments import amount, number
from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import commands_app
from tyler_tui.cli.reporting import run_async
from tyler_tui.errors import UsageError

TOKEN_VARIABLE = "TYLER_CHAT_TOKEN"


@commands_app.command(
    "serve",
    cls=Command,
    epilog="""
tyler-chat serve
tyler-chat serve --port 9000 --agent researcher
TYLER_CHAT_TOKEN=… tyler-chat serve --host 0.0.0.0
""",
)
def serve(
    host: Annotated[
        str,
        typer.Option("--host", metavar="ADDRESS", help="Where to listen; 0.0.0.0 is everywhere."),
    ] = "127.0.0.1",
    port: Annotated[
        str, typer.Option("--port", metavar="N", help="0 takes one that is free.")
    ] = "8000",
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            metavar="SECRET",
            help=f"Ask every client for it. Better given as {TOKEN_VARIABLE}: others on this "
            "machine can see flags. One is made when --host is not this machine alone.",
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            "--allow-origin",
            metavar="ORIGIN",
            help="Let pages from there connect, such as https://chat.example.com; may be repeated. "
            "Also needed for the name of a proxy.",
        ),
    ] = None,
    approval_timeout: Annotated[
        str,
        typer.Option(
            "--approval-timeout",
            metavar="SECONDS",
            help="A question about a tool call that nobody answers is denied then.",
        ),
    ] = "300",
    model: flags.Model = None,
    agent: flags.Agent = None,
    system: flags.System = None,
    no_agents_md: flags.NoAgentsMd = False,
    cd: flags.Folder = None,
    tools: flags.Tools = None,
    no_tools: flags.NoTools = False,
    approval: flags.Approval = None,
    yolo: flags.Yolo = False,
    max_turns: flags.MaxTurns = None,
    budget: flags.Budget = None,
    config: flags.Config = None,
    debug: flags.Debug = False,
) -> int:
    """Serve the chat to browsers and programs, on this machine or on the network.

    The TUI stands at /, a WebSocket at /ws/chat, server-sent events come from POST /chat. What the
    messages are is told at /protocol.json and in the README.
    """
    from tyler_tui import build, front_ends  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.cli import logs  # noqa: PLC0415
    from tyler_tui.cli import options as given  # noqa: PLC0415
    from tyler_tui.web import options as web  # noqa: PLC0415

    logs.start(debug=debug)
    given.at_most_one(("-y", yolo), ("--approval", approval))
    given.at_most_one(("--tools", tools), ("--no-tools", no_tools))
    asked = token if token is not None else os.environ.get(TOKEN_VARIABLE) or None
    secret = web.token_for(host, asked)
    if secret is not None:
        # However it was given, from here on it is known for a secret, also by the programs behind
        # pages: what a model runs may find it in /proc, and is not told of it.
        os.environ[TOKEN_VARIABLE] = secret
    serving = web.ServeOptions(
        host=host,
        port=_port(port),
        token=secret,
        origins=web.origins(allow_origin or ()),
        approval_timeout_s=number("--approval-timeout", approval_timeout, least=1),
        terminal=(
            sys.executable,
            "-m",
            "tyler_tui",
            *_flags(
                {
                    "--agent": agent,
                    "--system": system,
                    "--cd": cd,
                    "--tools": tools,
                    "--approval": approval,
                    "--max-turns": max_turns,
                    "--budget": budget,
                    "--config": config,
                },
                {
                    "--no-tools": no_tools,
                    "--no-agents-md": no_agents_md,
                    "--yolo": yolo,
                    "--debug": debug,
                },
            ),
        ),
        # No flag: a session that is opened again goes on with its own model.
        environment=(("TYLER_CHAT_MODEL", model),) if model is not None else (),
    )
    settings = given.settings(
        config,
        model=model,
        approval="auto" if yolo else approval,
        max_turns=None if max_turns is None else number("--max-turns", max_turns, least=0),
        budget=None if budget is None else amount("--budget", budget),
        system=given.text(system),
        agents_md=False if no_agents_md else None,
        tools=given.names(tools),
    )
    options = build.Options(workspace=given.folder(cd), no_tools=no_tools, agent=agent)
    try:
        work = front_ends.run_serve(options, settings, serving)
    except ImportError as error:
        raise UsageError(
            f"The web front end needs {error.name or 'packages'}, which is not installed.",
            hint='pip install "tyler-tui[web]"',
        ) from error
    return run_async(work)


def _port(text: str) -> int:
    port = number("--port", text, least=0)
    if port > 65535:
        raise UsageError(f"There is no port {port}: 65535 is the last.")
    return port


def _flags(values: dict[str, str | None], switches: dict[str, bool]) -> Iterator[str]:
    """The flags as they were given, for a command line."""
    yield from (f"{flag}={value}" for flag, value in values.items() if value is not None)
    yield from (flag for flag, is_on in switches.items() if is_on)
