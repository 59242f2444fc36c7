"""An answer beside a thread: a title, a summary. The thread gets nothing of it but what it cost."""

from typing import TYPE_CHECKING

from tyler_tui.agent.budget import check_budget
from tyler_tui.agent.estimate import request_tokens
from tyler_tui.agent.reply import Emit, Reply
from tyler_tui.events import ExecutionEvent
from tyler_tui.messages import Message, Thread
from tyler_tui.providers import Request

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent


async def _nowhere(_: ExecutionEvent | Message) -> None:
    """No one hears of it, and it is kept nowhere."""


async def answer_beside(
    agent: "Agent",
    thread: Thread,
    request: Request,
    *,
    emit: Emit = _nowhere,
    retries: int = 0,
) -> Message:
    """The answer to `request`, within the agent's budget for `thread`.
    One that fails on its way counts among the asides of `thread`, for it is paid all the same; of
    what is returned the caller decides. Raises ProviderError, LimitReachedError, UsageError."""
    if agent.budget_usd is not None:
        provider = agent.resolved_provider
        tokens = request_tokens(provider, request)
        check_budget(agent.budget_usd, thread.cost_usd, provider, request, tokens)
    reply = Reply(
        agent.resolved_provider,
        request,
        Thread(),
        emit=emit,
        save=_nowhere,
        timeouts=agent.timeouts,
        retries=retries,
        chunk_size=1,
    )
    try:
        return await reply.run()
    except BaseException:
        if reply.message.usage is not None:
            thread.add_aside(reply.message)
        raise
