"""The command line: parse, build, hand over. Imports nothing that `--help` does not need."""

import gc
import os
import sys
from collections.abc import Collection, Sequence
from importlib import import_module
from typing import Any

PROGRAM = "tyler-chat"
FAMILIES = {
    "sessions": "sessions",
    "search": "search",
    "config": "config",
    "paths": "config",
    "export": "export",
    "import": "importing",
    "models": "models",
    "agents": "agents",
    "mcp": "mcp",
    "keys": "keys",
    "doctor": "doctor",
    "serve": "serve",
}
"""Which module here joins each command to `commands_app`."""

CANCELLED = 130
"""The exit code of what Ctrl+C ended."""

COMPLETING = "_TYLER_CHAT_COMPLETE"
"""The variable with which a shell asks for words that fit at the cursor."""


def main() -> None:
    """The console script."""
    # Or the collector walks all that is being imported, again and again: a tenth of the start.
    # Whatever runs for longer turns it on again when its imports are done.
    gc.disable()
    if instruction := os.environ.get(COMPLETING):
        from tyler_tui.cli.completing import answer  # noqa: PLC0415 - seldom wanted

        code = answer(instruction)
    else:
        try:
            code = run(sys.argv[1:])
        except KeyboardInterrupt:  # what answers to it was not imported yet
            code = CANCELLED
    # Or Python, at its end, looks for garbage in all that was imported: a seventh of a short run.
    gc.freeze()
    sys.exit(code)


def app_with(word: str | None) -> Any:
    """The app that has the command `word`, imported for it; that of the chat where it is none."""
    if word not in FAMILIES:
        return import_module(f"{__name__}.chat").chat_app
    import_module(f"{__name__}.{FAMILIES[word]}")
    return import_module(f"{__name__}.commands_app").commands_app


def _subcommands(word: str) -> Collection[str] | None:
    """The commands that the command `word` has; None when there is no such command."""
    from typer.main import get_command  # noqa: PLC0415 - as in `run`

    if word not in FAMILIES:
        return None
    command: Any = get_command(app_with(word))
    return getattr(command.commands[word], "commands", ())


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says; returns the exit code. A first word that names a command is
    that command, anything else is for the chat."""
    from typer.main import get_command  # noqa: PLC0415 - `main` comes before the imports

    from tyler_tui.cli.arguments import (  # noqa: PLC0415
        normalized,
        refuse_late_command,
        refuse_near_miss,
    )
    from tyler_tui.cli.reporting import exit_code_of  # noqa: PLC0415

    word = arguments[0] if arguments else None

    def work() -> Any:
        if word not in FAMILIES:
            refuse_near_miss(arguments, FAMILIES)
        command = get_command(app_with(word))
        given = list(arguments) if word in FAMILIES else normalized(arguments)
        # Not `command.main`, which has answers of its own to errors and broken pipes.
        with command.make_context(PROGRAM, given) as context:
            if word not in FAMILIES and "--" not in arguments and not context.params["print_"]:
                refuse_late_command(context.params["prompt"] or (), _subcommands)
            return command.invoke(context)

    return exit_code_of(work)
