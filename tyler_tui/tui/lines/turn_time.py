"""How long one turn of the event loop may make rows: a key that is pressed meanwhile waits for its
end, however many items are on view, and however often they are asked for their rows."""

import asyncio
import time

LAYING_OUT_S = 0.02

_loop: asyncio.AbstractEventLoop | None = None
_until = 0.0


def left_s() -> float:
    """Seconds that are left of this turn's; without an event loop all of them."""
    global _loop, _until
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return LAYING_OUT_S
    if loop is not _loop:
        _loop, _until = loop, time.monotonic() + LAYING_OUT_S
        loop.call_soon(_end)
    return max(0.0, _until - time.monotonic())


def _end() -> None:
    global _loop
    _loop = None
