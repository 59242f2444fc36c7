"""The model calls of one turn: what is sent, to whom, and what happens when it cannot be answered.

Before a request goes out it must be within the budget and fit into the context; when the agent
compacts by itself, older messages make room. When the model fails before its first word, the
agent's next model is asked in its place, for the rest of the turn.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from tyler_tui.agent.budget import check_budget
from tyler_tui.agent.compaction import compact
from tyler_tui.agent.estimate import input_tokens
from tyler_tui.agent.reply import Emit, Reply, Save
from tyler_tui.agent.requests import request_for
from tyler_tui.errors import ProviderError, UsageError
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.messages import Message, Thread, Usage
from tyler_tui.providers import Request

if TYPE_CHECKING:
    from tyler_tui.agent.agent import Agent

FALLBACK_KINDS = frozenset({"authentication", "permission", "quota"})
"""Failures that no second try mends, but another model may."""
SHRINK = 0.5
"""What is said to be too long is made so much shorter before it is summarised."""

_log = logging.getLogger(__name__)


class ModelCalls:
    """The model calls of one turn on `thread`. `add` is told of every message that they made."""

    def __init__(
        self,
        agent: "Agent",
        thread: Thread,
        *,
        emit: Emit,
        save: Save,
        add: Callable[[Message], None],
    ) -> None:
        self._agent = agent
        self._others = agent.fallback_agents()
        self._fallbacks = 0
        self._thread = thread
        self._emit = emit
        self._save = save
        self._add = add
        self._may_compact = agent.compact_at is not None
        self._requests: dict[str, tuple[Agent, Request]] = {}

    async def ask(self, *, may_call: bool) -> Message:
        """The model's next message, stored and in the thread. Raises ProviderError,
        LimitReachedError, UsageError, StoreError."""
        while True:
            request = request_for(self._agent, self._thread.messages, may_call=may_call)
            if await self._makes_room(request):
                continue
            self._check_budget(request)
            reply = self._reply(request)
            try:
                return await self._run(reply, request)
            except ProviderError as error:
                if reply.has_begun:
                    raise
                if error.kind == "context_length" and await self._makes_room(request, told=True):
                    continue
                if not await self._falls_back(error):
                    raise

    async def compact(self, focus: str) -> None:
        """Summarise the thread because the user wants it; see `compaction.compact`."""
        save, emit = self._save, self._emit
        self._add(await compact(self._agent, self._thread, emit=emit, save=save, focus=focus))

    async def count_usage(self, message: Message) -> Usage:
        """See `Turn.count_usage`."""
        agent, request = self._requests[message.id]
        return await agent.resolved_provider.count_usage(request, message)

    def _reply(self, request: Request) -> Reply:
        agent = self._agent
        return Reply(
            agent.resolved_provider,
            request,
            self._thread,
            emit=self._emit,
            save=self._save,
            timeouts=agent.timeouts,
            retries=agent.retries,
            max_characters=agent.max_characters,
            chunk_size=agent.streaming_chunk_size or 1,
        )

    async def _run(self, reply: Reply, request: Request) -> Message:
        await self._say(
            EventType.LLM_REQUEST,
            message_count=len(request.messages) + bool(request.system),
            model=request.model,
            temperature=request.temperature,
        )
        self._requests[reply.message.id] = self._agent, request
        try:
            return await reply.run()
        finally:
            if reply.is_kept:
                self._add(reply.message)

    def _tokens(self, request: Request) -> int:
        return input_tokens(self._agent.resolved_provider, request, self._thread.messages)

    def _check_budget(self, request: Request) -> None:
        budget = self._agent.budget_usd
        if budget is not None:
            provider, spent = self._agent.resolved_provider, self._thread.cost_usd
            check_budget(budget, spent, provider, request, self._tokens(request))

    async def _makes_room(self, request: Request, *, told: bool = False) -> bool:
        """Compact the thread when `request` is too long for the model: by the agent's own measure,
        or because the provider has told. Returns whether there is a shorter request now. A turn
        goes on without when that fails: it may fit after all."""
        share, window = self._agent.compact_at, self._agent.model_info.context_window
        if not self._may_compact or share is None or not (window or told):
            return False
        tokens = self._tokens(request)
        limit = int(window * share) if window else tokens
        if told:
            limit = int(min(limit, tokens) * SHRINK)
        elif tokens <= limit:
            return False
        try:
            self._add(
                await compact(
                    self._agent,
                    self._thread,
                    emit=self._emit,
                    save=self._save,
                    room=limit if told else None,
                    automatic=True,
                )
            )
        except (ProviderError, UsageError) as error:
            _log.warning("the conversation could not be summarised: %s", error)
            self._may_compact = False
            return False
        # Where nothing more can be left out, it is not tried again and again.
        shorter = self._tokens(request_for(self._agent, self._thread.messages))
        self._may_compact = shorter <= limit
        return True

    async def _falls_back(self, error: ProviderError) -> bool:
        """Go on with the next model, if there is one and `error` is of a kind that it may not
        have."""
        if not error.retryable and error.kind not in FALLBACK_KINDS:
            return False
        agent = next(self._others, None)
        if agent is None:
            return False
        self._agent = agent
        self._fallbacks += 1
        await self._say(
            EventType.RETRY,
            attempt=self._fallbacks,
            wait_s=0.0,
            reason=error.message,
            model=agent.model_name,
        )
        return True

    async def _say(self, type: EventType, **data: object) -> None:
        await self._emit(ExecutionEvent.now(type, **data))
