"""One agent on one thread in one store: what every front end holds.

Calls go in (`send`, `cancel`, `decide`), events come out (`subscribe`). The state is changed
before the event that tells of it is delivered, so a front end may read it in its listener.
Messages sent while an answer is under way wait in the queue and go out one by one; a cancel or a
failure leaves the rest in the queue until `take_queue` or the next `send`. A listener that raises
is logged, and costs nobody an answer.
"""

from tyler_tui.conversation.conversation import Conversation
from tyler_tui.conversation.queue import Queued, State
from tyler_tui.conversation.stores import ConversationStore, StoredTotals

__all__ = ["Conversation", "ConversationStore", "Queued", "State", "StoredTotals"]
