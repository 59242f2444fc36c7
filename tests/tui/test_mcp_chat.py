"""MCP servers in the chat: shown, called through the approval card, named in prompts."""

import json
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from textual.widgets import Static

from tests.mcp_servers.running import program
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.config import Settings
from tyler_tui.mcp_settings import McpServerSettings, McpSettings
from tyler_tui.messages import Attachment
from tyler_tui.tui.screens.mcp_servers import McpServersScreen
from tyler_tui.tui.widgets.attachment_bar import AttachmentBar
from tyler_tui.tui.widgets.completion import CompletionList
from tyler_tui.tui.widgets.server_list import ServerList


def _settings(**servers: McpServerSettings) -> Settings:
    return Settings(mcp=McpSettings(servers=servers))


def _servers(chat: Chat) -> str:
    return "\n".join(str(one.render()) for one in chat.screen.query(ServerList))


def _notices(chat: Chat) -> str:
    return "\n".join(f"{one.title}: {one.message}" for one in chat.app._notifications)


@pytest.fixture
def adding(served: ProviderServer) -> ProviderServer:
    """A model that has two numbers added."""
    arguments = json.dumps({"a": 20, "b": 22})
    served.script(
        Reply([Call(0, "c1", "calc-add", arguments), Finish("tool_calls")]), answer("It is 42.")
    )
    return served


@pytest.mark.usefixtures("attentive")
async def test_a_tool_of_a_server_is_asked_about_and_runs(
    open_chat: OpenChat, adding: ProviderServer
) -> None:
    settings = _settings(calc=program("good"))
    async with open_chat("openai/any", settings=settings) as chat:
        await chat.until(lambda: "● calc  9 tools" in _servers(chat))
        await chat.send("add")
        await chat.until(lambda: chat.screen.approval.display)
        await chat.pilot.press("y")
        await chat.shows("It is 42.")
        await chat.idle()
        assert "✓ calc-add" in chat.panel
    sent = adding.requests[-1].body
    assert sent["messages"][-1]["content"] == "42"
    [tool] = [one["function"] for one in sent["tools"] if one["function"]["name"] == "calc-add"]
    assert tool["parameters"]["required"] == ["a", "b"]


