"""What a session costs, and where it was cut, as they are shown."""

from pathlib import Path

import pytest
from textual.containers import VerticalScroll

from tests.provider_server import Finish, ProviderServer, Reply, Text, UsageChunk, answer, error
from tests.tui.conftest import Chat, OpenChat
from tyler_tui.config import ModelSettings, Settings
from tyler_tui.messages.compaction import Compaction, summary_message
from tyler_tui.messages.costs import ModelCost, cost_rows
from tyler_tui.tui.items.summary import SummaryCard
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.screens.costs import CostsScreen
from tyler_tui.tui.themes import built_in_themes
from tyler_tui.usage import Usage

LONG = "word " * 400
SUMMARY = "They talked of **words**."
PRICED = Settings(
    models=[ModelSettings(name="openai/x", context=8_000, input_price=1_000, output_price=1_000)]
)


@pytest.fixture
def served(provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    return provider_server


def dear(text: str = "Hello.", tokens: int = 1_000) -> Reply:
    return Reply([Text(text), Finish(), UsageChunk(tokens, 10)])


def header(chat: Chat) -> str:
    return str(chat.screen.query_one("Header").render())


def screen_text(chat: Chat) -> str:
    return "\n".join(
        "".join(segment.text for segment in strip)
        for strip in chat.app.screen._compositor.render_strips()
    )


async def test_turn_and_header_tell_what_it_cost(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(dear(), dear())
    async with open_chat("openai/x", settings=PRICED) as chat:
        await chat.ask("hi")
        assert "10 tok · $1.01" in chat.text
        assert "$1.01" in header(chat)
        await chat.ask("more")
        assert "$2.02" in header(chat)
        assert chat.text.count("$1.01") == 2


async def test_cached_tokens_stand_in_the_header_where_there_is_room(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(Reply([Text("Hello."), Finish(), UsageChunk(3_000, 10, cached_tokens=2_500)]))
    async with open_chat("openai/x", settings=PRICED, size=(120, 40)) as chat:
        await chat.ask("hi")
        await chat.until(lambda: "3k tok · 2.5k cached · " in header(chat))
        await chat.pilot.resize_terminal(80, 24)
        await chat.until(lambda: "cached" not in header(chat))
        assert "3k tok · $" in header(chat)


async def test_a_price_that_nobody_knows_is_a_question_mark(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(answer("Hello."), Reply([Text("No usage."), Finish()]))
    async with open_chat("openai/x") as chat:
        await chat.ask("hi")
        assert "5 tok · $?" in chat.text
        assert "15 tok · $?" in header(chat)
        await chat.ask("more")
        assert "≈" in header(chat)


async def test_costs_are_listed_by_model(open_chat: OpenChat, served: ProviderServer) -> None:
    served.script(dear(), dear())
    async with open_chat("openai/x", settings=PRICED, size=(80, 24)) as chat:
        await chat.send("/cost")
        await chat.until(lambda: "nothing was spent yet" in chat.status)
        await chat.ask("hi")
        await chat.send("/cost")
        await chat.opened(CostsScreen)
        row = "openai/x 1 1k 0 10 0 $1.01"
        await chat.until(lambda: row in " ".join(screen_text(chat).split()))
        shown = screen_text(chat)
        assert "The last turn cost $1.01." in shown
        assert "13% full" in shown
        assert "Money · $1.01" in shown
        page = chat.app.screen.query_one(VerticalScroll)
        assert page.show_vertical_scrollbar
        assert page.scrollbar_size_vertical == 1  # as in all other dialogs
        assert page.styles.scrollbar_background == page.styles.background
        await chat.pilot.press("escape")
        assert not isinstance(chat.app.screen, CostsScreen)


def test_a_model_that_is_a_file_costs_by_the_name_of_the_file() -> None:
    cost = ModelCost("gguf:/home/somebody/models/qwen3-4b.gguf", 2, Usage(1_000, 20), 0.0)
    assert cost_rows([cost]) == [("gguf:qwen3-4b.gguf", "2", "1k", "0", "20", "0", "$0.00")]


async def test_a_budget_is_set_told_and_kept(open_chat: OpenChat, served: ProviderServer) -> None:
    served.script(dear())
    async with open_chat("openai/x", settings=PRICED, no_tools=True) as chat:
        await chat.send("/budget 1.00")
        await chat.until(lambda: "budget $1.00 · the session cost $0.00" in chat.status)
        await chat.send("/budget much")
        await chat.until(lambda: "no sum of money" in chat.status)
        await chat.ask("hi")
        assert "$1.01 of $1.00" in header(chat)
        await chat.send("more")
        await chat.shows("The budget is spent: $1.01 of $1.00.")
        assert "Raise it (/budget in the chat" in chat.text
        assert "Budget /budget   Retry /retry   Switch model /model" in chat.text
        assert len(served.requests) == 1
        served.script(dear("Again."))
        await chat.idle()
        await chat.send("/budget off")
        await chat.until(lambda: "no budget" in chat.status)
        assert "sets another" not in chat.status
        await chat.send("/budget")
        await chat.until(lambda: "/budget 2.50 sets another" in chat.status)
        await chat.ask("and now?")
        assert "Again." in chat.text


@pytest.mark.parametrize(
    ("messages", "kept", "label"),
    [(1, (), "1 message above summarised"), (2, ("a",), "the last one kept"),
     (2, ("a", "b"), "the last 2 kept")],
)  # fmt: skip
def test_the_line_of_a_summary_counts_in_words(
    messages: int, kept: tuple[str, ...], label: str
) -> None:
    palette = Palette.from_theme(built_in_themes()[0])
    card = SummaryCard(palette, summary_message(SUMMARY, Compaction(messages, kept)))
    assert label in card.lines(80)[0].text


async def test_a_summary_shows_where_the_cut_is_and_opens(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(dear(LONG), dear("two"), dear(SUMMARY), dear("three"))
    async with open_chat("openai/x", settings=PRICED, session="cut") as chat:
        await chat.ask("one")
        await chat.ask("two?")
        await chat.send("/compact the numbers")
        await chat.shows("2 messages above summarised")
        await chat.idle()
        assert "the last 2 kept" in chat.text
        assert "word word" in chat.text  # the originals stay
        assert SUMMARY not in chat.text
        items = chat.screen.view.transcript.viewport.items
        card = next(item for item in items if isinstance(item, SummaryCard))
        chat.screen.view.transcript.scroll_to_end()
        await chat.pilot.pause()
        view = chat.screen.view.transcript
        y = next(y for y in range(view.size.height) if "summarised" in view.render_line(y).text)
        await chat.pilot.click(view, offset=(10, y))
        await chat.until(lambda: card.is_open)
        assert SUMMARY in chat.text
        await chat.ask("three?")
        sent = [message["content"] for message in served.requests[-1].body["messages"]]
        assert sent[1:] == ["two?", "two", "three?"]
        assert served.requests[2].body["messages"][-1]["content"].endswith("keep this: the numbers")
    async with open_chat("openai/x", settings=PRICED, session="cut") as again:
        await again.shows("2 messages above summarised")
        rows = again.rows
        cut = next(n for n, row in enumerate(rows) if "summarised" in row)
        assert any("two" in row for row in rows[:cut])
        assert any("three" in row for row in rows[cut:])


async def test_it_is_announced_when_it_comes_by_itself(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(dear(LONG, 7_500), Reply([Text(SUMMARY), Finish(), UsageChunk()]), dear("two"))
    async with open_chat("openai/x", settings=PRICED, no_tools=True) as chat:
        await chat.ask("one")
        assert "94% ctx" in header(chat)
        await chat.send("two?")
        await chat.shows("2 messages above summarised")
        await chat.idle()
        assert "two" in chat.rows[-1]
        assert "13% ctx" in header(chat)


async def test_a_summary_that_fails_is_told_and_changes_nothing(
    open_chat: OpenChat, served: ProviderServer, workspace: Path
) -> None:
    served.script(dear(LONG), dear("two"), error(400, "not today"))
    async with open_chat("openai/x", settings=PRICED) as chat:
        await chat.ask("one")
        await chat.ask("two?")
        await chat.send("/compact")
        await chat.shows("not today")
        assert chat.screen.conversation
        assert len(chat.screen.conversation.thread.messages) == 4


async def test_another_model_that_takes_over_is_named(
    open_chat: OpenChat, served: ProviderServer
) -> None:
    served.script(error(401, "no such key"), answer("From the second."))
    async with open_chat("openai/x", settings=Settings(fallback="openai/y")) as chat:
        await chat.ask("hi")
        assert "openai/y answers instead" in chat.text
        assert "From the second." in chat.text
        assert "Tyler  openai/y" in chat.text
