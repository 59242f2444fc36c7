"""The command line: parse, build, hand over. Imports nothing that `--help` does not need."""

import gc
import sys
from collections.abc import Sequence
from typing import Any

PROGRAM = "tyler-chat"


def main() -> None:
    """The console script."""
    # Or the collector walks all that is being imported, again and again: a tenth of the start.
    # Whatever runs for longer turns it on again when its imports are done.
    gc.disable()
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says; returns the exit code. A first word that names a command is
    that command, anything else is for the chat."""
    from typer.main import get_command  # noqa: PLC0415 - `main` comes before the imports

    import tyler_tui.cli.models  # noqa: F401, PLC0415 - joins the commands
    from tyler_tui.cli.arguments import normalized  # noqa: PLC0415
    from tyler_tui.cli.chat import chat_app  # noqa: PLC0415
    from tyler_tui.cli.reporting import exit_code_of  # noqa: PLC0415
    from tyler_tui.cli.sessions import COMMANDS, commands_app  # noqa: PLC0415

    is_command = bool(arguments) and arguments[0] in COMMANDS
    app = commands_app if is_command else chat_app

    def work() -> Any:
        command = get_command(app)
        given = list(arguments) if is_command else normalized(arguments)
        # Not `command.main`, which has answers of its own to errors and broken pipes.
        with command.make_context(PROGRAM, given) as context:
            return command.invoke(context)

    return exit_code_of(work)
