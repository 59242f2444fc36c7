"""What /proc tells of a program and its children, and the spinners that keep the cores awake."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields behind the name: [0] is the state."""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def tree(root: int) -> list[int]:
    """`root` and all processes below it."""
    parents: dict[int, int] = {}
    for folder in _PROC.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(folder.name)] = int(_stat(int(folder.name))[1])
    found = [root]
    for pid in found:
        found.extend(child for child, parent in parents.items() if parent == pid)
    return found


def cpu_s(root: int) -> float:
    """Seconds of CPU that the tree has used, ended children included."""
    ticks = 0
    for pid in tree(root):
        with contextlib.suppress(OSError):
            ticks += sum(int(field) for field in _stat(pid)[11:15])
    return ticks / _TICK


def rss_mb(root: int) -> float:
    """Resident memory of the tree."""
    return sum(_memory(pid, "VmRSS") for pid in tree(root))


def peak_mb(root: int) -> float:
    """The most that was resident since `reset_peak`."""
    return sum(_memory(pid, "VmHWM") for pid in tree(root))


def reset_peak(root: int) -> None:
    for pid in tree(root):
        (_PROC / str(pid) / "clear_refs").write_text("5")


def _memory(pid: int, field: str) -> float:
    with contextlib.suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) / 1024
    return 0.0


def free_share(seconds: float = 0.3) -> float:
    """How much of a core a busy loop gets. Where others compute, a floor that takes all it can
    get draws less, looks cheaper than it is, and makes the product's ratios look worse."""
    wall, cpu = time.monotonic(), time.process_time()
    while time.monotonic() - wall < seconds:
        pass
    return (time.process_time() - cpu) / (time.monotonic() - wall)


@contextlib.contextmanager
def awake_cores() -> Iterator[None]:
    """A core that sleeps between tokens makes the same work cost up to twice as much."""
    spinners = [
        subprocess.Popen(["nice", "-n", "19", sys.executable, "-c", "while True: pass"])
        for _ in range(os.cpu_count() or 1)
    ]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()
