"""One connection of HTTP: there are only so many, and a request has to be whole in time.

Uvicorn waits for the rest of a request as long as it takes, and takes as many connections as the
system lets it: whoever opens some and says nothing would keep all others out.
"""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

MOST_CONNECTIONS = 256
"""At once, WebSockets among them; a process has 1024 files as a rule, and needs more than these."""
REQUEST_S = 30.0
"""How long a request may take to arrive, its body too."""


class BoundedProtocol(H11Protocol):
    """Uvicorn's, with these bounds."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._in_time: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        else:
            self._begin_to_wait()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._waits_for_more:
            self._wait_no_longer()
        elif self._in_time is None:  # the next request of a connection that is kept
            self._begin_to_wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_no_longer()
        super().connection_lost(exc)

    @property
    def _waits_for_more(self) -> bool:
        is_http = self.transport.get_protocol() is self  # else it is a WebSocket by now
        return is_http and self.conn.their_state in (h11.IDLE, h11.SEND_BODY)

    def _begin_to_wait(self) -> None:
        self._in_time = self.loop.call_later(REQUEST_S, self.transport.abort)

    def _wait_no_longer(self) -> None:
        if self._in_time is not None:
            self._in_time.cancel()
            self._in_time = None
