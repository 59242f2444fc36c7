"""A slash word that there is not, and the system prompt behind one that there is."""

import pytest

from tests.provider_server import ProviderServer, answer
from tests.tui.conftest import OpenChat
from tyler_tui.commands import nearest_slash


@pytest.mark.parametrize(
    ("word", "near"),
    [("modle", "model"), ("Exprot", "export"), ("hlep", "help"), ("thmee", "theme"), ("xyz", None)],
)
def test_the_nearest_command_is_found(word: str, near: str | None) -> None:
    assert nearest_slash(word) == near


async def test_a_word_that_is_nearly_a_command_is_asked_about(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.send("/exprot notes.md")
        await chat.until(
            lambda: "there is no command /exprot · did you mean /export?" in chat.status
        )
        assert chat.screen.composer.text == "/exprot notes.md"


async def test_the_system_prompt_of_a_session_is_set_kept_and_taken_back(
    open_chat: OpenChat, served: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    served.fallback = answer("Arr.")

    def told(number: int) -> str:
        return str(served.requests[number].body["messages"][0]["content"])

    async with open_chat("openai/x", session="sea") as chat:
        await chat.ask("one")
        assert told(0).startswith("You are Tyler.")
        await chat.send("/system You are a pirate.")
        await chat.until(lambda: "is yours from the next prompt on" in chat.status)
        await chat.ask("two")
        assert told(1) == "You are a pirate."
    async with open_chat(None, resume="sea") as chat:
        await chat.ask("three")
        assert told(2) == "You are a pirate."
        assert chat.screen.conversation
        chat.screen.conversation.tune(temperature=0.5)
        await chat.send("/system default")
        await chat.until(lambda: "is its agent's own" in chat.status)
        await chat.ask("four")
        assert told(3).startswith("You are Tyler.")
        assert served.requests[3].body["temperature"] == 0.5
