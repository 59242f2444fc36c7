"""Tools: functions that a model may call.

A tool is a typed, documented function: its name, docstring and hints say all that the model gets
to know. Tyler's form, `{"definition": ..., "implementation": ...}`, is understood too.
"""

import inspect
import json
import re
import typing
from collections.abc import Awaitable, Callable, Container, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, overload

from tyler_tui.agent.approval import Risk
from tyler_tui.agent.arguments import made
from tyler_tui.agent.calling import in_words
from tyler_tui.agent.schema import hints_of, schema_of, summary_of
from tyler_tui.errors import ToolArgumentsError
from tyler_tui.messages import Attachment
from tyler_tui.providers import ToolSpec
from tyler_tui.sanitize import one_line

DEFAULT_TIMEOUT_S = 60.0
TRY_AGAIN = "Send the call again with valid arguments."

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")

Progress = Callable[[float | None, float | None, str], Awaitable[None]]
"""progress, total (both in the tool's own unit, or None), message"""


Ask = Callable[[str, Mapping[str, Any]], Awaitable[dict[str, Any] | None]]


async def _nobody_answers(message: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    return None


@dataclass(frozen=True, slots=True)
class ToolContext:
    """What a call is given to work with. A tool that wants it has a parameter of this type."""

    tool_call_id: str
    tool_name: str
    workspace: Path
    report: Progress
    memory: dict[str, Any] = field(default_factory=dict, repr=False)
    """What tools keep for later calls in the same conversation, each under a key of its own."""
    images: list[Attachment] = field(default_factory=list, repr=False)
    """Images that the model is shown with the result; the tool adds them."""
    ask: Ask = field(default=_nobody_answers, repr=False)
    """Has the user fill in fields, which a JSON schema describes; None when they do not. The time
    that takes does not count for the tool."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a model may call.

    `parameters` is a JSON schema of type object. `summarize` tells people in one line what a call
    will do; `preview` shows it whole, as a diff for instance; `scope` names what allowing the call
    for the session covers, such as a host; `subject` says what a call is about in the workspace,
    such as a path, for rules to look at. `timeout_s` is in seconds, None for none. With `ends_turn`
    the turn ends behind the call. `hints` are the types that arguments are made into; without one
    an argument stays as JSON has it.
    """

    name: str
    description: str
    parameters: dict[str, Any]
    function: Callable[..., Any]
    risk: Risk = "read"
    timeout_s: float | None = DEFAULT_TIMEOUT_S
    summarize: Callable[[Mapping[str, Any]], str] | None = None
    preview: Callable[[Mapping[str, Any], Path], str] | None = None
    scope: Callable[[Mapping[str, Any]], str] | None = None
    subject: Callable[[Mapping[str, Any], Path], str] | None = None
    ends_turn: bool = False
    context_parameter: str | None = None
    hints: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(
                f"{self.name!r} is no name for a tool: providers accept 1 to 64 letters, digits, "
                "underscores and hyphens"
            )
        if self.risk not in typing.get_args(Risk):
            raise ValueError(f"the risk of {self.name} must be one of {typing.get_args(Risk)}")
        if self.timeout_s is not None and self.timeout_s <= 0:
            raise ValueError(f"the time-out of {self.name} must be more than 0 seconds")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function itself, as if it had never been decorated."""
        return self.function(*args, **kwargs)

    def given(self, arguments: Mapping[str, Any], context: "ToolContext") -> dict[str, Any]:
        """What the function is called with. Raises ToolArgumentsError when its types refuse the
        arguments."""
        try:
            given = {name: made(value, self.hints.get(name, Any))
                     for name, value in arguments.items()}  # fmt: skip
        except Exception as error:
            raise ToolArgumentsError(f"{in_words(error)}. {TRY_AGAIN}") from error
        if self.context_parameter is not None:
            given[self.context_parameter] = context
        return given

    @property
    def spec(self) -> ToolSpec:
        return ToolSpec(self.name, self.description, self.parameters)

    def summary(self, arguments: Mapping[str, Any]) -> str:
        """What a call with `arguments` will do, in one line."""
        if self.summarize is not None:
            # Arguments of a model can be anything; the plain form below always works.
            with suppress(Exception):
                return one_line(self.summarize(arguments), 300)
        return one_line(_as_json(arguments), 300)

    def scope_of(self, arguments: Mapping[str, Any]) -> str:
        """What allowing a call with `arguments` for the session covers; "" is the whole tool."""
        if self.scope is None:
            return ""
        try:
            return self.scope(arguments)
        except Exception:  # as above; then the answer covers this very call
            return _as_json(arguments)

    def subject_of(self, arguments: Mapping[str, Any], workspace: Path) -> str:
        """What a call with `arguments` is about: the tool's own subject, else its scope, else the
        arguments as JSON."""
        if self.subject is None:
            return _as_json(arguments) if self.scope is None else self.scope_of(arguments)
        try:
            return self.subject(arguments, workspace)
        except Exception:  # such a call will fail, if it may run at all
            return _as_json(arguments)


def _as_json(arguments: Mapping[str, Any]) -> str:
    return json.dumps(dict(arguments), ensure_ascii=False, default=str)


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
    scope: Callable[[Mapping[str, Any]], str] | None = None,
    subject: Callable[[Mapping[str, Any], Path], str] | None = None,
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
    scope: Callable[[Mapping[str, Any]], str] | None = None,
    subject: Callable[[Mapping[str, Any], Path], str] | None = None,
    ends_turn: bool = False,
) -> Tool | Callable[[Callable[..., Any]], Tool]:
    """Make a Tool of a function, as `@tool` or `@tool(name="files-read", risk="write")`.

    The name defaults to the function's, the description to its docstring. Raises TypeError for
    hints that JSON has no form for.
    """

    def make(function: Callable[..., Any]) -> Tool:
        context = _context_parameter(function)
        return Tool(
            name=name if name is not None else getattr(function, "__name__", ""),
            description=description or summary_of(inspect.getdoc(function) or ""),
            parameters=schema_of(function, without=[context] if context else []),
            function=function,
            risk=risk,
            timeout_s=timeout_s,
            summarize=summarize,
            preview=preview,
            scope=scope,
            subject=subject,
            ends_turn=ends_turn,
            context_parameter=context,
            hints=hints_of(function),
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
    parameters = definition.get("parameters") or {"type": "object", "properties": {}}
    return Tool(
        name=name,
        description=definition.get("description", ""),
        parameters=parameters,
        function=implementation,
        timeout_s=form.get("timeout", DEFAULT_TIMEOUT_S),
        risk=attributes.get("risk", "read"),
        ends_turn=attributes.get("type") == "interrupt",
        context_parameter=_context_parameter(implementation, parameters.get("properties", ())),
    )


def _context_parameter(function: Callable[..., Any], taken: Container[str] = ()) -> str | None:
    """The parameter that gets the ToolContext: the one with that hint; else, as Tyler has it, the
    first, if it is called ctx or context, has no hint, and is not one that the model gives."""
    hints: Mapping[str, Any] = {}
    with suppress(TypeError):  # where a schema is made of the hints, this is said in time
        hints = hints_of(function)
    for name, hint in hints.items():
        if hint is ToolContext or ToolContext in typing.get_args(hint):
            return name
    first = next(iter(inspect.signature(function).parameters), "")
    is_free = first in ("ctx", "context") and first not in hints and first not in taken
    return first if is_free else None
