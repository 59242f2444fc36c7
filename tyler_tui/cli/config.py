"""`tyler-chat config` and `paths`: what is set, and where things live."""

import os
import sys
from pathlib import Path

import typer

from tyler_tui.cli.command import Command
from tyler_tui.cli.commands_app import ConfigFile, Json, add_group, commands_app
from tyler_tui.cli.output import Column, write_json, write_table
from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line, sanitize

config_app = add_group("config")

_COLUMNS = (
    Column("SETTING", 20),
    Column("VALUE", 20, gives=1),
    Column("SET BY", 12, gives=2),
)


@config_app.callback(invoke_without_command=True)
def config(context: typer.Context) -> None:
    """Say where the config file is; make one, show what is in effect."""
    if context.invoked_subcommand is not None:
        return
    path = _path(None)
    sys.stdout.write(f"{sanitize(str(path))}\n")
    if sys.stdout.isatty():
        if path.exists():
            sys.stdout.write("`tyler-chat config show` checks it, and tells what is in effect.\n")
        else:
            sys.stdout.write("It is not there yet. `tyler-chat config init` writes one.\n")


@config_app.command(
    "init",
    cls=Command,
    epilog="""
tyler-chat config init
tyler-chat config init --config ./project.toml
""",
)
def init(config: ConfigFile = None) -> None:
    """Write a config file in which every setting is explained.

    All are commented out. A file that is there already stays as it is.
    """
    from tyler_tui import paths  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.config_text import template  # noqa: PLC0415
    from tyler_tui.yaml_file import ENDINGS  # noqa: PLC0415

    path = _path(config)
    if path.suffix.casefold() in ENDINGS:
        raise UsageError(
            f"{path} would be no YAML: a config of ours is TOML.",
            hint="Give it a name that ends in .toml.",
        )
    paths.private_folder(path.parent)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise UsageError(
            f"{path} is there already, and stays as it is.",
            hint="Move it away for a new one, or edit it. `tyler-chat config show` checks it.",
        ) from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(template())
    sys.stdout.write(f"{sanitize(str(path))}\n")


@config_app.command(
    "show",
    cls=Command,
    epilog="""
tyler-chat config show                 # what is in effect, and why
TYLER_CHAT_MODEL=demo tyler-chat config show --json | jq .model
""",
)
def show(config: ConfigFile = None, json_: Json = False) -> None:
    """Show what is in effect, and what set it.

    Keys and passwords are not shown. Into a pipe: one a line, with tabs between name, value as
    TOML, and what set it.
    """
    from tyler_tui.cli import logs  # noqa: PLC0415 - --help needs none of it
    from tyler_tui.cli import options as given  # noqa: PLC0415
    from tyler_tui.config_text import in_effect, shown  # noqa: PLC0415
    from tyler_tui.providers.catalog import environment_models  # noqa: PLC0415

    logs.start()
    rows = list(in_effect(given.settings(config)))
    for number, (name, value, _) in enumerate(rows):
        if name == "model" and not value and (found := environment_models()):
            rows[number] = (name, shown(found[0].model), found[0].label)
    if json_:
        write_json({name: {"value": value or None, "set_by": by} for name, value, by in rows})
    else:
        write_table(
            _COLUMNS, [(one_line(name, 60), value, one_line(by, 200)) for name, value, by in rows]
        )


@commands_app.command(
    "paths",
    cls=Command,
    epilog="""
tyler-chat paths
less "$(tyler-chat paths --json | jq -r .log)"
""",
)
def show_paths(json_: Json = False) -> None:
    """Show where config, sessions, prompts and log live, and the schemas of the JSON forms."""
    from tyler_tui import paths  # noqa: PLC0415 - platformdirs is for this and the store
    from tyler_tui.sessions_place import configured_place, shown_place  # noqa: PLC0415

    places = {
        "config": str(paths.config_file()),
        "sessions": shown_place(configured_place()),
        "prompts": str(paths.history_file()),
        "drafts": str(paths.drafts_folder()),
        "rules": str(paths.rules_file()),
        "state": str(paths.state_file()),
        "log": str(paths.log_file()),
        "schemas": str(paths.schemas_folder()),
    }
    if json_:
        write_json(places)
    else:
        for name, place in places.items():
            sys.stdout.write(f"{name:9} {sanitize(place)}\n")


def _path(given: str | None) -> Path:
    from tyler_tui import paths  # noqa: PLC0415 - --help needs none

    return paths.config_file(given)
