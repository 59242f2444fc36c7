"""What a thread may cost."""

from tyler_tui.errors import LimitReachedError, UsageError
from tyler_tui.figures import cost_text
from tyler_tui.messages import Usage
from tyler_tui.providers import Provider, Request
from tyler_tui.sanitize import one_line


def check_budget(
    budget_usd: float, spent_usd: float | None, provider: Provider, request: Request, tokens: int
) -> None:
    """Whether `request`, of about `tokens` tokens, may go out when `spent_usd` are spent.

    Raises LimitReachedError when the budget is spent, or when the input alone would pass it (at
    its full price: what a cache takes off is not known beforehand); UsageError when a price is
    unknown, for then no budget can be kept.
    """
    model = one_line(request.model, 60)
    cost = provider.cost(request.model, Usage(tokens, 0, tokens), request.api_base)
    if cost is None or spent_usd is None:
        what = f"The price of {model}" if cost is None else "What this session cost so far"
        raise UsageError(
            f"{what} is unknown, so the budget of {cost_text(budget_usd)} cannot be kept.",
            hint="Leave the budget out (/budget off), or use a model for which `tyler-chat models` "
            "shows a price."
            if cost is None
            else "Leave the budget out (/budget off), or start a new session.",
        )
    if spent_usd >= budget_usd:
        raise LimitReachedError(
            f"The budget is spent: {cost_text(spent_usd)} of {cost_text(budget_usd)}.", hint=_HINT
        )
    if spent_usd + cost > budget_usd:
        raise LimitReachedError(
            f"The budget of {cost_text(budget_usd)} does not allow this prompt: the session cost "
            f"{cost_text(spent_usd)} so far, and what is sent to {model} would cost "
            f"{cost_text(cost, estimated=True)} more.",
            hint=_HINT,
        )


_HINT = (
    "Raise it (/budget in the chat, --budget on the command line) and ask again (/retry), start a "
    "new session, or use a cheaper model."
)
