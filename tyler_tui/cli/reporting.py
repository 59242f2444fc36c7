"""How a run of the program ends: an exit code, and on standard error what went wrong and what to
do about it. Never a traceback: those go to the log."""

import gc
import io
import os
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TextIO

import typer

from tyler_tui.cli import CANCELLED
from tyler_tui.errors import TylerError, UsageError
from tyler_tui.sanitize import one_line, sanitize

if TYPE_CHECKING:
    from typing_extensions import Buffer

FAILED = 1

_TyperUsageError: Any = typer.BadParameter.__base__
"""What Typer raises for a command line that it cannot read; older versions take it from Click."""


def exit_code_of(work: Callable[[], int | None]) -> int:
    """Run `work`, which may raise anything; returns what the program exits with."""
    _prepare_streams()
    try:
        code = _reported(work)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader has seen enough
        _silence(sys.stdout)
        return 0
    except OSError as error:  # of standard output itself as a rule: a full disk
        _log(error)
        place = f": {error.filename}" if error.filename else ""
        report(TylerError(f"{error.strerror or error}{place}"))
        with suppress(OSError):
            sys.stdout.flush()
        _silence(sys.stdout)
        return FAILED


def _reported(work: Callable[[], int | None]) -> int:
    try:
        return work() or 0
    except typer.Exit as stop:
        return stop.exit_code
    except TylerError as error:
        _log(error)
        report(error)
        return error.exit_code
    except _TyperUsageError as error:
        program = error.ctx.command_path if error.ctx is not None else "tyler-chat"
        hint = f"`{program} --help` shows what there is."
        report(UsageError(one_line(error.format_message()), hint=hint))
        return UsageError.exit_code
    except KeyboardInterrupt:
        return CANCELLED
    except OSError:
        raise
    except Exception as error:
        from tyler_tui.redaction import redacted  # noqa: PLC0415 - only when something went wrong

        message = f"{type(error).__name__}: {one_line(redacted(str(error)))}"
        report(TylerError(message, hint=f"This is a fault of the program. {_keep(error)}"))
        return FAILED


def report(error: TylerError) -> None:
    """Say on standard error what went wrong, and what to do."""
    from tyler_tui.redaction import without_keys, without_own_keys  # noqa: PLC0415 - seldom

    def shown(text: str) -> str:
        return sanitize(without_keys(without_own_keys(text)))

    sys.stderr.write(f"Error: {shown(error.message)}\n")
    if error.hint:
        sys.stderr.write(f"→ {shown(error.hint)}\n")


def run_async(work: Coroutine[Any, Any, int]) -> int:
    """Run a coroutine to its end and return its exit code."""
    import asyncio  # noqa: PLC0415 - --help needs none

    gc.freeze()  # what is imported by now stays
    gc.enable()
    return asyncio.run(work)


def _prepare_streams() -> None:
    """Standard streams that are closed, or cannot show a letter, are no reason to fail."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - lives as long as the program
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    # Not what someone has put in its place.
    if isinstance(sys.stderr, io.TextIOWrapper) and sys.stderr is sys.__stderr__:
        errors = io.BufferedWriter(_LastWords(sys.stderr.fileno(), "wb", closefd=False))
        sys.stderr = io.TextIOWrapper(
            errors, encoding=sys.stderr.encoding, errors="replace", line_buffering=True
        )


class _LastWords(io.FileIO):
    """Standard error. Where it is full, or its reader gone, nobody can be told so; what is done,
    and the exit code, stay what they are."""

    def write(self, data: "Buffer") -> int:
        try:
            return super().write(data)
        except OSError:
            return len(memoryview(data).cast("B"))


def _silence(stream: TextIO) -> None:
    """Python flushes the standard streams once more at its end, and would complain again."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _log(error: Exception) -> None:
    import logging  # noqa: PLC0415 - only when something went wrong

    logging.getLogger("tyler_tui").debug("ended by an error", exc_info=error)


def _keep(error: Exception) -> str:
    """Write a report of a fault. Says where it is."""
    from tyler_tui.crash import write_report  # noqa: PLC0415 - only when something went wrong

    path = write_report(error)
    return f"The report is in {path}" if path else "Its report could not be written."
