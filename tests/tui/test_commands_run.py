"""A command through the whole program: asked about, its output live in the panel, stopped."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tests.tools.commands import all_end, pids_in
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.tui.widgets.approval_preview import PreviewText


@pytest.fixture
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    return provider_server


def command(line: str) -> Reply:
    arguments = json.dumps({"command": line})
    return Reply([Call(0, "c1", "command_line-run", arguments), Finish("tool_calls")])


async def _allowed(chat: Chat) -> None:
    await chat.send("go")
    await chat.until(lambda: chat.screen.approval.display)
    await chat.pilot.press("y")
    await chat.until(lambda: "● command_line-run" in chat.panel)


@pytest.mark.usefixtures("attentive")
async def test_the_card_shows_the_command_and_its_folder(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(command("echo 'a'\u202e > made"), answer("I see."))
    async with open_chat("openai/x") as chat:
        await chat.send("go")
        await chat.until(lambda: chat.screen.approval.display)
        shown = chat.screen.approval.query_one(PreviewText).text
        assert f"in {workspace}" in shown
        assert "$ echo 'a'\\u202e > made" in shown
        await chat.pilot.press("n")
        await chat.idle()
        assert not (workspace / "made").exists()


@pytest.mark.usefixtures("attentive")
async def test_a_row_shows_the_latest_output_while_the_command_runs(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    os.mkfifo(workspace / "go")
    served.script(
        command(r"printf 'one\n\033[2J[/b]two\n'; read line <go; echo three; exit 4"),
        answer("Done."),
    )
    async with open_chat("openai/x") as chat:
        await _allowed(chat)
        await chat.until(lambda: "␛[2J[/b]two" in chat.panel)
        assert "one" not in chat.panel.replace("printf 'one", ""), "a closed row is two lines"
        await chat.pilot.press("ctrl+o")
        await chat.until(lambda: "output so far" in chat.panel)
        assert "│ one\n" in chat.panel
        assert "│ ␛[2J[/b]two\n" in chat.panel
        await asyncio.to_thread((workspace / "go").write_text, "now\n")
        await chat.idle()
        assert "so far" not in chat.panel
        assert "✗ command_line-run" in chat.panel
        assert "│ exit code 4\n" in chat.panel
        assert "│ three" in chat.panel


@pytest.mark.usefixtures("attentive")
async def test_ctrl_c_ends_the_command_with_its_children(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(command("echo begun; sleep 300 & echo $! >>pids; echo $$ >>pids; wait"))
    async with open_chat("openai/x") as chat:
        await _allowed(chat)
        pids = await pids_in(workspace / "pids", 2)
        await chat.until(lambda: "begun\n" in f"{chat.panel}\n")
        await chat.pilot.press("ctrl+c")
        await chat.idle()
        assert all_end(pids)
        assert "interrupted" in chat.panel
        await chat.pilot.press("ctrl+o")
        await chat.until(lambda: "output until then\n  │ begun\n" in chat.panel)
