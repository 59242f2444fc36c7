"""What messages cost, by the model that made them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tyler_tui.messages.values import Message, Usage


@dataclass(slots=True)
class ModelCost:
    """What one model was asked: how often, its tokens, and US dollars (None when a price is
    unknown)."""

    model: str
    requests: int = 0
    usage: Usage = field(default_factory=Usage)
    cost_usd: float | None = 0.0

    def add(self, message: Message) -> None:
        """Count in a message that has usage."""
        assert message.usage is not None
        cost = message.metrics.get("cost_usd")
        self.requests += 1
        self.usage = self.usage + message.usage
        self.cost_usd = None if cost is None or self.cost_usd is None else self.cost_usd + cost


def costs_by_model(messages: Iterable[Message]) -> list[ModelCost]:
    """One entry for each model that made any of `messages`, in the order in which they came."""
    costs: dict[str, ModelCost] = {}
    for message in messages:
        if message.usage is not None:
            model = str(message.metrics.get("model") or "")
            costs.setdefault(model, ModelCost(model)).add(message)
    return list(costs.values())
