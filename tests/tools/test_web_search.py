"""web-search: whoever is asked, results come back as text, and failures in words."""

import asyncio
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from ddgs.engines import ENGINES
from ddgs.engines.mojeek import Mojeek

from tests.tools.browsing import Browser
from tests.tools.web_server import WebServer
from tyler_tui.errors import ToolError
from tyler_tui.tools.workers import web_search

RESULTS = [
    {"title": "Otters", "url": "https://otters.example/", "content": "All  about\notters."},
    {"title": "<b>Rivers\x1b[2J</b>", "url": "https://rivers.example/a?b=c", "content": None},
    {"title": "Third", "url": "https://third.example/", "content": "x" * 2000},
]


@pytest.fixture
def searxng(web: WebServer, tmp_path: Path) -> Browser:
    """A search at a SearXNG server on loopback, which no allow_hosts names."""
    return Browser(tmp_path, search="searxng", search_url=f"{web.url}/searx/")


async def test_searxng_is_asked_over_its_json_api(web: WebServer, searxng: Browser) -> None:
    web.serve("/searx/search", json.dumps({"results": RESULTS}), "application/json")
    result = await searxng.use("web-search", query="otters & rivers?", limit=2)
    asked = urlsplit(web.requests[0].path)
    assert parse_qs(asked.query) == {"q": ["otters & rivers?"], "format": ["json"]}
    assert result == (
        "1. Otters\nhttps://otters.example/\nAll about otters.\n\n"
        "2. <b>Rivers␛[2J</b>\nhttps://rivers.example/a?b=c"
    )


async def test_excerpts_are_kept_short(web: WebServer, searxng: Browser) -> None:
    web.serve("/searx/search", json.dumps({"results": RESULTS}), "application/json")
    assert len(await searxng.use("web-search", query="otters")) < 1000


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (403, "", ["json under search.formats"]),
        (429, "", ["429", "Too Many Requests"]),
        (500, "", ["500"]),
        (200, "<html>not json</html>", ["did not answer as a SearXNG server"]),
        (200, "[]", ["did not answer"]),
        (200, '{"results": [{"title": "x"}]}', ["did not answer"]),
        (200, '{"results": 7}', ["did not answer"]),
        (200, '{"results": [7]}', ["did not answer"]),
    ],
)
async def test_a_server_that_does_not_answer_as_it_should(
    web: WebServer, searxng: Browser, status: int, body: str, words: list[str]
) -> None:
    web.serve("/searx/search", body, "application/json", status)
    reason = await searxng.refused("web-search", query="otters")
    assert all(word in reason for word in words)


async def test_a_search_server_leads_nowhere_else(web: WebServer, searxng: Browser) -> None:
    web.redirect("/searx/search", f"{web.other}/admin")
    assert "leads to another host" in await searxng.refused("web-search", query="otters")
    assert len(web.requests) == 1


async def test_naming_a_search_server_opens_it_for_searching_alone(
    web: WebServer, searxng: Browser
) -> None:
    reason = await searxng.refused("web-fetch", url=f"{web.url}/searx/")
    assert "not on the public internet" in reason


async def test_searxng_needs_an_address(tmp_path: Path) -> None:
    reason = await Browser(tmp_path, search="searxng").refused("web-search", query="otters")
    assert "search_url" in reason


async def test_nothing_found_is_told(web: WebServer, searxng: Browser) -> None:
    web.serve("/searx/search", '{"results": []}', "application/json")
    assert "Nothing was found" in await searxng.use("web-search", query="otters")


async def test_a_search_has_a_time_limit(web: WebServer, tmp_path: Path) -> None:
    hasty = Browser(tmp_path, search="searxng", search_url=web.url, timeout=0.3)
    web.silent("/search")
    assert "longer than 0.3 s" in await hasty.refused("web-search", query="otters")


@pytest.mark.parametrize("query", ["", " \n", "x" * 301])
async def test_a_query_is_a_few_words(web: WebServer, searxng: Browser, query: str) -> None:
    assert "300" in await searxng.refused("web-search", query=query)
    assert not web.requests


MOJEEK = """<html><body><ul class="results">
<li><h2><a href="https://otters.example/">Otters</a></h2><p class="s">All about otters.</p></li>
<li><h2><a href="https://rivers.example/">Rivers and otters</a></h2><p class="s">Wet.</p></li>
</ul></body></html>"""


@pytest.fixture
def engine(web: WebServer, monkeypatch: pytest.MonkeyPatch) -> str:
    """ddgs with one engine, whose address is on loopback."""
    path = "/search"
    monkeypatch.setattr(Mojeek, "search_url", web.url + path)
    monkeypatch.setitem(ENGINES, "text", {"mojeek": Mojeek})
    return path


async def test_ddgs_reads_an_engine_through_its_own_client(web: WebServer, engine: str) -> None:
    web.serve(engine, MOJEEK)
    assert web_search.search("otters", 5, None) == [
        {"title": "Otters", "href": "https://otters.example/", "body": "All about otters."},
        {"title": "Rivers and otters", "href": "https://rivers.example/", "body": "Wet."},
    ]
    assert parse_qs(urlsplit(web.requests[0].path).query)["q"] == ["otters"]


async def test_engines_that_turn_programs_away_find_nothing(web: WebServer, engine: str) -> None:
    web.serve(engine, "go away", status=429)
    assert web_search.search("otters", 5, None) == []


async def test_no_network_is_told_in_words(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mojeek, "search_url", "http://127.0.0.1:9/")
    with pytest.raises(ToolError, match="can be reached"):
        web_search.search("otters", 5, None)


async def test_an_engine_that_is_silent(
    web: WebServer, engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_search, "ENGINE_S", 1)
    web.silent(engine)
    with pytest.raises(ToolError, match="in time"):
        web_search.search("otters", 5, None)


async def test_ddgs_is_asked_in_a_process_of_its_own(web: WebServer, tmp_path: Path) -> None:
    """The server is no proxy for https, so that no engine can be reached through it."""
    reason = await Browser(tmp_path, proxy=web.url).refused("web-search", query="otters")
    assert reason.startswith("No search engine")


async def test_a_search_that_is_cancelled_ends_at_once(web: WebServer, tmp_path: Path) -> None:
    browser = Browser(tmp_path, proxy=web.silent_tunnel())
    task = asyncio.create_task(browser.use("web-search", query="otters"))
    assert await asyncio.to_thread(web.asked.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(web.left.wait, 5)
