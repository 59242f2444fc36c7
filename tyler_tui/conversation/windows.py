"""Parts of a branch that is in memory; the store has the same for one that is not."""

from collections.abc import Sequence

from tyler_tui.messages import Message


def ending_before(branch: Sequence[Message], before: str | None, limit: int) -> list[Message]:
    """The last `limit` messages, or those that stand before message `before`."""
    end = len(branch) if before is None else _place(branch, before, otherwise=0)
    return list(branch[max(0, end - limit) : end])


def starting_with(branch: Sequence[Message], first: str | None, limit: int) -> list[Message]:
    """`limit` messages from message `first` on, or from the first one."""
    start = 0 if first is None else _place(branch, first, otherwise=len(branch))
    return list(branch[start : start + limit])


def holding(branch: Sequence[Message], text: str) -> list[str]:
    """The ids of the prompts and answers that hold `text`, without regard to case."""
    wanted = text.casefold()
    return [
        message.id
        for message in branch
        if message.role in ("user", "assistant") and wanted in message.content.casefold()
    ]


def _place(branch: Sequence[Message], id: str, *, otherwise: int) -> int:
    return next((n for n, message in enumerate(branch) if message.id == id), otherwise)
