"""Tool calls in the transcript: a line each, and one for several of a kind."""

import asyncio
import os
from pathlib import Path

import pytest

from tests.provider_server import ProviderServer, answer
from tests.tui.conftest import Chat, OpenChat
from tests.tui.served_calls import calls, read, run
from tyler_tui.tui import themes
from tyler_tui.tui.items.tool_lines import ToolLines
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import RunState, ToolRun

PALETTE = Palette.from_theme(next(iter(themes.built_in_themes())))


@pytest.fixture
def served(served: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    return served


def lines(*states: RunState, width: int = 78) -> tuple[ToolLines, list[str]]:
    """The item of calls in those states, and what it shows."""
    runs = [
        ToolRun(f"c{n}", "files-read", {"path": f"{n}.py"}, state, duration_ms=100.0)
        for n, state in enumerate(states)
    ]
    item = ToolLines(PALETTE, runs[0])
    for other in runs[1:]:
        item.add(other)
    return item, shown(item, width)


def shown(item: ToolLines, width: int = 78) -> list[str]:
    return ["".join(segment.text for segment in line.segments) for line in item.lines(width)]


def test_a_few_calls_have_a_line_each() -> None:
    assert lines(RunState.DONE, RunState.FAILED)[1] == [
        "✓ files-read  0.py · 100 ms", "✗ files-read  1.py · failed",
    ]  # fmt: skip


def test_several_calls_share_a_line_that_tells_what_went_wrong_and_opens_to_theirs() -> None:
    item, rows = lines(*[RunState.DONE] * 2, *[RunState.FAILED] * 3)
    assert rows == ["✗ ▸ files-read ×5  0.py, 1.py, 2.py, 3.py, 4.py · 3 failed · 500 ms"]
    assert item.click(0, 3)
    assert shown(item)[0].startswith("✗ ▾ files-read ×5")
    assert [row.strip() for row in shown(item)[1:3]] == [
        "✓ files-read  0.py · 100 ms", "✓ files-read  1.py · 100 ms",
    ]  # fmt: skip
    assert item.run_at(2) is item.runs[1]
    assert not item.click(2, 3), "a call's own line is for the panel"
    assert item.click(0, 3)
    assert len(shown(item)) == 1


@pytest.mark.parametrize(
    ("states", "begins", "told"),
    [
        ([RunState.DONE, RunState.RUNNING, RunState.SELECTED], "●", "1 running · 1 waiting"),
        ([RunState.DONE, RunState.ASKING, RunState.SELECTED], "?", "1 waiting for you · 1 waiting"),
        ([RunState.DENIED, RunState.DENIED, RunState.DONE], "⊘", "2 denied · 300 ms"),
    ],
)
def test_the_line_of_several_shows_the_state_that_matters_most(
    states: list[RunState], begins: str, told: str
) -> None:
    (row,) = lines(*states)[1]
    assert row.startswith(f"{begins} ▸ files-read ×3")
    assert row.endswith(f" · {told}")


@pytest.mark.parametrize("width", [10, 30, 40, 78, 160])
def test_no_line_is_too_long(width: int) -> None:
    item, rows = lines(*RunState, RunState.DONE, width=width)
    assert item.is_group
    for one in item.runs:
        one.change(progress="好" * 200)
    item.toggle()
    assert rows
    assert len(item.lines(width)) == len(item.runs) + 1
    assert all(line.width <= width for line in item.lines(width))


async def test_calls_of_several_rounds_are_grouped_live_and_when_the_session_is_opened_again(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(
        calls(read("README.md"), read("none.py")), calls(read("main.py")), answer("I see.")
    )
    async with open_chat("openai/x", session="read") as chat:
        await chat.ask("go")
        (group,) = [row for row in chat.rows if "files-read" in row]
        assert group.strip().startswith("✗ ▸ files-read ×3  README.md, none.py, main.py · 1 failed")
    async with open_chat("openai/x", resume="read") as chat:
        await chat.shows("I see.")
        assert [row for row in chat.rows if "files-read" in row] == [group]
        await _click(chat, "files-read ×3")
        await chat.shows("✗ files-read  none.py · failed")
        await _click(chat, "none.py · failed")
        await chat.until(lambda: "There is no" in chat.panel or "not there" in chat.panel)


async def test_the_calls_of_a_marked_message_are_shown_with_a_key(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(calls(read("README.md"), read("none.py"), read("main.py")), answer("I see."))
    async with open_chat("openai/x") as chat:
        await chat.ask("go")
        await chat.pilot.press("alt+up")
        for key in ("o", "enter"):
            await chat.pilot.press(key)
            await chat.shows("✗ files-read  none.py · failed")
            await chat.pilot.press(key)
            await chat.until(lambda: "none.py · failed" not in chat.text)


async def _click(chat: Chat, text: str) -> None:
    transcript = chat.screen.view.transcript

    def found() -> list[int]:
        rows = range(transcript.size.height)
        return [y for y in rows if text in transcript.render_line(y).text]

    await chat.until(found)
    y = found()[0]
    await chat.pilot.click(transcript, offset=(8, y))


@pytest.mark.usefixtures("attentive")
async def test_a_running_command_shows_its_last_line_and_its_time_in_the_transcript(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    os.mkfifo(workspace / "go")
    served.script(calls(run("echo one; echo two; read line <go")), answer("Done."))
    async with open_chat("openai/x", size=(80, 24)) as chat:
        await chat.send("go")
        await chat.shows("? command_line-run  echo one; echo two; read line <go · waiting for you")
        await chat.pilot.press("y")
        await chat.shows("● command_line-run  two · ")
        seen = _line(chat)
        await chat.until(lambda: _line(chat) != seen)
        assert "two" in _line(chat), "time goes on though nothing is reported"
        await asyncio.to_thread((workspace / "go").write_text, "now\n")
        await chat.idle()
        assert "✓ command_line-run  echo one; echo two; read line <go · " in chat.text
        assert chat.screen.view._ticker is None or await _stops(chat)


def _line(chat: Chat) -> str:
    return next(row for row in chat.rows if "command_line-run" in row)


async def _stops(chat: Chat) -> bool:
    await chat.until(lambda: chat.screen.view._ticker is None)
    return True
