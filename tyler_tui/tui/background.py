"""Work that goes on beside the screen."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from textual.dom import DOMNode
from textual.worker import Worker

T = TypeVar("T")
Work = Callable[[], Coroutine[Any, Any, T]]
"""A function, not its coroutine: a worker that is cancelled before it began would never await
that, of which Python complains on the terminal."""


def run_beside(node: DOMNode, work: Work[T], group: str, *, exclusive: bool = False) -> Worker[T]:
    """Let `work` go on as a worker of `node`, `exclusive` in place of what its group does."""
    waiting = [work]

    async def begin() -> T:
        # What goes on from here may keep the worker for hours: not also what it was given.
        return await waiting.pop()()

    worker: Worker[T] = node.run_worker(begin, group=group, exclusive=exclusive)
    return worker
