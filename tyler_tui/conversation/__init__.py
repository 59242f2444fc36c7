"""One agent on one thread in one store: what every front end holds.

Calls go in (`send`, `cancel`, `decide`), events come out (`subscribe`). The state is changed
before the event that tells of it is delivered, so a front end may read it in its listener.
Messages sent while an answer is under way wait in the queue and go out one by one; a cancel or a
failure leaves the rest in the queue until `queue.take` or the next `send`. A listener that raises
is logged, and costs nobody an answer.

Names are imported when they are first used: what only asks for a State is not to wait for all that
a Conversation needs.
"""

from typing import TYPE_CHECKING

from tyler_tui.lazy_names import lazy_names

if TYPE_CHECKING:
    from tyler_tui.conversation.conversation import Conversation as Conversation
    from tyler_tui.conversation.queue import Queued as Queued
    from tyler_tui.conversation.state import State as State
    from tyler_tui.conversation.stores import ConversationStore as ConversationStore
    from tyler_tui.conversation.stores import StoredTotals as StoredTotals

_HOMES = {
    "Conversation": "conversation",
    "ConversationStore": "stores",
    "Queued": "queue",
    "State": "state",
    "StoredTotals": "stores",
}

__all__ = [*_HOMES]

__getattr__ = lazy_names(__name__, _HOMES)
