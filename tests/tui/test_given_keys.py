"""A key for this run: asked for hidden, used at once, kept nowhere."""

import os
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from tests.provider_server import ProviderServer, Reply, answer
from tests.tui.conftest import Chat, OpenChat
from tyler_tui import paths
from tyler_tui.providers.catalog import KEY_SOURCES, source_of_key
from tyler_tui.tui.screens.first_run import FirstRunScreen
from tyler_tui.tui.screens.key import KeyScreen

KEY = "sk-abcdefghijklmnopqrst"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that a test gives are gone after it."""
    for source in KEY_SOURCES:
        monkeypatch.setenv(source.variable, "")
        monkeypatch.delenv(source.variable)


@pytest.mark.parametrize(
    ("key", "provider"),
    [
        ("sk-ant-api03-x", "Anthropic"), ("sk-proj-x", "OpenAI"), ("sk-or-v1-x", "OpenRouter"),
        ("AIzaSyx", "Google Gemini"), ("gsk_x", "Groq"), ("xai-x", "xAI"), ("pplx-x", "Perplexity"),
        ("csk-x", "Cerebras"), ("fw_x", "Fireworks"), ("0123456789abcdef", None), ("", None),
    ],
)  # fmt: skip
def test_whose_a_key_is_is_guessed_from_its_beginning(key: str, provider: str | None) -> None:
    source = source_of_key(key)
    assert (source.provider if source else None) == provider


async def _paste_a_key(chat: Chat) -> None:
    await chat.opened(FirstRunScreen)
    found = chat.app.screen.query_one(".first-run--found", Static)
    await chat.until(lambda: "Looking" not in str(found.render()))
    await chat.pilot.press("end", "enter")


async def _screen(chat: Chat) -> KeyScreen:
    await chat.opened(KeyScreen)
    screen = chat.app.screen
    assert isinstance(screen, KeyScreen)
    await chat.pilot.pause()
    return screen


def _said(screen: KeyScreen) -> str:
    return str(screen.query_one("#key-keeping", Static).render())


async def test_a_key_is_pasted_at_the_first_start_and_the_chat_begins(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(answer("Hello there."))
    async with open_chat(None) as chat:
        await _paste_a_key(chat)
        screen = await _screen(chat)
        field = screen.query_one(Input)
        assert field.password
        field.value = f" {KEY}\n"
        await chat.until(lambda: "export OPENAI_API_KEY=…" in _said(screen))
        shown = chat.app.export_screenshot()
        assert "abcdefghij" not in shown
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.conversation is not None)
        assert os.environ["OPENAI_API_KEY"] == KEY
        await chat.ask("hi")
        assert served.requests[0].headers["authorization"] == f"Bearer {KEY}"
        assert served.requests[0].body["model"] == "gpt-5.5"
    for file in paths.data_folder().rglob("*"):
        assert not file.is_file() or KEY.encode() not in file.read_bytes(), file


async def test_the_guess_gives_way_to_what_the_user_says(open_chat: OpenChat) -> None:
    async with open_chat(None) as chat:
        await _paste_a_key(chat)
        screen = await _screen(chat)
        await chat.pilot.press(*"sk-ant-")
        await chat.until(lambda: "ANTHROPIC_API_KEY" in _said(screen))
        await chat.pilot.press("down")
        await chat.until(lambda: "OPENAI_API_KEY" in _said(screen))
        await chat.pilot.press(*"abcdefgh")
        assert "OPENAI_API_KEY" in _said(screen)
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.conversation is not None)
        assert os.environ["OPENAI_API_KEY"] == "sk-ant-abcdefgh"
        assert "ANTHROPIC_API_KEY" not in os.environ


@pytest.mark.parametrize("typed", ["", "short", "what is a key?é"])
async def test_what_is_no_key_is_not_taken(open_chat: OpenChat, typed: str) -> None:
    async with open_chat(None) as chat:
        await _paste_a_key(chat)
        screen = await _screen(chat)
        screen.query_one(Input).value = typed
        await chat.pilot.press("enter")
        await chat.until(lambda: "That is no key" in _said(screen))
        await chat.pilot.press("escape")
        await chat.opened(FirstRunScreen)
        await chat.pilot.press("home", "enter")
        await chat.until(lambda: chat.screen.conversation is not None)
        assert chat.screen.conversation
        assert chat.screen.conversation.agent.model_name == "demo"


async def test_a_refused_key_is_replaced_without_leaving(
    open_chat: OpenChat, served: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-wrongwrongwrong")
    served.script(Reply(status=401, body=b'{"error": {"message": "no"}}'), answer("Now it works."))
    async with open_chat("openai/x") as chat:
        await chat.ask("hi")
        await chat.shows("→ Give a valid key with /key, or use another model with /model.")
        assert "Give a key /key" in chat.text
        await chat.send("/key")
        screen = await _screen(chat)
        assert "OPENAI_API_KEY" in _said(screen), "the provider of the model in use"
        screen.query_one(Input).value = KEY
        await chat.pilot.press("enter")
        await chat.until(lambda: "counts for this run · /retry asks again" in chat.status)
        await chat.send("/retry")
        await chat.shows("Now it works.")
        assert served.requests[1].headers["authorization"] == f"Bearer {KEY}"


async def test_a_key_for_another_provider_says_how_to_use_it(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.send("/key groq")
        screen = await _screen(chat)
        assert "GROQ_API_KEY" in _said(screen)
        screen.query_one(Input).value = "gsk_abcdefghijkl"
        await chat.pilot.press("enter")
        await chat.until(lambda: "/model groq/openai/gpt-oss-120b" in chat.status)


async def test_a_key_behind_the_command_is_not_taken_and_not_remembered(
    open_chat: OpenChat, home: Path
) -> None:
    async with open_chat() as chat:
        await chat.send(f"/key {KEY}")
        await chat.until(lambda: "goes into the field that /key opens" in chat.status)
        assert chat.screen.composer.text == ""
        await chat.pilot.press("up")
        assert KEY not in chat.screen.composer.text
        assert KEY not in os.environ.values()
    assert not (home / "prompts.jsonl").exists() or KEY not in (home / "prompts.jsonl").read_text()
