"""Work done apart, in a process of its own: it can be stopped at any moment, keeps nobody waiting
and takes nobody down with it."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line
from tyler_tui.tools import processes
from tyler_tui.tools.workers import REFUSED


async def run_worker(
    name: str,
    request: dict[str, Any],
    *,
    timeout_s: float,
    limit: int,
    stdin: int = asyncio.subprocess.DEVNULL,
) -> tuple[str, bool]:
    """What the worker `name` says of `request`: at most `limit` bytes as text, and whether it was
    stopped at its time limit.

    Raises ToolError when the worker refuses or fails.
    """
    output = bytearray()

    def take(data: bytes) -> None:
        output.extend(data[: limit - len(output)])

    ended = await processes.run(
        # Without -P a file in the current folder could stand in for one of our modules.
        [sys.executable, "-P", "-m", f"tyler_tui.tools.workers.{name}", json.dumps(request)],
        folder=Path("/"),
        environment=_environment(),
        timeout_s=timeout_s,
        on_output=take,
        stdin=stdin,
    )
    text = output.decode(errors="replace")
    if ended.code == REFUSED:
        raise ToolError(text.strip())
    if ended.code and not ended.timed_out:
        last = text.strip().rpartition("\n")[2]
        raise ToolError(f"It failed: {one_line(last) or f'exit code {ended.code}'}.")
    return text, ended.timed_out


def _environment() -> dict[str, str]:
    """Nothing of ours but what it needs to find this package."""
    home = str(Path(__file__).parents[2])
    return {"PATH": os.defpath, "PYTHONPATH": home, "PYTHONUTF8": "1"}
