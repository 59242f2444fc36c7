"""Which process is writing a message: so that a message whose writer is gone reads as
interrupted, also when its process id has been given to another program since."""

import os
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@cache
def own_mark() -> str:
    """The mark of this process: boot, process id, start time."""
    return mark_of(os.getpid())


def is_alive(mark: str | None) -> bool:
    """Whether the process with that mark still runs."""
    if not mark:
        return False
    parts = mark.split(":")
    if len(parts) != 3 or not parts[1].isdigit() or parts[0] != _boot():
        return False
    pid = int(parts[1])
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it runs, under another user
    except OSError:
        return False
    return mark_of(pid) == mark


def mark_of(pid: int) -> str:
    """The mark of the process with that id."""
    return f"{_boot()}:{pid}:{_start_time(pid)}"


@cache
def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text("utf-8").strip().replace(":", "")
    except OSError:
        return ""


def _start_time(pid: int) -> str:
    """In clock ticks since boot; empty where the system does not tell, and for a process that has
    ended but was not waited for yet."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return ""
    # The name in parentheses may hold anything, so fields are counted from its end.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]
