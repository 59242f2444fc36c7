"""A text in an editor of the user's own, which has the terminal for as long as it runs."""

import asyncio
import contextlib
import os
import shlex
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from tyler_tui.errors import UsageError
from tyler_tui.sanitize import one_line, sanitize

FALLBACKS = ("nano", "vim", "vi")
"""Asked for in this order where no variable names an editor."""


async def edited(app: App[Any], text: str) -> str:
    """What the user makes of `text`. The program goes on meanwhile, but draws nothing. Raises
    UsageError that says why there is no result; what the editor left is then named."""
    command = _command(os.environ)
    file = _write(text)
    keep = False
    try:
        try:
            with app.suspend(), app.batch_update(), _ignoring_interrupts():
                code = await _run([*command, str(file)])
        except SuspendNotSupported as error:
            raise UsageError(
                "An editor needs a terminal of its own, and there is none here.",
                hint="In a terminal, tyler-chat opens one with Ctrl+G.",
            ) from error
        after = _read(file)
        if code:
            keep = after != text
            left = f" What it left is in {file}." if keep else ""
            raise UsageError(f"{one_line(command[0], 60)} ended with code {code}.{left}")
        return after
    finally:
        if not keep:
            file.unlink(missing_ok=True)


def _command(environ: Mapping[str, str]) -> list[str]:
    """The editor and its arguments. Raises UsageError."""
    for variable in ("VISUAL", "EDITOR"):
        if not (wanted := environ.get(variable, "").strip()):
            continue
        try:
            command = shlex.split(wanted)
        except ValueError as error:
            raise UsageError(f"${variable} is no command: {one_line(wanted, 60)}.") from error
        if shutil.which(command[0]) is None:
            raise UsageError(
                f"There is no program {one_line(command[0], 60)!r}, which ${variable} names.",
                hint=f"Set {variable} to an editor, such as nano or `code --wait`.",
            )
        return command
    found = next((name for name in FALLBACKS if shutil.which(name)), None)
    if found is None:
        raise UsageError("No editor was found.", hint="Set EDITOR to one, such as nano.")
    return [found]


def _write(text: str) -> Path:
    """A new file with the text, readable by the user alone. Raises UsageError."""
    try:
        handle, name = tempfile.mkstemp(prefix="tyler-chat-", suffix=".md")
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(f"{text}\n" if text else "")
    except OSError as error:
        raise UsageError(f"No file could be made for the editor: {error.strerror}.") from error
    return Path(name)


def _read(file: Path) -> str:
    try:
        return sanitize(file.read_text("utf-8", "replace")).removesuffix("\n")
    except OSError as error:
        raise UsageError(f"The editor's file cannot be read: {error.strerror}.") from error


async def _run(command: list[str]) -> int:
    """Run a program on the terminal; returns its exit code. Raises UsageError."""
    try:
        process = await asyncio.create_subprocess_exec(*command)
    except OSError as error:
        name = one_line(command[0], 60)
        raise UsageError(f"{name} could not be started: {error.strerror}.") from error
    return await process.wait()


@contextlib.contextmanager
def _ignoring_interrupts() -> Iterator[None]:
    """Ctrl+C belongs to the editor, though it reaches all that the terminal runs."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
