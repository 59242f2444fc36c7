from dataclasses import replace
from datetime import timedelta

import pytest
from textual.containers import Horizontal

from tests.provider_server import Call, Finish, ProviderServer, answer, error
from tests.provider_server import Reply as Streamed
from tests.tui.conftest import OpenChat
from tyler_tui.config import Settings
from tyler_tui.errors import ProviderError
from tyler_tui.events import ExecutionEvent
from tyler_tui.tui.items.error_card import ErrorCard
from tyler_tui.tui.items.reply import Reply, Thinking
from tyler_tui.tui.items.tool_lines import ToolLines
from tyler_tui.tui.items.tool_row import ToolRow
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.themes import built_in_themes


async def test_an_answer_comes_as_markdown_with_its_tools_beside_it(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        assert "✓ files-list" in chat.panel
        assert "✓ files-read" in chat.panel
        assert "files-list" in chat.text
        assert "##" not in chat.text
        assert chat.screen.view.panel.display
        assert "tok" in str(chat.screen.query_one("Header").render())


async def test_nothing_is_mounted_for_messages(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        before = len(list(chat.screen.walk_children()))
        await chat.ask("code")
        await chat.ask("table")
        assert len(list(chat.screen.walk_children())) == before


async def test_thinking_is_one_line_that_opens_by_click_and_by_command(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("code")
        transcript = chat.screen.view.transcript
        thinking = next(i for i in transcript.viewport.items if isinstance(i, Thinking))
        assert len(thinking.lines(80)) == 1
        transcript.show_item(thinking)
        y = next(
            y
            for y in range(transcript.size.height)
            if "thought for" in transcript.render_line(y).text
        )
        await chat.pilot.click(transcript, offset=(5, y))
        await chat.until(lambda: thinking.is_open)
        assert len(thinking.lines(80)) > 1
        await chat.send("/thinking")
        await chat.until(lambda: not thinking.is_open)
        assert "thinking is closed" in chat.status, "it may be out of view"


async def test_a_failure_is_a_card_with_cause_and_remedy_and_the_prompt_is_kept(
    open_chat: OpenChat,
) -> None:
    async with open_chat() as chat:
        await chat.ask("fail 401")
        assert "✗ The key was refused" in chat.text
        assert "→ " in chat.text
        assert "fail 401" in chat.text
        assert "Give a key /key   Retry /retry   Switch model /model" in chat.text
        await chat.ask("table")
        assert "Planet" in chat.text or "|" in chat.text


async def test_an_answer_that_breaks_off_keeps_its_text(open_chat: OpenChat) -> None:
    async with open_chat(session="broken") as chat:
        await chat.ask("fail midway")
        assert "✗ The answer broke off" in chat.text
        reply = next(i for i in chat.screen.view.transcript.viewport.items if isinstance(i, Reply))
        kept = reply.text
    async with open_chat(resume="broken") as chat:
        await chat.shows("cut off")
        assert kept.strip().splitlines()[-1] in " ".join(chat.text.split())


async def test_a_resumed_session_looks_as_it_did(open_chat: OpenChat) -> None:
    async with open_chat(session="again") as chat:
        await chat.ask("hello")
        await chat.ask("unicode")
        before, tools = _of_the_session(chat.rows), chat.panel
    async with open_chat(resume="again") as chat:
        await chat.shows("unicode")
        await chat.until(lambda: chat.screen.view.panel.display)  # it takes of the width
        await chat.until(lambda: _of_the_session(chat.rows) == before and chat.panel == tools)


def _of_the_session(rows: list[str]) -> list[str]:
    """From the first prompt on, without the lines that tell how long it thought, which is not
    kept."""
    return [row for row in rows[rows.index("hello") :] if "thought" not in row]


async def test_a_tool_line_opens_its_row_with_arguments_and_result(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        transcript = chat.screen.view.transcript
        line = next(i for i in transcript.viewport.items if isinstance(i, ToolLines))
        transcript.show_item(line)
        y = next(
            y
            for y in range(transcript.size.height)
            if "files-list" in transcript.render_line(y).text
        )
        await chat.pilot.click(transcript, offset=(6, y))
        await chat.until(lambda: "arguments" in chat.panel)
        assert "│ .\n" in chat.panel
        assert "README.md" in chat.panel


async def test_the_panel_is_an_overlay_on_a_narrow_screen(open_chat: OpenChat) -> None:
    async with open_chat(size=(80, 24)) as chat:
        await chat.ask("hello")
        view = chat.screen.view
        assert not view.panel.display
        width = view.transcript.size.width
        await chat.pilot.press("ctrl+t")
        await chat.until(lambda: view.panel.display)
        assert view.transcript.size.width == width
        await chat.pilot.press("up", "enter")
        row = view.panel.rows.viewport.items[0]
        assert isinstance(row, ToolRow)
        await chat.until(lambda: row.is_open)
        await chat.pilot.press("escape")
        await chat.until(lambda: not view.panel.display)
        assert chat.app.focused is chat.screen.composer


async def test_ctrl_o_opens_and_closes_every_row(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("hello")
        rows = [r for r in chat.screen.view.panel.rows.viewport.items if isinstance(r, ToolRow)]
        await chat.pilot.press("ctrl+o")
        await chat.until(lambda: all(row.is_open for row in rows))
        await chat.pilot.press("ctrl+o")
        await chat.until(lambda: not any(row.is_open for row in rows))


async def test_the_theme_changes_every_row_that_was_drawn(open_chat: OpenChat) -> None:
    async with open_chat(theme="dark") as chat:
        await chat.ask("table")
        dark = chat.screen.view.transcript.render_lines(chat.screen.view.transcript.size.region)
        await chat.send("/theme tyler-light")
        await chat.until(lambda: not chat.app.current_theme.dark)
        await chat.pilot.pause()
        light = chat.screen.view.transcript.render_lines(chat.screen.view.transcript.size.region)
        styles = [{segment.style for segment in strip} for strip in dark]
        assert all(
            before.isdisjoint({segment.style for segment in strip})
            for before, strip in zip(styles, light, strict=True)
        )


async def test_the_screen_is_laid_out_as_drawn(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.until(lambda: chat.screen.conversation is not None)
        entry = chat.screen.query_one("#entry", Horizontal)
        assert entry.region.height == 1
        assert entry.region.bottom == 39
        assert chat.screen.composer.region.x == 3
        assert chat.screen.status.region.y == 39


async def test_a_failure_offers_to_try_again_where_it_stands(open_chat: OpenChat) -> None:
    async with open_chat() as chat:
        await chat.ask("fail 401")
        transcript = chat.screen.view.transcript
        card = next(i for i in transcript.viewport.items if isinstance(i, ErrorCard))
        line = len(card.lines(transcript.viewport.width)) - 1
        retry = next(cell for cell in range(80) if card.command_at(line, cell) == "message.retry")
        assert card.command_at(0, 1) is None
        transcript.show_item(card)
        y = next(y for y, row in enumerate(transcript._rows) if row.line == line
                 and transcript.viewport.items[row.item] is card)  # fmt: skip
        await chat.pilot.click(transcript, offset=(retry + 4, y))
        await chat.until(lambda: card not in transcript.viewport.items)
        await chat.shows("✗ The key was refused")


async def test_a_card_counts_down_to_when_the_provider_can_be_asked_again() -> None:
    palette = Palette.from_theme(built_in_themes()[0])
    failure = ProviderError("Too many.", kind="rate_limit", retry_after_s=90)
    card = ErrorCard.of_event(palette, ExecutionEvent.failure(failure))
    assert any("in 1 min 30 s" in line.text for line in card.lines(80))
    assert 0 < card.seconds_left <= 90
    assert ErrorCard.of_event(palette, ExecutionEvent.failure(ProviderError("x"))).seconds_left == 0


async def test_a_clock_that_is_set_back_makes_no_wait_longer() -> None:
    palette = Palette.from_theme(built_in_themes()[0])
    event = ExecutionEvent.failure(ProviderError("x", kind="rate_limit", retry_after_s=90))
    event = replace(event, timestamp=event.timestamp + timedelta(hours=1))
    assert ErrorCard.of_event(palette, event).seconds_left <= 90


@pytest.mark.parametrize("seconds", ["3e11", "1e300"])
async def test_who_asks_to_wait_for_ever_gets_a_card_like_others(
    open_chat: OpenChat, served: ProviderServer, seconds: str
) -> None:
    served.script(error(429, "Slow down.", retry_after=seconds))
    async with open_chat("openai/x", settings=Settings(retries=0)) as chat:
        await chat.send("hi")
        await chat.shows("✗ Too many requests")


async def test_the_limit_of_rounds_says_how_it_goes_on(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    look = Streamed([Call(0, "c1", "files-list", "{}"), Finish("tool_calls")])
    served.script(look, answer("This is what I have."))
    async with open_chat("openai/anything", settings=Settings(max_turns=1)) as chat:
        await chat.ask("look at everything")
        assert (
            "! the limit of 1 round of tool calls was reached · a new prompt goes on" in chat.text
        )
        assert "max_turns or --max-turns sets another" in chat.text
        await chat.shows("This is what I have.")
