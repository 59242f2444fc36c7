"""What the commands beside the chat are joined to, and the options that many of them take."""

from typing import Annotated

import typer

from tyler_tui.cli.command import Group

_CONTEXT = {"help_option_names": ["-h", "--help"]}
commands_app = typer.Typer(
    cls=Group, add_completion=False, rich_markup_mode=None, context_settings=_CONTEXT
)


@commands_app.callback()
def _commands() -> None:
    """With this, Typer makes a group also of the one command whose module is imported."""


Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
ConfigFile = Annotated[
    str | None, typer.Option("--config", metavar="FILE", help="Another config file.")
]


def add_group(name: str) -> typer.Typer:
    """A command that has commands of its own."""
    group = typer.Typer(cls=Group, rich_markup_mode=None, context_settings=_CONTEXT)
    commands_app.add_typer(group, name=name)
    return group
