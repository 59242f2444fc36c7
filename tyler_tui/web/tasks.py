"""Ending the tasks that serve one client."""

import asyncio
import logging
from typing import Any

from starlette.websockets import WebSocketDisconnect

GONE = (TimeoutError, OSError, WebSocketDisconnect)
"""What sending raises when the client is gone, or takes nothing any more."""
_log = logging.getLogger(__name__)


async def end(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel the tasks and wait for their end. What went wrong in them is logged, but for a client
    that has left."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, GONE):
            _log.error("a client could not be served to the end", exc_info=error)
