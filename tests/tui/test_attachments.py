"""Files that go with a prompt, as the chat shows and sends them."""

import pytest

from tests.provider_server import ProviderServer, answer
from tests.tui.conftest import OpenChat
from tyler_tui.messages import Attachment

NOTES = Attachment("notes\x1b[2J.txt", b"remember", "text/plain")
PICTURE = Attachment("a.png", b"\x89PNG\r\n\x1a\n", "image/png")


async def test_files_go_with_the_first_prompt_alone_and_are_seen_there(
    open_chat: OpenChat, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    provider_server.script(answer("One."), answer("Two."))
    async with open_chat("openai/local", attachments=[NOTES]) as chat:
        await chat.until(lambda: "with your first prompt goes notes␛[2J.txt" in chat.status)
        await chat.ask("first")
        assert "📎 notes␛[2J.txt" in chat.text
        await chat.ask("second")
    first, second = (request.body["messages"][-1] for request in provider_server.requests)
    assert first["content"][1]["text"] == "File notes\x1b[2J.txt:\nremember"
    assert second["content"] == "second"


async def test_a_prompt_of_the_command_line_takes_them_along(open_chat: OpenChat) -> None:
    async with open_chat(prompt="a table", attachments=[NOTES]) as chat:
        await chat.until(lambda: chat.screen.conversation and len(chat.rows) > 5)
        await chat.idle()
        assert chat.screen.conversation
        assert chat.screen.conversation.thread.messages[0].attachments == [NOTES]


async def test_an_image_for_a_model_that_does_not_see_gives_the_prompt_back(
    open_chat: OpenChat,
) -> None:
    async with open_chat("deepseek/deepseek-v4-pro", attachments=[PICTURE]) as chat:
        await chat.until(lambda: "goes a.png" in chat.status)
        await chat.send("look")
        await chat.until(lambda: chat.screen.composer.text == "look")
        assert chat.screen.conversation
        assert not chat.screen.conversation.thread.messages
