"""What everybody on a machine can see of its processes."""

from collections.abc import Iterator
from pathlib import Path


def command_lines() -> Iterator[bytes]:
    """Those of all processes of this machine."""
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                yield (process / "cmdline").read_bytes()
            except OSError:
                continue
