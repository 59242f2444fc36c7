"""What a server asks the user in the middle of a call (elicitation): handed to whoever made the
call. What else it may ask, such as an answer of the model or a visit to an address, is declined."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from mcp_types import ElicitRequestFormParams, ElicitRequestParams, ElicitResult

from tyler_tui.agent.tools import Ask
from tyler_tui.sanitize import sanitize


class Questions:
    """Those of one connection. A server of today asks within the call; one of before asks beside
    it, and the call that was made last is taken for the one that is meant."""

    def __init__(self) -> None:
        self._calls: list[_Call] = []

    @contextmanager
    def during(self, ask: Ask) -> Iterator[None]:
        """While a call is made, of which `ask` reaches the user; behind it nothing is asked."""
        call = _Call(ask)
        self._calls.append(call)
        token = _current.set(call)
        try:
            yield
        finally:
            _current.reset(token)
            self._calls.remove(call)
            for question in call.open:
                question.cancel()

    async def answer(self, context: object, params: ElicitRequestParams) -> ElicitResult:
        """The user's answer to a question."""
        call = _current.get() or (self._calls[-1] if self._calls else None)
        if call is None or not isinstance(params, ElicitRequestFormParams):
            return ElicitResult(action="decline")
        question = asyncio.ensure_future(
            call.ask(sanitize(params.message), params.requested_schema)
        )
        call.open.add(question)
        try:
            await asyncio.wait([question])
        finally:
            question.cancel()
            call.open.discard(question)
        if question.cancelled():
            return ElicitResult(action="cancel")
        answer = question.result()
        return ElicitResult(action="decline" if answer is None else "accept", content=answer)


class _Call:
    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.open: set[asyncio.Future[dict[str, object] | None]] = set()


_current: ContextVar[_Call | None] = ContextVar("the call that is being made", default=None)
