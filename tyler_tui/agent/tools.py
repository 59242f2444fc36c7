"""Tools: functions that a model may call.

A tool is a typed, documented function: its name, docstring and hints say all that the model gets
to know. Tyler's form, `{"definition": ..., "implementation": ...}`, is understood too.
"""

import asyncio
import inspect
import json
import typing
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from tyler_tui.agent.approval import Risk
from tyler_tui.agent.schema import check, schema_of, summary_of
from tyler_tui.errors import ToolArgumentsError, ToolError
from tyler_tui.messages import ToolCall
from tyler_tui.providers import ToolSpec
from tyler_tui.sanitize import one_line

DEFAULT_TIMEOUT_S = 60.0

Progress = Callable[[float | None, float | None, str], Awaitable[None]]
"""progress, total (both in the tool's own unit, or None), message"""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a call is given to work with. A tool that wants it has a parameter of this type."""

    tool_call_id: str
    tool_name: str
    workspace: Path
    report: Progress


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may call.

    `parameters` is a JSON schema of type object. `summarize` tells people in one line what a call
    will do; `preview` shows it whole, as a diff for instance. `timeout_s` is in seconds, None for
    none. With `ends_turn` the turn ends behind the call.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    function: Callable[..., Any]
    risk: Risk = "read"
    timeout_s: float | None = DEFAULT_TIMEOUT_S
    summarize: Callable[[Mapping[str, Any]], str] | None = None
    preview: Callable[[Mapping[str, Any], Path], str] | None = None
    ends_turn: bool = False
    context_parameter: str | None = None

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("a tool needs a name")
        if self.timeout_s is not None and self.timeout_s <= 0:
            raise ValueError(f"the time-out of {self.name} must be more than 0 seconds")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself, as if it had never been decorated."""
        return self.function(*args, **kwargs)

    @property
    def spec(self) -> ToolSpec:
        return ToolSpec(self.name, self.description, self.parameters)

    def summary(self, arguments: Mapping[str, Any]) -> str:
        """What a call with `arguments` will do, in one line."""
        if self.summarize is not None:
            try:
                return one_line(self.summarize(arguments), 300)
            except (LookupError, TypeError, ValueError, AttributeError):
                pass  # arguments of a model can be anything; the plain form below always works
        return one_line(json.dumps(dict(arguments), ensure_ascii=False, default=str), 300)


@overload
def tool(function: Callable[..., Any], /) -> Tool: ...
@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    risk: Risk = "read",
    timeout_s: float | None = DEFAULT_TIMEOUT_S,
    summarize: Callable[[Mapping[str, Any]], str] | None = None,
    preview: Callable[[Mapping[str, Any], Path], str] | None = None,
    ends_turn: bool = False,
) -> Callable[[Callable[..., Any]], Tool]: ...
def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    risk: Risk = "read",
    timeout_s: float | None = DEFAULT_TIMEOUT_S,
    summarize: Callable[[Mapping[str, Any]], str] | None = None,
    preview: Callable[[Mapping[str, Any], Path], str] | None = None,
    ends_turn: bool = False,
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Make a Tool of a function, as `@tool` or `@tool(name="files-read", risk="write")`.

    The name defaults to the function's, the description to its docstring. Raises TypeError for
    hints that JSON has no form for.
    """

    def make(function: Callable[..., Any]) -> Tool:
        context = _context_parameter(function)
        return Tool(
            name=name or function.__name__,
            description=description or summary_of(inspect.getdoc(function) or ""),
            parameters=schema_of(function, without=[context] if context else []),
            function=function,
            risk=risk,
            timeout_s=timeout_s,
            summarize=summarize,
            preview=preview,
            ends_turn=ends_turn,
            context_parameter=context,
        )

    return make if function is None else make(function)


def as_tool(value: "Tool | Callable[..., Any] | Mapping[str, Any]") -> Tool:
    """A Tool from a Tool, a plain function, or Tyler's dict form."""
    if isinstance(value, Tool):
        return value
    if isinstance(value, Mapping):
        return _from_dict(value)
    if callable(value):
        return tool(value)
    raise TypeError(f"{value!r} is no tool: give a function, a Tool, or Tyler's dict form")


def _from_dict(form: Mapping[str, Any]) -> Tool:
    try:
        definition = form["definition"]["function"]
        implementation = form["implementation"]
        name = definition["name"]
    except (KeyError, TypeError) as error:
        raise ValueError(
            'a tool as a dict needs "definition" ({"type": "function", "function": {"name": ...}}) '
            'and "implementation"'
        ) from error
    attributes = form.get("attributes") or {}
    return Tool(
        name=name,
        description=definition.get("description", ""),
        parameters=definition.get("parameters") or {"type": "object", "properties": {}},
        function=implementation,
        timeout_s=form.get("timeout", DEFAULT_TIMEOUT_S),
        risk=attributes.get("risk", "read"),
        ends_turn=attributes.get("type") == "interrupt",
        context_parameter=_context_parameter(implementation),
    )


def _context_parameter(function: Callable[..., Any]) -> str | None:
    try:
        hints = typing.get_type_hints(function)
    except (NameError, TypeError, AttributeError):
        return None
    return next((name for name, hint in hints.items() if hint is ToolContext), None)


class Toolbox:
    """The tools of an agent, by name. Raises ValueError when two have the same."""

    def __init__(self, tools: Iterable["Tool | Callable[..., Any] | Mapping[str, Any]"]) -> None:
        self._tools: dict[str, Tool] = {}
        for value in tools:
            made = as_tool(value)
            if made.name in self._tools:
                raise ValueError(f"two tools are called {made.name}")
            self._tools[made.name] = made

    def __len__(self) -> int:
        return len(self._tools)

    def __iter__(self) -> typing.Iterator[Tool]:
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
            raise ToolArgumentsError(f"{call.problem}. Send the call again with valid arguments.")
        problem = check(call.arguments, found.parameters)
        if problem:
            raise ToolArgumentsError(f"{problem}. Send the call again with valid arguments.")
        return found

    async def run(self, call: ToolCall, context: ToolContext) -> str:
        """Run a call and return its result as text.

        Raises ToolError for whatever goes wrong, in words for the model; only CancelledError
        escapes as it is. A sync function runs in a thread, which a cancel leaves to its end.
        """
        found = self.check(call)
        try:
            async with asyncio.timeout(found.timeout_s) as limit:
                result = await _call(found, call.arguments, context)
        except ToolError:
            raise
        except TimeoutError as error:
            if limit.expired():
                raise ToolError(f"{found.name} took longer than {found.timeout_s:g} s") from error
            raise ToolError(_in_words(error)) from error
        except Exception as error:
            raise ToolError(_in_words(error)) from error
        return result_text(result)


async def _call(found: Tool, arguments: Mapping[str, Any], context: ToolContext) -> Any:
    given = dict(arguments)
    if found.context_parameter is not None:
        given[found.context_parameter] = context
    if inspect.iscoroutinefunction(found.function):
        return await found.function(**given)
    result = await asyncio.to_thread(found.function, **given)
    return await result if inspect.isawaitable(result) else result


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def result_text(result: Any) -> str:
    """What a tool returned, as the model reads it: text as it is, nothing as "", else JSON where
    there is a form. Of Tyler's (content, files) the content counts."""
    if isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], list):
        result = result[0]
    if isinstance(result, str):
        return result
    if result is None:
        return ""
    if isinstance(result, dict | list | tuple | bool):
        return json.dumps(result, ensure_ascii=False, default=str)
    return str(result)
