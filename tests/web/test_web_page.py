"""The TUI in a real browser."""

import struct
import zlib

import pytest

from tests.provider_server import Hang, ProviderServer, Reply, Text, answer
from tests.web.browser import chromium, opened
from tests.web.clients import Serving
from tests.web.conftest import Serve

pytestmark = pytest.mark.skipif(chromium() is None, reason="Chromium is not installed")


def colours(png: bytes) -> int:
    """How many different pixels stand in the rows of a picture of three or four bytes a pixel."""
    width, height, _, kind = struct.unpack(">IIBB", png[16:26])
    depth = {2: 3, 6: 4}[kind]
    data, at = b"", 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += size + 12
    raw, stride = zlib.decompress(data), width * depth + 1
    rows = (raw[row * stride + 1 : (row + 1) * stride] for row in range(height))
    return len({row[at : at + depth] for row in rows for at in range(0, len(row), depth)})


async def test_the_page_shows_the_chat_and_takes_keys(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(answer("A *fine* answer."), Reply([Text("As far as this"), Hang()]))
    async with opened(f"{served.http}/?session=browser") as page:
        await page.shows("Ask anything")
        await page.type("hello")
        await page.press("enter")
        await page.shows("A fine answer.")
        assert colours(await page.picture()) > 50
        await page.type("Go on")
        await page.press("enter")
        await page.shows("As far as this")
        await page.press("ctrl+c")
        await provider_server.requests[1].wait_closed()
        await page.shows("ready")
        assert await page.evaluate("document.title") == "browser"
        # All of it comes from this server, and nothing was forbidden or went wrong.
        assert all(address.startswith(served.http) for address in page.addresses)
        assert any(address.endswith(".ttf") for address in page.addresses)
        assert page.problems == []
    summary = await served.store.find("browser")
    assert summary.message_count == 4


async def test_the_clipboard_of_the_browser_is_that_of_the_chat(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(answer("A *fine* answer."))
    async with opened(served.http) as page:
        await page.shows("Ask anything")
        await page.evaluate("navigator.clipboard.writeText('one\\ntwo')")
        await page.press("ctrl+v")
        await page.shows("> one\n   two")
        await page.press("enter")
        await page.shows("A fine answer.")
        await page.type("/copy")
        await page.press("enter")
        await page.shows("Copied")
        await page.becomes("navigator.clipboard.readText().then(t => t === 'A *fine* answer.')")
    assert provider_server.requests[0].body["messages"][-1]["content"] == "one\ntwo"


async def test_the_page_opens_with_the_token_and_keeps_it_out_of_the_address(
    serve: Serve, provider_server: ProviderServer
) -> None:
    served = await serve(token="a-token-of-the-tests")
    provider_server.script(answer("A *fine* answer."))
    async with opened(f"{served.http}/?token=a-token-of-the-tests") as page:
        await page.shows("Ask anything")
        assert await page.evaluate("location.search") == ""
        assert await page.evaluate("document.cookie") == ""
        script = (
            "fetch('/chat', {method: 'POST', body: '{\"content\": \"hi\"}'}).then(r => r.text())"
        )
        assert "event: complete" in await page.evaluate(script)


async def test_the_page_says_when_the_chat_has_ended(served: Serving) -> None:
    async with opened(served.http) as page:
        await page.shows("Ask anything")
        closed = "getComputedStyle(document.querySelector('.closed')).display !== 'none'"
        assert await page.evaluate(closed) is False
        await served.stop()
        await page.becomes(closed)
