"""What waits to be sent to one client. It is bounded: a slow reader slows the model's stream
rather than filling the memory."""

import asyncio
from collections import deque
from collections.abc import Callable

from tyler_tui.web.protocol import ServerMessage, encode

LIMIT = 256 * 1024
"""So many characters may wait; a single message that is longer may wait alone."""


class Outbox:
    """Filled by `put`, emptied by `get`. `form` makes a message ready to be sent."""

    def __init__(self, form: Callable[[ServerMessage], str] = encode, limit: int = LIMIT) -> None:
        self._form = form
        self._limit = limit
        self._waiting: deque[str] = deque()
        self._size = 0
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._closed = False
        self._abandoned = False

    @property
    def size(self) -> int:
        """How many characters wait."""
        return self._size

    async def put(self, message: ServerMessage, *, urgent: bool = False) -> None:
        """Leave a message, and wait while more than the limit waits; an `urgent` one waits for
        nothing. Once nobody reads any more it is dropped."""
        if self._abandoned or self._closed:
            return
        text = self._form(message)
        self._waiting.append(text)
        self._size += len(text)
        self._news.set()
        while self._size > self._limit and not self._abandoned and not urgent:
            self._room.clear()
            await self._room.wait()

    async def get(self) -> str | None:
        """The next message; None when the last has gone out after `close`, or after `abandon`."""
        while not self._waiting:
            if self._closed or self._abandoned:
                return None
            self._news.clear()
            await self._news.wait()
        text = self._waiting.popleft()
        self._size -= len(text)
        if self._size <= self._limit:
            self._room.set()
        return text

    def close(self) -> None:
        """Take no more; what waits still goes out."""
        self._closed = True
        self._news.set()

    def abandon(self) -> None:
        """Nobody reads any more: drop what waits, and keep nobody waiting."""
        self._abandoned = True
        self._waiting.clear()
        self._size = 0
        self._news.set()
        self._room.set()
