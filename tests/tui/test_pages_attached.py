"""`@https://…` in a prompt: said above it, read when it is sent."""

from collections.abc import Iterator

import pytest

from tests.provider_server import ProviderServer, answer
from tests.tools.web_server import WebServer
from tests.tui.conftest import OpenChat
from tests.tui.test_attachments import bar, sent, written
from tyler_tui.config import Settings
from tyler_tui.web_settings import WebSettings


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


async def test_a_page_is_read_when_the_prompt_is_sent_and_not_before(
    open_chat: OpenChat, served: ProviderServer, web: WebServer
) -> None:
    page = web.serve("/kites", "<p>They fly high.</p>")
    served.fallback = answer("They do.")
    settings = Settings(web=WebSettings(allow_hosts=[web.host]))
    async with open_chat("openai/x", settings=settings) as chat:
        await written(chat, f"What says @{page}?")
        await chat.until(lambda: any("is read when you send" in row for row in bar(chat)))
        assert web.requests == []
        await chat.ask(f"What says @{page}?")
        text = "\n".join(sent(served))
        assert f"What says @{page}?" in text
        assert "They fly high." in text
        assert len(web.requests) == 1
        await chat.shows(page)


async def test_a_page_that_cannot_be_read_costs_nothing_that_was_written(
    open_chat: OpenChat, served: ProviderServer, web: WebServer
) -> None:
    page = web.serve("/gone", "gone", status=404)
    settings = Settings(web=WebSettings(allow_hosts=[web.host]))
    async with open_chat("openai/x", settings=settings) as chat:
        await chat.send(f"What says @{page} ?")
        await chat.until(lambda: any("404" in told.message for told in chat.app._notifications))
        assert chat.screen.composer.text == f"What says @{page} ?"
        assert "reading" not in chat.status
        assert served.requests == []
