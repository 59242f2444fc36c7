"""Errors on standard error, as what went wrong and what to do; never a traceback unasked."""

import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import typer

from tyler_tui.errors import TylerError

CANCELLED = 130


@contextmanager
def guarded(*, debug: bool = False) -> Iterator[None]:
    """Turn a TylerError into its message and exit code, Ctrl+C into 130, and a reader that has
    gone away into a quiet end."""
    try:
        yield
    except TylerError as error:
        if debug:
            import logging  # noqa: PLC0415 - only with --debug

            logging.getLogger("tyler_tui").exception("ended by an error")
        sys.stderr.write(f"{error.title}: {error.message}\n")
        if error.hint:
            sys.stderr.write(f"→ {error.hint}\n")
        raise typer.Exit(error.exit_code) from error
    except BrokenPipeError:
        import os  # noqa: PLC0415 - only for a broken pipe

        # Python would complain again when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except KeyboardInterrupt:
        raise typer.Exit(CANCELLED) from None


def run_async(work: Coroutine[Any, Any, int]) -> int:
    """Run a coroutine to its end and return its exit code."""
    import asyncio  # noqa: PLC0415 - --help needs none

    return asyncio.run(work)
