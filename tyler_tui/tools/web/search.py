"""web-search: what search engines find."""

import asyncio
from collections.abc import Callable

from tyler_tui.agent.tools import Tool, ToolContext, tool
from tyler_tui.errors import ToolError
from tyler_tui.sanitize import one_line
from tyler_tui.web_settings import WebSettings

MAX_QUERY = 300
"""Characters. A longer query finds nothing, and could carry much away."""

MAX_RESULTS = 20
SCOPE = "web search"
"""What allowing a search for the session covers: all of them. It is no host: it has a space."""


def search_tool(settings: Callable[[], WebSettings]) -> Tool:
    """web-search, as `settings` say at the time of a call."""

    @tool(
        name="web-search",
        risk="fetch",
        timeout_s=None,
        summarize=lambda arguments: f"search the web for {arguments['query']!r}",
        scope=lambda arguments: SCOPE,
    )
    async def web_search(context: ToolContext, query: str, limit: int = 8) -> str:
        """Search the web. Gives titles, addresses and excerpts; web-fetch reads what is there.

        Args:
            query: A few words, as typed into a search engine.
            limit: How many results, at most 20.
        """
        from tyler_tui.tools.web.engines import engine_for  # noqa: PLC0415 - only for calls

        query = one_line(query, MAX_QUERY + 1)
        if not query or len(query) > MAX_QUERY:
            raise ToolError(f"A query has 1 to {MAX_QUERY} characters.")
        limits = settings()
        engine = engine_for(limits)
        try:
            async with asyncio.timeout(limits.timeout):
                found = await engine.search(query, max(1, min(limit, MAX_RESULTS)))
        except TimeoutError as error:
            raise ToolError(f"The search took longer than {limits.timeout:g} s.") from error
        if not found:
            return (
                "Nothing was found. Search engines also say so when they turn programs away: "
                "another query, or another time, may do better."
            )
        return "\n\n".join(
            f"{number}. {one_line(result.title, 200)}\n{one_line(result.url, 2000)}\n"
            f"{one_line(result.excerpt, 500)}".rstrip()
            for number, result in enumerate(found, 1)
        )

    return web_search
