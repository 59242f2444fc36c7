"""The tools that an agent has: its own, and those that come and go."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

from tyler_tui.agent.arguments import check
from tyler_tui.agent.calling import call as call_function
from tyler_tui.agent.calling import in_words, result_text
from tyler_tui.agent.tools import TRY_AGAIN, Ask, Tool, ToolContext, as_tool
from tyler_tui.errors import ToolArgumentsError, ToolError
from tyler_tui.messages import ToolCall
from tyler_tui.providers import ToolSpec
from tyler_tui.sanitize import one_line


class ToolSource(Protocol):
    """Has tools that come and go."""

    @property
    def tools(self) -> Sequence[Tool]: ...


class Toolbox:
    """The tools of an agent, by name: its own, and those that `sources` have at the moment, where
    none of its own has that name. Raises ValueError when two of its own have the same."""

    def __init__(
        self,
        tools: Iterable["Tool | Callable[..., Any] | Mapping[str, Any]"],
        sources: Sequence[ToolSource] = (),
    ) -> None:
        self._sources = sources
        self._own: dict[str, Tool] = {}
        for value in tools:
            made = as_tool(value)
            if made.name in self._own:
                raise ValueError(f"two tools are called {made.name}")
            self._own[made.name] = made

    @property
    def _tools(self) -> dict[str, Tool]:
        if not self._sources:
            return self._own
        return {tool.name: tool for one in self._sources for tool in one.tools} | self._own

    def __len__(self) -> int:
        return len(self._tools)

    def __iter__(self) -> Iterator[Tool]:
        return iter(self._tools.values())

    @property
    def specs(self) -> list[ToolSpec]:
        return [tool.spec for tool in self._tools.values()]

    def get(self, name: str) -> Tool | None:
        return self._tools.get(name)

    def check(self, call: ToolCall) -> Tool:
        """The tool that `call` names, with its arguments found good. Raises ToolError and
        ToolArgumentsError in words for the model."""
        found = self._tools.get(call.name)
        if found is None:
            names = ", ".join(sorted(self._tools)) or "none"
            raise ToolError(f"There is no tool {one_line(call.name, 80)!r}. There are: {names}")
        if call.problem:
            raise ToolArgumentsError(f"{call.problem}. {TRY_AGAIN}")
        problem = check(call.arguments, found.parameters)
        if problem:
            raise ToolArgumentsError(f"{problem}. {TRY_AGAIN}")
        return found

    async def run(self, call: ToolCall, context: ToolContext) -> str:
        """Run a call and return its result as text.

        Raises ToolError for whatever goes wrong, in words for the model; only being cancelled
        escapes as it is. A sync function runs in a thread, which a cancel leaves to its end.
        """
        found = self.check(call)
        try:
            async with asyncio.timeout(found.timeout_s) as limit:
                context = replace(context, ask=_untimed(limit, context.ask))
                given = found.given(call.arguments, context)
                return result_text(await call_function(found.function, given))
        except ToolError:
            raise
        except TimeoutError as error:
            if limit.expired():
                raise ToolError(f"{found.name} took longer than {found.timeout_s:g} s") from error
            raise ToolError(in_words(error)) from error
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise ToolError("The tool's own work was cancelled") from error
        except (Exception, SystemExit) as error:
            raise ToolError(in_words(error)) from error


def _untimed(limit: asyncio.Timeout, ask: Ask) -> Ask:
    """`ask`, with the limit standing still until there is an answer."""

    async def asked(message: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
        loop, end = asyncio.get_running_loop(), limit.when()
        left = end - loop.time() if end is not None else None
        limit.reschedule(None)
        try:
            return await ask(message, fields)
        finally:
            if left is not None:
                with suppress(RuntimeError):  # the call is over
                    limit.reschedule(loop.time() + left)

    return asked
