"""Asks a server what it offers."""

from collections.abc import Awaitable, Callable
from typing import Any

from mcp import Client
from mcp_types import Prompt as GivenPrompt
from mcp_types import Resource as GivenResource
from mcp_types import Tool as GivenTool

from tyler_tui.errors import McpError
from tyler_tui.sanitize import one_line, sanitize
from tyler_tui.tools.mcp.offer import Offer, OfferedTool, Prompt, PromptArgument, Resource
from tyler_tui.tools.mcp.schema import problem_with

MOST_PAGES = 100
MOST_TOOLS = 128
"""As many as the strictest providers take."""
MOST_LISTED = 2_000
LONGEST_DESCRIPTION = 4_000


async def offer_of(client: Client) -> Offer:
    """What the server behind `client` offers. Raises as the methods of `client` do."""
    can = client.server_capabilities
    tools: list[OfferedTool] = []
    left_out: list[str] = []
    if can.tools is not None:
        listed: list[GivenTool] = await _paged(client.list_tools, "tools")
        tools, left_out = _usable(listed)
    resources: list[GivenResource] = []
    if can.resources is not None:
        resources = await _paged(client.list_resources, "resources")
    prompts: list[GivenPrompt] = []
    if can.prompts is not None:
        prompts = await _paged(client.list_prompts, "prompts")
    return Offer(
        tuple(tools), tuple(map(_resource, resources)), tuple(map(_prompt, prompts)),
        tuple(left_out),
    )  # fmt: skip


async def _paged(ask: Callable[..., Awaitable[Any]], what: str) -> list[Any]:
    """All pages of a list, as far as one may end."""
    found: list[Any] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await ask(cursor=cursor)
        found += getattr(page, what)
        cursor = page.next_cursor
        if not cursor or len(found) >= MOST_LISTED:
            return found[:MOST_LISTED]
    raise McpError(f"Its list of {what} does not end.")


def _usable(listed: list[GivenTool]) -> tuple[list[OfferedTool], list[str]]:
    tools: dict[str, OfferedTool] = {}
    left_out = []
    for given in listed:
        if given.name in tools:
            problem = "there is another of that name"
        elif len(tools) == MOST_TOOLS:
            problem = f"there are {MOST_TOOLS} others"
        else:
            problem = problem_with(given.input_schema)
        if problem:
            left_out.append(f"{one_line(given.name, 60)}: {problem}")
            continue
        hints = given.annotations
        tools[given.name] = OfferedTool(
            given.name,
            _described(given.description or given.title),
            given.input_schema,
            reads_only=hints is not None and hints.read_only_hint is True,
        )
    return list(tools.values()), left_out


def _described(text: str | None) -> str:
    return sanitize(text or "").strip()[:LONGEST_DESCRIPTION]


def _resource(given: GivenResource) -> Resource:
    name = given.title or given.name or given.uri
    return Resource(given.uri, one_line(name), one_line(given.description or ""),
                    one_line(given.mime_type or "", 80))  # fmt: skip


def _prompt(given: GivenPrompt) -> Prompt:
    arguments = tuple(
        PromptArgument(one.name, one_line(one.description or ""), one.required is True)
        for one in given.arguments or ()
    )
    return Prompt(given.name, one_line(given.description or given.title or ""), arguments)
