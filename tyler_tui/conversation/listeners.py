"""Who hears the events of a conversation."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from tyler_tui.events import ExecutionEvent

if TYPE_CHECKING:
    from tyler_tui.agent.turn import Listener

_log = logging.getLogger(__name__)


class Listeners:
    """A listener that fails is logged, and keeps nobody else from hearing."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, listener: "Listener") -> Callable[[], None]:
        """Hear every event from now on; returns the call that ends it."""
        self._listeners.append(listener)

        heard_by = [listener]

        def unsubscribe() -> None:
            while heard_by:  # who holds on to this call is held no longer by it
                self._listeners.remove(heard_by.pop())

        return unsubscribe

    async def tell(self, event: ExecutionEvent) -> None:
        for listener in tuple(self._listeners):
            try:
                await listener(event)
            except Exception:
                _log.exception("a listener failed on %s", event.type.value)
