"""A listener that tests wait with."""

import asyncio

from tests.agent.scripted import of
from tyler_tui import Conversation, EventType, ExecutionEvent
from tyler_tui.conversation import State


def state_of(conversation: Conversation) -> State:
    return conversation.state


class Watching:
    """Hears everything; `wait_for` an event of a type."""

    def __init__(self, conversation: Conversation) -> None:
        self.events: list[ExecutionEvent] = []
        self._news = asyncio.Event()
        conversation.subscribe(self)

    async def __call__(self, event: ExecutionEvent) -> None:
        self.events.append(event)
        self._news.set()

    async def wait_for(self, type: EventType, count: int = 1) -> ExecutionEvent:
        while len(of(self.events, type)) < count:
            self._news.clear()
            await self._news.wait()
        return of(self.events, type)[count - 1]
