"""The command line: parse, build, hand over. Imports nothing that `--help` does not need."""

import sys
from collections.abc import Sequence
from typing import Any

import typer.main

from tyler_tui.cli.arguments import normalized
from tyler_tui.cli.chat import chat_app
from tyler_tui.cli.reporting import exit_code_of
from tyler_tui.cli.sessions import COMMANDS, commands_app

PROGRAM = "tyler-chat"


def main() -> None:
    """The console script."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says; returns the exit code. A first word that names a command is
    that command, anything else is for the chat."""
    is_command = bool(arguments) and arguments[0] in COMMANDS
    app = commands_app if is_command else chat_app

    def work() -> Any:
        command = typer.main.get_command(app)
        given = list(arguments) if is_command else normalized(arguments)
        # Not `command.main`, which has answers of its own to errors and broken pipes.
        with command.make_context(PROGRAM, given) as context:
            return command.invoke(context)

    return exit_code_of(work)
