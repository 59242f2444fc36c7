"""What runs the examples: `asyncio.run`, with a good end where the reader of the output is gone."""

import asyncio
import os
import sys
from collections.abc import Coroutine
from typing import Any


def run(work: Coroutine[Any, Any, int | None]) -> None:
    """Run `work` and exit with its result. Where the reader of the output, `head` for one, has seen
    enough, that is a good end too."""
    try:
        code = asyncio.run(work)
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # or Python, flushing at its end, complains again
        code = 0
    sys.exit(code)
