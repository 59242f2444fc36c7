"""A server that asks the user while its tool runs, on the approval card."""

import json
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from textual.widgets import Static

from tests.mcp_servers.running import program
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.config import Settings
from tyler_tui.conversation import State
from tyler_tui.events import ExecutionEvent
from tyler_tui.mcp_settings import McpSettings
from tyler_tui.tui.widgets.approval_preview import PreviewText
from tyler_tui.tui.widgets.arguments_editor import ArgumentsEditor
from tyler_tui.tui.widgets.server_list import ServerList

pytestmark = pytest.mark.usefixtures("attentive")


def card(chat: Chat) -> str:
    said = chat.screen.approval.query(Static).results()
    shown = [str(one.render()) for one in said if one.display and one.parent.display]  # type: ignore[union-attr]
    return "\n".join([*shown, chat.screen.approval.query_one(PreviewText).text])


async def greeted(chat: Chat, served: ProviderServer, tool: str = "far-greet") -> None:
    served.script(Reply([Call(0, "c1", tool, "{}"), Finish("tool_calls")]), answer("Hello."))
    await chat.until(
        lambda: "● far" in "".join(str(one.render()) for one in chat.screen.query(ServerList))
    )
    await chat.send("greet me")
    await chat.until(lambda: "Who are" in card(chat) and chat.screen.approval.display)


SETTINGS = Settings(mcp=McpSettings(servers={"far": program("asking")}), approval="auto")


async def test_what_is_typed_gets_to_the_server(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    async with open_chat("openai/any", settings=SETTINGS) as chat:
        await greeted(chat, served)
        text = card(chat)
        assert "far-greet asks: Who are ␛[2Jyou?" in text
        assert "name (string): What you are called" in text
        assert "answer" in text
        assert "allow once" not in text
        await chat.pilot.press("e")
        await chat.until(lambda: chat.screen.approval.editor is not None)
        editor = chat.screen.approval.query_one(ArgumentsEditor)
        assert json.loads(editor.text) == {"name": "", "age": ""}
        editor.load_text('{"name": "Ada", "age": "old"}')
        await chat.pilot.press("enter")
        await chat.until(lambda: "`age` must be" in card(chat))
        await chat.pilot.press("e")
        await chat.until(lambda: chat.screen.approval.editor is not None)
        assert json.loads(editor.text) == {"name": "Ada", "age": "old"}
        editor.load_text('{"name": "Ada", "age": 36}')
        await chat.pilot.press("enter")
        await chat.shows("Hello.")
        await chat.idle()
        assert "✓ far-greet" in chat.panel
    assert served.requests[-1].body["messages"][-1]["content"] == (
        "accept: {'name': 'Ada', 'age': 36}"
    )


async def test_a_yes_is_no_answer(open_chat: OpenChat, served: ProviderServer) -> None:
    async with open_chat("openai/any", settings=SETTINGS) as chat:
        await greeted(chat, served)
        await chat.pilot.press("y")
        await chat.until(lambda: chat.screen.composer.text == "y")
        assert chat.screen.approval.display
        await chat.pilot.press("ctrl+c", "ctrl+c")
        await chat.idle()


async def test_no_answer_is_one_too(open_chat: OpenChat, served: ProviderServer) -> None:
    async with open_chat("openai/any", settings=SETTINGS) as chat:
        await greeted(chat, served)
        await chat.pilot.press("n")
        await chat.shows("Hello.")
        await chat.idle()
        assert not chat.screen.approval.display
    assert served.requests[-1].body["messages"][-1]["content"] == "decline: None"


async def test_stopping_the_answer_ends_the_question(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    async with open_chat("openai/any", settings=SETTINGS) as chat:
        await greeted(chat, served)
        chat.screen.composer.focus()
        await chat.pilot.press("ctrl+c")
        await chat.idle()
        assert not chat.screen.approval.display


async def test_a_call_that_goes_on_without_the_answer_ends_the_question(
    open_chat: OpenChat, served: ProviderServer, tmp_path: Path
) -> None:
    goes_on = tmp_path / "goes on"
    server = program("raw", "impatient", str(goes_on))
    settings = Settings(mcp=McpSettings(servers={"far": server}), approval="auto")
    async with open_chat("openai/any", settings=settings) as chat:
        await greeted(chat, served, "far-echo")
        conversation = chat.screen.conversation
        assert conversation
        assert conversation.state is State.ASKING
        states: list[State] = []

        async def follow(event: ExecutionEvent) -> None:
            states.append(conversation.state)

        conversation.subscribe(follow)
        goes_on.touch()
        await chat.shows("Hello.")
        await chat.idle()
        assert not chat.screen.approval.display
        assert State.ASKING not in states
    assert served.requests[-1].body["messages"][-1]["content"] == "echo"
