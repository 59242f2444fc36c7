"""Server-sent events from bytes, however they are cut.

The format is that of the HTML standard, "9.2.6 Interpreting an event stream": lines end with CR, LF
or both, a blank line ends an event, a line that begins with a colon is a comment.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import NamedTuple

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DONE = b"[DONE]"
REST_S = 1 / 30
"""So long is what comes left to gather between two reads: a wake-up for each token costs more than
the token does."""
FULL_PIECE = 8_192
"""After so many bytes at once the next are read without a rest."""


class Event(NamedTuple):
    """One event: its type, "" as a rule, and its data."""

    type: bytes
    data: bytes


class EventDecoder:
    """Takes the pieces of a stream and gives the events that they complete."""

    def __init__(self) -> None:
        self._rest = b""
        self._type = b""
        self._data: list[bytes] = []
        self._at_start = True
        self._after_cr = False

    def feed(self, piece: bytes) -> list[Event]:
        """The events that `piece` completes."""
        if self._after_cr and piece:  # an LF behind that CR belongs to the same line end
            piece = piece.removeprefix(b"\n")
            self._after_cr = False
        text = self._rest + piece
        if self._at_start:
            if len(text) < len(BYTE_ORDER_MARK) and BYTE_ORDER_MARK.startswith(text):
                self._rest = text
                return []
            text = text.removeprefix(BYTE_ORDER_MARK)
            self._at_start = False
        end = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
        self._rest = text[end:]
        self._after_cr = end == len(text) and text.endswith(b"\r")
        return [event for line in text[:end].splitlines() if (event := self._take(line))]

    def finish(self) -> list[Event]:
        """The event that a stream without a last blank line ends with."""
        lines = [self._rest, b""] if self._rest else [b""]
        return [event for line in lines if (event := self._take(line))]

    def _take(self, line: bytes) -> Event | None:
        if not line:
            event = Event(self._type, b"\n".join(self._data)) if self._data else None
            self._type, self._data = b"", []
            return event
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"event":
            self._type = value
        return None


class EventReader:
    """The events of a stream up to its [DONE] or its end, as many at once as have arrived.

    While `rests`, what a server sends is left to gather for REST_S between two reads. `pieces`
    must then give all that has arrived as one.
    """

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self.rests = False

    async def __aiter__(self) -> AsyncGenerator[list[Event], None]:
        decoder = EventDecoder()
        async for piece in self._pieces:
            events = decoder.feed(piece)
            for number, event in enumerate(events):
                if event.data == DONE:
                    yield events[:number]
                    return
            yield events
            if self.rests and len(piece) < FULL_PIECE:
                await asyncio.sleep(REST_S)
        yield [event for event in decoder.finish() if event.data != DONE]
