"""The report of a fault that nobody foresaw: where it happened, and on what.

It goes to a file of its own beside the log, so that it can be looked at and sent on. Values of
variables are left out, and the text goes through `redacted`: it must hold no key.
"""

import os
import platform
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from tyler_tui import paths
from tyler_tui.redaction import redacted, without_own_keys
from tyler_tui.sanitize import sanitize

MOST_REPORTS = 10
"""Older ones are deleted."""
_PACKAGES = ("tyler-tui", "textual", "rich", "litellm", "httpx")
_VARIABLES = ("TERM", "TERM_PROGRAM", "COLORTERM", "LANG", "LC_ALL", "TMUX", "ZELLIJ", "STY")
"""Of the environment only what says which terminal it is."""


def write_report(error: BaseException) -> Path | None:
    """Write the report of `error`, readable by the user alone; returns where it is, None when it
    cannot be written."""
    moment = datetime.now(UTC)
    folder = paths.log_file().parent
    path = folder / f"crash-{moment:%Y%m%d-%H%M%S}-{os.getpid()}.txt"
    try:
        paths.private_folder(folder)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(report(error, moment))
        for old in sorted(folder.glob("crash-*.txt"))[:-MOST_REPORTS]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path


def report(error: BaseException, moment: datetime) -> str:
    """What the file says."""
    facts = [
        f"tyler-chat stopped by a fault of its own, {moment:%Y-%m-%d %H:%M:%S} UTC.",
        "",
        *(f"{name} {_version(name)}" for name in _PACKAGES),
        f"Python {platform.python_version()} on {platform.platform()}",
        *(f"{name}={os.environ[name]}" for name in _VARIABLES if name in os.environ),
        "arguments: " + " ".join(word for word in sys.argv[1:] if word.startswith("-")),
        "",
    ]
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return sanitize(redacted(without_own_keys("\n".join(facts) + "\n" + "".join(lines))))


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - for a report

    try:
        return version(package)
    except PackageNotFoundError:
        return "is not installed"
