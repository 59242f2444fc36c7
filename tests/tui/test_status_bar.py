"""The bottom line, at the width of a small terminal."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.provider_server import ProviderServer, answer
from tests.tui.conftest import OpenChat
from tests.tui.test_commands_run import command
from tyler_tui.agent.approval import ApprovalMode
from tyler_tui.conversation import State
from tyler_tui.events import EventType, ExecutionEvent
from tyler_tui.tui.turn_progress import TurnProgress


async def test_the_mode_is_seen_at_80_columns_whatever_goes_on(open_chat: OpenChat) -> None:
    async with open_chat(size=(80, 24)) as chat:
        await chat.until(lambda: "asks first" in chat.status)
        status = chat.screen.status
        progress = TurnProgress(characters=99_999, tools=12, first_text_at=0.0)
        status.follow(progress)
        for mode, word in (
            (ApprovalMode.ASK, "asks first"),
            (ApprovalMode.EDITS, "edits unasked"),
            (ApprovalMode.AUTO, "all unasked"),
        ):
            status.set_mode(mode)
            for state in State:
                status.set_state(state, queued=12)
                assert f" · {word}" in chat.status[:78], state
                assert len(chat.status) <= 78


async def test_the_keys_that_it_tells_are_the_users_own(open_chat: OpenChat) -> None:
    keys = {"app.palette": "f9", "app.keys": "", "chat.interrupt": "ctrl+x"}
    async with open_chat(size=(120, 40), keys=keys) as chat:
        await chat.until(lambda: chat.status.rstrip().endswith("Enter send · F9 commands"))
        chat.screen.status.set_state(State.ANSWERING, queued=1)
        await chat.until(lambda: chat.status.rstrip().endswith("Ctrl+X stop · Up edit queued"))
        chat.screen.status.set_place("tools")
        await chat.until(lambda: "Enter open · Ctrl+O all · Esc back" in chat.status)


async def test_a_long_remark_goes_before_the_mode_and_the_keys(open_chat: OpenChat) -> None:
    async with open_chat(size=(60, 20)) as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        remark = "editing an earlier prompt · Enter sends it as a branch"
        chat.screen.status.say(remark)
        await chat.until(lambda: chat.status.strip() == remark)


@pytest.mark.usefixtures("attentive")
async def test_while_a_command_runs_it_is_named_and_timed_and_no_rate_is_told(
    open_chat: OpenChat,
    provider_server: ProviderServer,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    os.mkfifo(workspace / "go")
    provider_server.script(command("read line <go"), answer("Done."))
    async with open_chat("openai/x", size=(80, 24)) as chat:
        await chat.send("go")
        await chat.until(lambda: chat.screen.approval.display)
        assert "waiting for you" in chat.status
        await chat.pilot.press("y")
        await chat.until(lambda: "running command_line-run · 0:0" in chat.status)
        assert "tok/s" not in chat.status
        await asyncio.to_thread((workspace / "go").write_text, "now\n")
        await chat.idle()
        assert "running" not in chat.status


def test_the_rate_is_that_of_one_call_of_the_model() -> None:
    progress = TurnProgress()
    for event in (
        ExecutionEvent.now(EventType.ITERATION_START, iteration_number=0, max_iterations=9),
        ExecutionEvent.now(EventType.LLM_REQUEST, message_count=1, model="m", temperature=None),
        ExecutionEvent.now(EventType.LLM_STREAM_CHUNK, content_chunk="x" * 100),
        ExecutionEvent.now(EventType.TOOL_EXECUTING, tool_name="t", tool_call_id="c"),
    ):
        progress.add(event)
    assert (progress.characters, list(progress.running)) == (100, ["c"])
    assert progress.first_text_at is not None
    progress.add(
        ExecutionEvent.now(EventType.TOOL_RESULT, tool_call_id="c", result="", duration_ms=1.0)
    )
    progress.add(
        ExecutionEvent.now(EventType.LLM_REQUEST, message_count=3, model="m", temperature=None)
    )
    began_anew = TurnProgress(began=progress.began, tools=progress.tools)
    assert progress == began_anew
