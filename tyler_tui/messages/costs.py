"""What messages cost, by the model that made them."""

from collections.abc import Sequence

from msgspec import Struct, field

from tyler_tui.figures import ABOUT, UNKNOWN, cost_text, tokens_text
from tyler_tui.messages.thread import Thread
from tyler_tui.messages.values import Message
from tyler_tui.sanitize import model_on_one_line
from tyler_tui.usage import Usage


class ModelCost(Struct):
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


COLUMNS = ("model", "asked", "input", "cached", "output", "thinking", "cost")
"""Cached tokens are a part of the input, thinking is a part of the output."""


def cost_rows(costs: Sequence[ModelCost]) -> list[tuple[str, ...]]:
    """`costs` in words, a row each under COLUMNS, and their sum where there are several."""
    rows = [_row(cost) for cost in costs]
    if len(costs) > 1:
        rows.append(_row(_sum(costs)))
    return rows


def _sum(costs: Sequence[ModelCost]) -> ModelCost:
    known = [cost.cost_usd for cost in costs if cost.cost_usd is not None]
    return ModelCost(
        "together",
        sum(cost.requests for cost in costs),
        sum((cost.usage for cost in costs), Usage()),
        sum(known) if len(known) == len(costs) else None,
    )


def _row(cost: ModelCost) -> tuple[str, ...]:
    usage = cost.usage
    about = ABOUT if usage.estimated else ""
    counts = (
        usage.prompt_tokens,
        usage.cached_tokens,
        usage.completion_tokens,
        usage.reasoning_tokens,
    )
    return (
        model_on_one_line(cost.model, 60) or UNKNOWN,
        str(cost.requests),
        *(f"{about if count else ''}{tokens_text(count)}" for count in counts),
        cost_text(cost.cost_usd, estimated=usage.estimated),
    )


def costs_of(thread: Thread) -> list[ModelCost]:
    """What a thread cost, all branches and asides: one entry for each model, in the order in which
    they came."""
    costs: dict[str, ModelCost] = {}
    for message in (*thread.all_messages, *thread.asides):
        if message.usage is not None:
            model = str(message.metrics.get("model") or "")
            costs.setdefault(model, ModelCost(model)).add(message)
    return list(costs.values())
