"""How the command line is read where Click has no word for it: a prompt in place of a command,
and an option whose value may be left out."""

from collections.abc import Sequence

import click
from typer.core import TyperGroup

DEFAULT_COMMAND = "chat"
_OPTIONAL_VALUE = ("-r", "--resume")


def normalized(arguments: Sequence[str], commands: Sequence[str]) -> list[str]:
    """Arguments as Click can read them: the default command is named unless the first word names
    one, and `-r` without a value gets an empty one."""
    given = list(arguments)
    if given and (given[0] in commands or given[0] in ("-h", "--help")):
        return given
    read: list[str] = [DEFAULT_COMMAND]
    for number, word in enumerate(given):
        if word == "--":
            return read + given[number:]
        following = given[number + 1 : number + 2]
        if word in _OPTIONAL_VALUE and (not following or following[0].startswith("-")):
            word = "--resume="
        read.append(word)
    return read


class DefaultCommandGroup(TyperGroup):
    """Words that name no command are the prompt of the default one; `--help` shows its options
    together with the commands."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, normalized(args, [*self.commands]))

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PROMPT] | COMMAND [ARGS]...")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        chat = self.commands[DEFAULT_COMMAND]
        rows = [
            record for option in chat.get_params(ctx) if (record := option.get_help_record(ctx))
        ]
        with formatter.section("Options"):
            formatter.write_dl([row for row in rows if row[0].startswith("-")])
        self.format_commands(ctx, formatter)
