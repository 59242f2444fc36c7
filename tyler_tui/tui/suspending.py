"""Ctrl+Z: the program stops, the shell has the terminal back, and `fg` goes on.

All of the program stands still meanwhile, also an answer that is under way: what the model sends
waits in the connection, as long as the provider has the patience.
"""

import os
import signal
import sys
from typing import Any

from textual.app import App, SuspendNotSupported

from tyler_tui.errors import UsageError


def suspend(app: App[Any], *, is_answering: bool) -> None:
    """Stop until the shell lets the program go on. Raises UsageError where there is no shell that
    could."""
    if not _has_shell():
        raise UsageError(
            "There is no shell here that could bring tyler-chat back.",
            hint="Started from a shell it can be suspended.",
        )
    told = "tyler-chat and its answer wait" if is_answering else "tyler-chat waits"
    try:
        with app.suspend():
            sys.stderr.write(f"{told}; fg goes on.\n")
            sys.stderr.flush()
            # As the terminal does: all of this job, so that what it was started through stops too.
            os.kill(0, signal.SIGTSTP)
    except SuspendNotSupported as error:
        raise UsageError("This terminal cannot be given back for a while.") from error


def _has_shell() -> bool:
    """Whether this is a job of a shell, rather than all that its terminal was opened for."""
    if not hasattr(os, "getsid") or sys.__stdin__ is None or not sys.__stdin__.isatty():
        return False
    return os.getpgrp() != os.getsid(0)
