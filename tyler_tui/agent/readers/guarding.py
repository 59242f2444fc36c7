"""A stream that always ends with an event, and never with an exception."""

import asyncio
import math
from collections.abc import AsyncGenerator

from tyler_tui.agent.readers.base import Events, Reader
from tyler_tui.agent.readers.pump import Pump
from tyler_tui.errors import TurnTimeoutError, TylerError
from tyler_tui.events import EventType, ExecutionEvent


def guarded(
    events: Events, *, total_s: float | None = None, idle_s: float | None = None
) -> Reader[ExecutionEvent]:
    """Make an EXECUTION_ERROR of everything that goes wrong: of what is raised, also because the
    turn could not start; of a turn that takes longer than `total_s` seconds; of `idle_s` seconds
    without an event; and of a source that ends without saying how.

    Whatever happens, exactly one event that `is_terminal` comes, and it is the last. What was
    read has been stopped by then. Neither the time that you take over an event nor, for `idle_s`,
    the time that someone takes over an approval counts. Raises ValueError for limits that cannot
    be.
    """
    return _Guarded(events, total_s, idle_s)


class _Guarded(Reader[ExecutionEvent]):
    def __init__(self, events: Events, total_s: float | None, idle_s: float | None) -> None:
        for name, limit in (("total_s", total_s), ("idle_s", idle_s)):
            if limit is not None and limit <= 0:
                raise ValueError(f"{name} must be more than 0 seconds, not {limit}")
        super().__init__(events)
        self._total_s = total_s if total_s is not None else math.inf
        self._idle_s = idle_s if idle_s is not None else math.inf
        self._pump = Pump(events)

    async def aclose(self) -> None:
        await self._pump.aclose()

    async def _walk(self) -> AsyncGenerator[ExecutionEvent, None]:
        clock = asyncio.get_running_loop().time
        total_left, idle_s, ended = self._total_s, self._idle_s, False
        async with self._pump:
            while True:
                asked_at, wait_s = clock(), min(total_left, idle_s)
                event = await self._pump.next(wait_s if wait_s < math.inf else None)
                total_left -= clock() - asked_at
                if not isinstance(event, ExecutionEvent):
                    break
                if ended:  # what follows the last word is not for the reader
                    continue
                ended = event.type.is_terminal
                asks = event.type is EventType.APPROVAL_REQUESTED
                idle_s = math.inf if asks else self._idle_s
                yield event
            gone = self._pump.is_closed  # by who reads, and wants no more
        if ended or gone:
            return
        if event is not None:
            yield _last_word(event.error)
        else:
            silent = wait_s == idle_s
            yield ExecutionEvent.failure(
                TurnTimeoutError(
                    f"Nothing happened for {idle_s:g} s." if silent
                    else f"The turn took longer than {self._total_s:g} s.",
                    hint="Try again, or allow more time.",
                )
            )  # fmt: skip


def _last_word(error: BaseException | None) -> ExecutionEvent:
    if isinstance(error, asyncio.CancelledError):
        return ExecutionEvent.cancelled()
    if isinstance(error, Exception):
        return ExecutionEvent.failure(error)
    return ExecutionEvent.failure(TylerError("The stream ended without saying how."))
