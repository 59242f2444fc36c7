"""What `agent.go` returns: a turn to iterate, to await, or to cancel.

The turn runs in a task of its own and pushes; the stream lets people pull. The queue between is
bounded, so a slow reader slows the model's stream rather than filling the memory.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AbstractAsyncContextManager
from typing import Self

from tyler_tui.agent.turn import AgentResult, Listener, Turn
from tyler_tui.errors import ExecutionCancelledError, ExecutionFailedError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, Thread, Usage

QUEUE_SIZE = 256

Start = Callable[[Listener], AbstractAsyncContextManager[Turn]]
"""Gives the turn, ready to run, and holds what it needs until it has run."""


class _Run:
    """The task of a turn and the events between it and a reader."""

    def __init__(self, start: Start) -> None:
        self.events: list[ExecutionEvent] = []
        self.task: asyncio.Task[AgentResult] | None = None
        self.turn: Turn | None = None
        self._start = start
        self._queue: deque[ExecutionEvent] = deque()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._pulled = False
        self._awaited = False
        self._cancelled = False

    def begin(self, *, pulled: bool) -> "asyncio.Task[AgentResult]":
        if self.task is None:
            self._pulled = pulled
            self.task = asyncio.create_task(self._work())
            self.task.add_done_callback(self._done)
        return self.task

    async def _work(self) -> AgentResult:
        async with self._start(self._push) as self.turn:
            return await self.turn.run()

    async def _push(self, event: ExecutionEvent) -> None:
        self.events.append(event)
        if not self._pulled:
            return
        self._queue.append(event)
        self._news.set()
        while self._is_full and not event.type.is_terminal:
            self._room.clear()
            await self._room.wait()

    @property
    def _is_full(self) -> bool:
        return self._pulled and not self._awaited and len(self._queue) >= QUEUE_SIZE

    def _done(self, task: "asyncio.Task[AgentResult]") -> None:
        if not task.cancelled():
            task.exception()  # seen: whoever reads or awaits raises it
        elif not self.events or not self.events[-1].type.is_terminal:
            # Cancelled before the turn could say so itself.
            event = ExecutionEvent.cancelled()
            self.events.append(event)
            self._queue.append(event)
        self._news.set()

    async def next(self) -> ExecutionEvent:
        task = self.begin(pulled=True)
        while not self._queue:
            if task.done():
                if not task.cancelled() and (error := task.exception()) is not None:
                    raise error
                raise StopAsyncIteration
            self._news.clear()
            try:
                await self._news.wait()
            except asyncio.CancelledError:
                await self.stop()
                raise
        event = self._queue.popleft()
        if len(self._queue) < QUEUE_SIZE // 2:
            self._room.set()
        return event

    async def finish(self) -> None:
        """Wait for the end. Who waits does not read, so the queue may grow."""
        task = self.begin(pulled=False)
        self._awaited = True
        self._room.set()
        await asyncio.wait([task])

    def cancel(self) -> None:
        task = self.begin(pulled=True)
        if not self._cancelled:  # a second one would hit the turn while it keeps what there is
            self._cancelled = True
            task.cancel()

    def abandon(self) -> None:
        """Nobody reads any more: stop the turn, and let it not wait for a reader."""
        self._pulled = False
        self._queue.clear()
        self._room.set()
        if self.task is not None:
            self.cancel()

    async def stop(self) -> None:
        """Cancel and wait for the end."""
        self.abandon()
        if self.task is not None:
            await asyncio.wait([self.task])


class _Events(AsyncIterator[ExecutionEvent]):
    """One walk through a run. When a loop is left, this object is what it drops: so a `break`
    stops the turn at once, though the stream may still have a name."""

    def __init__(self, run: _Run, loop: asyncio.AbstractEventLoop) -> None:
        self._run = run
        self._loop = loop

    async def __anext__(self) -> ExecutionEvent:
        return await self._run.next()

    def __del__(self) -> None:
        task = self._run.task
        if task is not None and not task.done() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._run.abandon)


class EventStream:
    """A turn that starts when it is first iterated or awaited.

    `async for event in stream` gives the events; `await stream` the AgentResult, or raises
    ExecutionFailedError or ExecutionCancelledError with the partial result. `events` are all
    events so far.
    """

    def __init__(self, start: Start) -> None:
        self._run = _Run(start)

    @property
    def events(self) -> list[ExecutionEvent]:
        return self._run.events

    @property
    def thread(self) -> Thread | None:
        """The thread that is answered; None until the turn has started."""
        return self._run.turn.result.thread if self._run.turn is not None else None

    async def count_usage(self, message: Message) -> Usage:
        """Count with a tokenizer what an answer of this turn used; see `Turn.count_usage`."""
        if self._run.turn is None:
            raise KeyError(message.id)
        return await self._run.turn.count_usage(message)

    def __aiter__(self) -> AsyncIterator[ExecutionEvent]:
        return _Events(self._run, asyncio.get_running_loop())

    async def __anext__(self) -> ExecutionEvent:
        """The next event, for who pulls by hand: `aclose` is then theirs to call."""
        return await self._run.next()

    def __await__(self) -> Generator[object, None, AgentResult]:
        return self._result().__await__()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def cancel(self) -> None:
        """Stop the turn. Whoever iterates still gets what had happened, and EXECUTION_CANCELLED."""
        self._run.cancel()

    async def aclose(self) -> None:
        """Stop the turn and wait until it is over and its partial answer kept."""
        await self._run.stop()

    async def _result(self) -> AgentResult:
        task = self._run.begin(pulled=False)
        try:
            await self._run.finish()
        except asyncio.CancelledError:
            await self._run.stop()
            raise
        if task.cancelled():
            raise ExecutionCancelledError("The answer was cancelled.", result=self._partial())
        result = task.result()
        result.events = self.events
        if result.outcome is EventType.EXECUTION_ERROR:
            data = self.events[-1].data
            raise ExecutionFailedError(
                data["message"],
                hint=data["hint"],
                result=result,
                retryable=data["retryable"],
            )
        return result

    def _partial(self) -> AgentResult | None:
        if self._run.turn is None:
            return None
        self._run.turn.result.events = self.events
        return self._run.turn.result
