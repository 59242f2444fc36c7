"""Notice when a model has gone silent, at next to no cost per token.

One timer is set for as far ahead as nothing can be due, and set again when it fires; a token only
writes down the time. Time that the reader of the events takes never counts as silence.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tyler_tui.errors import ProviderError

STANDSTILL_S = 1.0
"""A timer that fires so late says that the whole program was stopped."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for a model, in seconds.

    `connect_s` for the connection, `first_token_s` for the first piece of an answer, `idle_s`
    between two pieces, `answer_s` for a whole answer, however steadily it comes. After
    `stalled_notice_s` of silence a STALLED event says so.
    """

    connect_s: float = 15.0
    first_token_s: float = 120.0
    idle_s: float = 60.0
    stalled_notice_s: float = 10.0
    answer_s: float = 3_600.0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be more than 0 seconds")


class Watchdog:
    """Guards the reading of one stream, as a context manager round it.

    Raises ProviderError out of its block: of kind "timeout" when the silence was too long, of kind
    "truncated" when the answer was.
    """

    def __init__(self, timeouts: Timeouts, on_stall: Callable[[float], None]) -> None:
        self._timeouts = timeouts
        self._on_stall = on_stall
        self._loop = asyncio.get_running_loop()
        self._silent_since: float | None = self._loop.time()
        self._limit = timeouts.first_token_s
        self._notice_at = timeouts.stalled_notice_s
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._task: asyncio.Task[object] | None = None
        self._cancels = 0
        self._expired = False
        self._listened_s = 0.0

    def heard(self) -> None:
        """A piece arrived; until `listen` the reader is busy with it."""
        self._listened_s += self._silent_s
        self._silent_since = None
        self._limit = self._timeouts.idle_s
        self._notice_at = self._timeouts.stalled_notice_s

    def listen(self) -> None:
        """The reader waits for the next piece."""
        self._silent_since = self._loop.time()

    @property
    def _silent_s(self) -> float:
        return 0.0 if self._silent_since is None else self._loop.time() - self._silent_since

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        self._cancels = self._task.cancelling() if self._task is not None else 0
        self._set_timer(0.0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self._expired or self._task is None:
            return
        if self._task.uncancel() <= self._cancels and kind is asyncio.CancelledError:
            raise self._problem() from error

    def _problem(self) -> ProviderError:
        if self._is_too_long:
            return ProviderError(
                f"The answer was not whole after {self._timeouts.answer_s:g} s.",
                kind="truncated",
                hint="What arrived is kept. Ask it to go on, or raise the time-out `answer` in the "
                "config.",
            )
        return ProviderError(
            f"Nothing arrived for {self._limit:g} s.",
            kind="timeout",
            hint="Try again, or raise the time-outs in the config.",
            retryable=True,
        )

    @property
    def _is_too_long(self) -> bool:
        """The time that the reader takes does not count."""
        return self._listened_s + self._silent_s >= self._timeouts.answer_s

    def _set_timer(self, silent: float) -> None:
        # Limits shrink once something arrives, so no check may be further off than the shortest.
        left = min(self._limit, self._notice_at) - silent
        limits = self._timeouts
        longest = min(limits.idle_s, limits.stalled_notice_s, limits.answer_s)
        self._due = self._loop.time() + max(0.01, min(left, longest))
        self._timer = self._loop.call_at(self._due, self._check)

    def _check(self) -> None:
        late = self._loop.time() - self._due
        if late > STANDSTILL_S and self._silent_since is not None:
            # This program stood still, suspended say: what came meanwhile is not read yet.
            self._silent_since += late
        if self._silent_since is None:
            self._set_timer(0.0)
            return
        silent = self._silent_s
        if silent >= self._limit or self._is_too_long:
            self._expired = True
            if self._task is not None:
                self._task.cancel()
            return
        if silent >= self._notice_at:
            self._on_stall(silent)
            self._notice_at *= 2
        self._set_timer(silent)
