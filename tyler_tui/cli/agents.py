"""`tyler-chat agents`: which agents there are to choose from."""

import sys

from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import ConfigFile, Json, commands_app
from tyler_tui.cli.output import Column, write_json, write_table
from tyler_tui.sanitize import one_line

_COLUMNS = (
    Column("AGENT", 12),
    Column("MODEL", 10, gives=2),
    Column("FOR", 20, gives=1),
)


@commands_app.command(
    "agents",
    cls=Command,
    epilog="""
tyler-chat agents
tyler-chat --agent researcher "How do heat pumps work?"
""",
)
def agents(
    config: ConfigFile = None,
    json_: Json = False,
) -> None:
    """List the agents for --agent: those that ship, and those of the config.

    Into a pipe: one a line, with tabs between name, model and what it is for.
    """
    from tyler_tui.cli import logs  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.cli import options as given  # noqa: PLC0415
    from tyler_tui.profiles import profiles  # noqa: PLC0415

    logs.start()
    found = profiles(given.settings(config))
    if json_:
        write_json(
            [
                {
                    "name": name,
                    "description": profile.description,
                    "model": profile.model,
                    "tools": profile.tools,
                    "approval": profile.approval,
                }
                for name, profile in found.items()
            ]
        )
        return
    rows = [
        (
            one_line(name, 40),
            one_line(profile.model or "", 60),
            one_line(profile.description or profile.purpose or "", 200),
        )
        for name, profile in found.items()
    ]
    write_table(_COLUMNS, rows)
    if sys.stdout.isatty():
        sys.stdout.write("\nUse one with --agent NAME; a new one is [agents.NAME] in the config.\n")
