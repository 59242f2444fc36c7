"""What a session has cost so far, and how full its context is."""

from collections.abc import Sequence

from msgspec import Struct

from tyler_tui.conversation.stores import StoredTotals
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, Thread, Usage, compaction_of


class Totals(Struct):
    """Tokens and US dollars of all branches (None when a price is unknown), and about how many
    tokens the next request holds, 0 when nothing says."""

    usage: Usage
    cost_usd: float | None
    context_tokens: int = 0
    asides: int = 0
    """How many of the thread's asides are counted in."""
    has_unsaved_asides: bool = False

    @classmethod
    def of(cls, thread: Thread, stored: StoredTotals | None = None) -> "Totals":
        """Those of `thread`; of one whose messages are still in the store, those of `stored`."""
        known = thread if stored is None else stored
        return cls(known.usage, known.cost_usd, context_of(thread), len(thread.asides))

    def hear(self, event: ExecutionEvent) -> None:
        """Count in what an event tells."""
        match event.type:
            case EventType.LLM_RESPONSE:
                tokens = event.data.get("tokens") or {}
                self.context_tokens = int(tokens.get("total_tokens", 0)) or self.context_tokens
            case EventType.COMPACTED:
                self.context_tokens = int(event.data["tokens_after"])
            case EventType.MESSAGE_CREATED:
                self.add(event.data["message"])
            case _:
                pass

    def take_in(self, asides: Sequence[Message]) -> None:
        """Count in what is new among the thread's asides."""
        for aside in asides[self.asides :]:
            self.add(aside)
            self.has_unsaved_asides = True
        self.asides = len(asides)

    def add(self, message: Message) -> None:
        """Count in what a message used and cost."""
        if message.usage is None:
            return
        self.usage = self.usage + message.usage
        cost = message.metrics.get("cost_usd")
        self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost


def context_of(thread: Thread) -> int:
    """How many tokens the last answer and what it was given took, or a summary since then left."""
    for message in reversed(thread.messages):
        if (compaction := compaction_of(message)) is not None:
            return compaction.tokens_after
        if message.usage is not None:
            return message.usage.total_tokens
    return 0
