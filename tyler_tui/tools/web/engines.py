"""Search engines. Each takes a query and gives results; which one is asked is a setting."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

import msgspec

from tyler_tui.errors import ToolError
from tyler_tui.tools.apart import run_worker
from tyler_tui.tools.web.addresses import parse_address
from tyler_tui.tools.web.visiting import StatusError, unheard, visit
from tyler_tui.web_settings import WebSettings

MAX_ANSWER_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Result:
    title: str
    url: str
    excerpt: str


class Engine(Protocol):
    """Somebody who searches the web."""

    async def search(self, query: str, limit: int) -> Sequence[Result]:
        """At most `limit` results, the best first. Raises ToolError."""
        ...


def engine_for(settings: WebSettings) -> Engine:
    """The engine that the settings name. Raises ToolError when something is missing."""
    match settings.search:
        case "ddgs":
            return Ddgs(settings)
        case "searxng":
            return SearXNG(settings)


class Ddgs:
    """Public search engines, through the ddgs package.

    ddgs looks like a browser to them, so it brings a client of its own. That one reaches only the
    engines, whose addresses are written in the package: nothing of a query or a result is ever an
    address for it. It works apart, because it cannot be interrupted.
    """

    def __init__(self, settings: WebSettings) -> None:
        self._settings = settings

    async def search(self, query: str, limit: int) -> Sequence[Result]:
        """See Engine."""
        said, timed_out = await run_worker(
            "web_search",
            {"query": query, "limit": limit, "proxy": self._settings.proxy},
            timeout_s=self._settings.timeout,
            limit=MAX_ANSWER_BYTES,
        )
        if timed_out:
            raise ToolError("No search engine answered in time.")
        return [Result(found["title"], found["href"], found["body"]) for found in json.loads(said)]


class SearXNG:
    """A SearXNG server, over its JSON API: docs.searxng.org/dev/search_api.html. The user named
    it, so it may be anywhere; where it leads to is checked as for every other host."""

    def __init__(self, settings: WebSettings) -> None:
        if not settings.search_url:
            raise ToolError(
                "The address of the SearXNG server is not set. The user can name it in the config: "
                "search_url under [web]."
            )
        self._base = settings.search_url.rstrip("/")
        place = parse_address(self._base).place
        self._settings = msgspec.structs.replace(
            settings, allow_hosts=[*settings.allow_hosts, place]
        )

    async def search(self, query: str, limit: int) -> Sequence[Result]:
        """See Engine."""
        address = parse_address(f"{self._base}/search?{urlencode({'q': query, 'format': 'json'})}")
        try:
            async with visit(
                address,
                self._settings,
                accept="application/json",
                within_s=self._settings.timeout,
            ) as answer:
                body, _ = await answer.read(MAX_ANSWER_BYTES, unheard)
        except StatusError as error:
            if error.status == 403:
                raise ToolError(
                    f"{address.place} refuses the search. The settings of a SearXNG server must "
                    "list json under search.formats."
                ) from error
            raise
        try:
            found = json.loads(body)["results"]
            return [
                Result(
                    str(entry.get("title") or ""),
                    str(entry["url"]),
                    str(entry.get("content") or ""),
                )
                for entry in found[:limit]
            ]
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise ToolError(f"{address.place} did not answer as a SearXNG server does.") from error
