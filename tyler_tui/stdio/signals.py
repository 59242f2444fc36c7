"""Signals that stop the answer, not the program."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress

_STOPPING = ("SIGINT", "SIGTERM", "SIGHUP")


class StopOnSignals:
    """A signal calls `stop` with its number instead of ending the program; the next one ends it.
    Signals that are ignored (`nohup`) stay so. Use as a context manager, in a running loop."""

    def __init__(self, stop: Callable[[int], object]) -> None:
        self._call = stop
        self._handled: list[int] = []

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        for name in _STOPPING:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                with suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self._stop, number)
                    self._handled.append(number)

    def __exit__(self, *_: object) -> None:
        loop = asyncio.get_running_loop()
        while self._handled:
            loop.remove_signal_handler(self._handled.pop())

    def _stop(self, number: int) -> None:
        self.__exit__()
        self._call(number)
