"""`python -m tests.hostile.freezes.timed_program LOG ARGUMENTS...`: the program, which writes every
turn of its event loop that took long into LOG as a line of JSON.

A turn is what happens between two looks at what has come in: a key that is pressed meanwhile waits
for its end. Its processor time is that of the thread, so it says the same on a busy machine.
"""

import cProfile
import gc
import io
import json
import os
import pstats
import selectors
import sys
import time
from typing import Any, TextIO

NOTED_S = 0.015
PROFILED_S = float(os.environ.get("FREEZES_PROFILE") or "inf")
"""From so many seconds on a turn is written with its profile, which makes it slower."""


class _Turns:
    """Times what happens between `begin` and `end`."""

    def __init__(self, log: TextIO) -> None:
        self._log = log
        self._began: tuple[float, float] | None = None
        self._profile: cProfile.Profile | None = None
        self._collecting_s = 0.0
        self._collecting_since = 0.0
        gc.callbacks.append(self._collects)

    def begin(self) -> None:
        self._collecting_s = 0.0
        if os.environ.get("FREEZES_PROFILE"):
            self._profile = cProfile.Profile()
            self._profile.enable()
        self._began = time.monotonic(), time.thread_time()

    def end(self) -> None:
        if self._began is None:
            return
        now, cpu = time.monotonic(), time.thread_time()
        if self._profile is not None:
            self._profile.disable()
        at, cpu_before = self._began
        told: dict[str, object] = {
            "at": at, "wall": now - at, "cpu": cpu - cpu_before, "gc": self._collecting_s
        }  # fmt: skip
        if cpu - cpu_before >= PROFILED_S and self._profile is not None:
            written = io.StringIO()
            pstats.Stats(self._profile, stream=written).sort_stats("cumtime").print_stats(45)
            told["profile"] = written.getvalue()
        if now - at >= NOTED_S:
            self._log.write(json.dumps(told) + "\n")
            self._log.flush()

    def _collects(self, phase: str, _: object) -> None:
        if phase == "start":
            self._collecting_since = time.thread_time()
        else:
            self._collecting_s += time.thread_time() - self._collecting_since


def _watch(log: TextIO) -> None:
    turns = _Turns(log)

    class TimedSelector(selectors.DefaultSelector):
        def select(self, timeout: float | None = None) -> Any:
            turns.end()
            found = super().select(timeout)
            turns.begin()
            return found

    vars(selectors)["DefaultSelector"] = TimedSelector  # asyncio takes it from there


if __name__ == "__main__":
    with open(sys.argv[1], "a", encoding="utf-8") as file:
        _watch(file)
        from tyler_tui.cli import main

        sys.argv = ["tyler-chat", *sys.argv[2:]]
        main()
