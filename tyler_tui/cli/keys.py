"""`tyler-chat keys`: which key does what, as the config has it."""

import sys

from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import ConfigFile, Json, commands_app
from tyler_tui.cli.output import Column, write_json, write_table

_COLUMNS = (
    Column("KEYS", 14, gives=2),
    Column("SLASH", 6),
    Column("COMMAND", 10),
    Column("DOES", 28, gives=1),
)


@commands_app.command(
    "keys",
    cls=Command,
    epilog="""
tyler-chat keys
tyler-chat keys | grep session
""",
)
def keys(
    config: ConfigFile = None,
    json_: Json = False,
) -> None:
    """List the commands of the chat with their keys.

    Keys that something else takes before they get here, such as tmux, are told behind it.

    COMMAND is what the config's [keys] table calls it. Into a pipe: one a line, with tabs between
    keys, slash name, command and what it does.
    """
    from tyler_tui.cli import logs  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.cli import options as given  # noqa: PLC0415
    from tyler_tui.commands import TABLE, key_label, keys_of  # noqa: PLC0415
    from tyler_tui.keymap import clashes  # noqa: PLC0415

    logs.start()
    own = given.settings(config).keys
    found = clashes(own)
    if json_:
        commands = [
            {
                "id": command.id,
                "name": command.name,
                "keys": keys_of(command, own),
                "slash": command.slash,
                "does": command.help,
            }
            for command in TABLE
        ]
        taken = [
            {"key": clash.key, "id": clash.command.id, "taken_by": clash.taker} for clash in found
        ]
        write_json({"commands": commands, "clashes": taken})
        return
    rows = [
        (
            ", ".join(map(key_label, keys_of(command, own))),
            "".join(f"/{word}" for word in command.slash[:1]),
            command.id,
            command.help,
        )
        for command in TABLE
    ]
    write_table(_COLUMNS, rows)
    for clash in found:
        sys.stderr.write(f"! {key_label(clash.key)} ({clash.command.id}): {clash.taker}.\n")
    if sys.stdout.isatty():
        sys.stdout.write(
            '\nOther keys go into the config: [keys], then "session.new" = "f5, ctrl+n"; '
            '"" for none.\n'
        )