@pytest.mark.usefixtures("attentive")
async def test_an_image_of_a_tool_is_shown_to_the_model(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    calls = [Call(0, "c1", "calc-picture", "{}"), Call(1, "c2", "calc-add", '{"a": 1, "b": 1}')]
    served.script(Reply([*calls, Finish("tool_calls")]), answer("A dot."), answer("Still."))
    settings = _settings(calc=program("good"))
    settings.approval = "auto"
    async with open_chat("openai/gpt-4o", settings=settings) as chat:
        await chat.until(lambda: "● calc" in _servers(chat))
        await chat.ask("look")
        await chat.ask("again")
    for request in served.requests[-2:]:
        messages = request.body["messages"]
        roles = [message["role"] for message in messages]
        at = roles.index("tool")
        assert roles[at : at + 3] == ["tool", "tool", "user"]
        assert messages[at]["content"] == "Here it is:\n(image-1.png, 70 B)"
        assert messages[at + 2]["content"][1]["image_url"]["url"].startswith("data:image/png;")


async def test_one_that_cannot_be_used_is_said_with_what_to_do(open_chat: OpenChat) -> None:
    settings = _settings(gone=McpServerSettings(command="no-such-program"))
    async with open_chat(settings=settings) as chat:
        await chat.until(lambda: "✗ gone" in _servers(chat))
        said = "MCP server gone: There is no program 'no-such-program'.\nInstall it"
        await chat.until(lambda: said in _notices(chat))
        await chat.ask("a table")  # the chat itself minds nothing of it


async def test_several_servers_that_fail_take_one_notice_and_are_counted(
    open_chat: OpenChat,
) -> None:
    gone = {name: McpServerSettings(command=f"no-such-{name}") for name in ("one", "two", "three")}
    async with open_chat(settings=_settings(**gone)) as chat:
        await chat.until(lambda: "3 MCP servers failed · /mcp tells why" in chat.status)
        await chat.until(lambda: "\nInstall it" in _notices(chat))
        assert _notices(chat).count("MCP server ") == 1


async def test_one_that_fails_again_is_told_by_its_name(open_chat: OpenChat) -> None:
    gone = McpServerSettings(command="no-such-program")
    async with open_chat(settings=_settings(gone=gone)) as chat:
        await chat.until(lambda: "MCP server gone" in _notices(chat))
        await chat.send("/mcp gone")
        await chat.until(lambda: "the MCP server gone failed again" in chat.status)


async def test_mcp_shows_what_servers_have_and_connects_one_again(open_chat: OpenChat) -> None:
    settings = _settings(calc=program("good"), off=program("good", enabled=False))
    async with open_chat(settings=settings) as chat:
        await chat.until(lambda: "● calc" in _servers(chat))
        await chat.send("/mcp")
        await chat.until(lambda: isinstance(chat.app.screen, McpServersScreen))
        text = "\n".join(str(one.render()) for one in chat.app.screen.query(Static))
        for part in (
            "calc: ready in",
            "calc-add",
            "@calc:memo://today",
            "/calc:review",
            "off: off",
        ):
            assert part in text
        await chat.pilot.press("escape")
        await chat.send("/mcp off")
        await chat.until(lambda: "● off" in _servers(chat))


async def test_a_prompt_of_a_server_is_sent_in_its_words(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.fallback = answer("Done.")
    async with open_chat("openai/any", settings=_settings(calc=program("good"))) as chat:
        await chat.until(lambda: "● calc" in _servers(chat))
        await chat.ask("/calc:review main.py focus='bad names'")
        assert "Review main.py for bad names." in chat.text
        conversation = chat.screen.conversation
        assert conversation is not None
        assert not conversation.typed  # the server wrote it
        await chat.send("/calc:review")
        await chat.until(lambda: "path is missing" in _notices(chat))
        assert chat.screen.composer.text == "/calc:review"
        await chat.send("/calc:revue x")
        await chat.until(lambda: "Did you mean `review`?" in _notices(chat))
    assert served.requests[-1].body["messages"][-1]["content"] == "Review main.py for bad names."


async def test_a_prompt_of_a_server_that_takes_its_time_goes_where_it_was_typed(
    open_chat: OpenChat, served: ProviderServer, tmp_path: Path
) -> None:
    served.fallback = answer("Done.")
    go, good = tmp_path / "go", program("good")
    wait = 'while [ ! -e "$0" ]; do sleep 0.05; done; exec "$@"'
    late = McpServerSettings(
        command="sh", args=["-c", wait, str(go), good.command or "", *good.args]
    )
    async with open_chat("openai/any", settings=_settings(calc=late)) as chat:
        await chat.ask("hello")
        first = chat.screen.conversation
        assert first is not None
        attached = chat.screen.writing.attached
        attached.pin(Attachment("now.txt", b"now", "text/plain"))
        await chat.send("/calc:review main.py")
        attached.pin(Attachment("later.txt", b"later", "text/plain"))
        await chat.pilot.press("ctrl+n")
        await chat.until(lambda: chat.screen.conversation not in (None, first))
        go.touch()
        await chat.until(lambda: len(first.thread.messages) == 4)
        prompt = first.thread.messages[2]
        assert prompt.content == "Review main.py for faults."
        assert [file.filename for file in prompt.attachments] == ["now.txt"]
        second = chat.screen.conversation
        assert second is not None
        assert not second.thread.messages


async def test_an_edited_prompt_may_begin_with_a_slash(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.fallback = answer("Done.")
    async with open_chat("openai/any", settings=_settings(calc=program("good"))) as chat:
        await chat.ask("hello")
        await chat.send("/edit")
        await chat.until(lambda: chat.screen.branching.is_editing)
        await chat.send("/usr/bin is what?")
        await chat.until(lambda: len(served.requests) == 2)
        await chat.idle()
        conversation = chat.screen.conversation
        assert conversation is not None
        prompts = [one.content for one in conversation.thread.messages if one.role == "user"]
        assert prompts == ["/usr/bin is what?"]


async def test_a_resource_goes_with_the_prompt_that_names_it(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.fallback = answer("Done.")
    async with open_chat("openai/any", settings=_settings(calc=program("good"))) as chat:
        await chat.until(lambda: "● calc" in _servers(chat))
        await chat.pilot.press(*"what is in @calc:memo://today?", "escape")
        await chat.until(lambda: chat.screen.query_one(AttachmentBar).display)
        chips = str(chat.screen.query_one(AttachmentBar).render())
        assert "calc:memo://today" in chips
        assert "is read when you send" in chips
        await chat.pilot.press("enter")
        await chat.shows("Done.")
    sent = json.dumps(served.requests[-1].body["messages"][-1])
    assert "buy milk" in sent
    assert "calc:memo://today" in sent


@pytest.mark.parametrize(
    ("typed", "completed"), [("@cal", "@calc:memo://today "), ("/calc:", "/calc:review ")]
)
async def test_both_are_completed(open_chat: OpenChat, typed: str, completed: str) -> None:
    async with open_chat(settings=_settings(calc=program("good"))) as chat:
        await chat.until(lambda: "● calc" in _servers(chat))
        await chat.pilot.press(*typed)
        await chat.until(lambda: chat.screen.query_one(CompletionList).choice is not None)
        await chat.pilot.press("tab")
        assert chat.screen.composer.text == completed


async def test_without_servers_there_is_nothing_of_them(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        assert not chat.screen.query(ServerList)
        await chat.send("/mcp")
        await chat.until(lambda: "no MCP servers" in _notices(chat))
        assert "`tyler-chat mcp add NAME -- COMMAND` adds one" in _notices(chat)
        assert [notice.severity for notice in chat.app._notifications] == ["information"]
