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


LAST_WORD_S = 2.0
"""How long a stream may stay open behind its last word. Usage comes there, if it comes."""


class Event(NamedTuple):
    """One event: its type, "" as a rule, and its data. One that is not `is_whole` stood at the end
    of the stream without the blank line that should end it: it may have been cut off."""

    type: bytes
    data: bytes
    is_whole: bool = True


class EventDecoder:
    """Takes the pieces of a stream and gives the events that they complete."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._type = b""
        self._data: list[bytes] = []
        self._at_start = True
        self._after_cr = False

    def feed(self, piece: bytes) -> list[Event]:
        """The events that `piece` completes."""
        if self._after_cr and piece:  # an LF behind that CR belongs to the same line end
            piece = piece.removeprefix(b"\n")
            self._after_cr = False
        if self._at_start:
            piece = bytes(self._rest) + piece
            self._rest.clear()
            if len(piece) < len(BYTE_ORDER_MARK) and BYTE_ORDER_MARK.startswith(piece):
                self._rest += piece
                return []
            piece = piece.removeprefix(BYTE_ORDER_MARK)
            self._at_start = False
        end = max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1
        if not end:  # a long line is copied once, not with each of its pieces
            self._rest += piece
            return []
        text = bytes(self._rest) + piece[:end]
        self._rest[:] = piece[end:]
        self._after_cr = text.endswith(b"\r") and end == len(piece)
        return [event for line in text.splitlines() if (event := self._take(line))]

    def finish(self) -> list[Event]:
        """The event that a stream without a last blank line ends with."""
        lines = [bytes(self._rest), b""] if self._rest else [b""]
        return [event._replace(is_whole=False) for line in lines if (event := self._take(line))]

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
    must then give all that has arrived as one. Once `is_over`, more is not waited for long.
    """

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self.rests = False
        self.is_over = False

    async def __aiter__(self) -> AsyncGenerator[list[Event], None]:
        decoder = EventDecoder()
        while (piece := await self._next()) is not None:
            events = decoder.feed(piece)
            for number, event in enumerate(events):
                if event.data == DONE:
                    yield events[:number]
                    return
            yield events
            if self.rests and len(piece) < FULL_PIECE:
                await asyncio.sleep(REST_S)
        yield [event for event in decoder.finish() if event.data != DONE]

    async def _next(self) -> bytes | None:
        try:
            async with asyncio.timeout(LAST_WORD_S if self.is_over else None):
                return await anext(self._pieces, None)
        except TimeoutError:
            return None
