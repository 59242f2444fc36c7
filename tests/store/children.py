"""Python code run in real child processes."""

import subprocess
from collections.abc import Callable
from pathlib import Path

StartChild = Callable[..., subprocess.Popen[str]]


def contents(path: Path) -> bytes:
    return path.read_bytes()


def finish(child: subprocess.Popen[str], timeout: float = 60) -> str:
    """Wait for a child to end well; returns what it printed."""
    output, errors = child.communicate(timeout=timeout)
    assert child.returncode == 0, errors
    assert errors == ""
    return output
