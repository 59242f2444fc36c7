"""Pages of the web that a prompt names."""

from collections.abc import Iterator

import pytest

from tests.tools.web_server import WebServer
from tyler_tui.errors import UsageError
from tyler_tui.mentions import mentions
from tyler_tui.tools.web.mentioned import MAX_CHARACTERS, pages_named
from tyler_tui.web_settings import WebSettings


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see @https://example.org/a?b=c#d, and", "https://example.org/a?b=c#d"),
        ("(see @https://example.org/a).", "https://example.org/a"),
        ("@https://en.example.org/wiki/Kite_(bird).", "https://en.example.org/wiki/Kite_(bird)"),
        ('@"https://example.org/a b"', "https://example.org/a b"),
        ("@HTTPS://EXAMPLE.org", "HTTPS://EXAMPLE.org"),
        ("@file:///etc/passwd", None),
        ("@notes/https://x", None),
    ],
)
def test_an_address_is_told_from_the_sentence_around_it(text: str, address: str | None) -> None:
    (mention,) = mentions(text)
    assert mention.address == address


async def test_pages_come_as_text_each_once(web: WebServer) -> None:
    page = web.serve("/kites", "<title>Kites</title><h1>Kites</h1><p>They fly <b>high</b>.</p>")
    named = mentions(f"read @{page} and @{page}, not {web.url}/other")
    (file,) = await pages_named(named, WebSettings(allow_hosts=[web.host]))
    assert (file.filename, file.mime_type) == (page, "text/plain")
    text = file.content.decode()
    assert text.startswith(f"Title: Kites\nAddress: {page}\n")
    assert "They fly **high**." in text
    assert len(web.requests) == 1


async def test_of_too_many_pages_none_is_fetched(web: WebServer) -> None:
    named = mentions(" ".join(f"@{web.serve(f'/{number}', 'x')}" for number in range(21)))
    with pytest.raises(UsageError, match="21 pages, and 20"):
        await pages_named(named, WebSettings(allow_hosts=[web.host]))
    assert not web.requests


async def test_a_very_long_page_is_cut_and_says_so(web: WebServer) -> None:
    page = web.serve("/long", "x" * (MAX_CHARACTERS + 5), "text/plain")
    (file,) = await pages_named(mentions(f"@{page}"), WebSettings(allow_hosts=[web.host]))
    assert "Note: only the first 400,000 of 400,005 characters." in file.content.decode()[:300]


async def test_private_networks_are_refused_as_for_the_tools(web: WebServer) -> None:
    page = web.serve("/secret", "secret")
    with pytest.raises(UsageError) as refused:
        await pages_named(mentions(f"@{page}"), WebSettings())
    assert page in refused.value.message
    assert web.requests == []


@pytest.mark.parametrize("status", [404, 500])
async def test_a_page_that_is_not_there_is_told_by_name(web: WebServer, status: int) -> None:
    page = web.serve("/gone", "gone", status=status)
    with pytest.raises(UsageError) as refused:
        await pages_named(mentions(f"@{page}"), WebSettings(allow_hosts=[web.host]))
    assert page in refused.value.message
    assert str(status) in refused.value.message


async def test_a_way_to_another_host_is_not_followed_unasked(web: WebServer) -> None:
    page = web.serve("/moved", status=302, headers={"Location": f"{web.other}/there"})
    with pytest.raises(UsageError) as refused:
        await pages_named(mentions(f"@{page}"), WebSettings(allow_hosts=[web.host]))
    assert f"{web.other}/there" in refused.value.message
