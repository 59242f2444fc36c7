"""Whatever an item of the transcript or the panel is made of, no row of it acts on a terminal."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.hostile.corpus import ALL, MARK, SHORT
from tests.hostile.terminal_bytes import unmeant
from tyler_tui.messages import Attachment, Compaction, summary_message
from tyler_tui.tui import themes
from tyler_tui.tui.items.cards import Notice
from tyler_tui.tui.items.error_card import ErrorCard
from tyler_tui.tui.items.reply import Reply, Thinking
from tyler_tui.tui.items.summary import SummaryCard
from tyler_tui.tui.items.tool_lines import ToolLines
from tyler_tui.tui.items.tool_row import ToolRow
from tyler_tui.tui.items.user import UserPrompt
from tyler_tui.tui.lines.item import Item, all_lines
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import RunState, ToolRun

PALETTE = Palette.from_theme(next(iter(themes.built_in_themes())))
WIDTH = 80
TEXT = ALL + " \ud800 " + SHORT["surrogates"] + f" {MARK}"


def noticed() -> Notice:
    notice = Notice(PALETTE, "")
    notice.set_text(TEXT)
    return notice


def opened(thinking: Thinking) -> Thinking:
    thinking.toggle()
    return thinking


def streamed(text: str) -> Thinking:
    thinking = Thinking(PALETTE, began=datetime.now(UTC))
    for letter in text:
        thinking.append(letter)
    return opened(thinking)


def summarised() -> SummaryCard:
    card = SummaryCard(PALETTE, summary_message(TEXT, Compaction(3)))
    card.toggle()
    return card


def called(text: str) -> ToolRun:
    deny = {"verdict": "deny", "ground": "answer", "message": text}
    return ToolRun("c", text, {text: text}, RunState.DENIED, text, decision=deny)


def row() -> ToolRow:
    found = ToolRow(PALETTE, called(TEXT))
    found.toggle()
    return found


ITEMS: dict[str, Callable[[], Item]] = {
    "a prompt and its files": lambda: UserPrompt(PALETTE, TEXT, files=[Attachment(TEXT, b"x")]),
    "an answer": lambda: Reply(PALETTE, TEXT),
    "thoughts": lambda: opened(Thinking(PALETTE, TEXT)),
    "thoughts that stream": lambda: streamed(TEXT),
    "a summary": summarised,
    "an error": lambda: ErrorCard(PALETTE, TEXT, TEXT, TEXT),
    "a notice": lambda: Notice(PALETTE, TEXT),
    "a notice that changes": noticed,
    "the row of a call": row,
}


async def drawn(item: Item) -> str:
    rows = await all_lines(item, WIDTH)
    return "\n".join("".join(segment.text for segment in line.segments) for line in rows)


@pytest.mark.parametrize("make", ITEMS.values(), ids=list(ITEMS))
async def test_no_row_acts_on_a_terminal(make: Callable[[], Item]) -> None:
    text = await drawn(make())
    assert MARK in "".join(text.split()), "all of it is shown"
    assert unmeant(text.encode("utf-8", "surrogatepass")) == []


@pytest.mark.parametrize("text", SHORT.values(), ids=list(SHORT))
async def test_nor_does_the_line_that_a_call_is(text: str) -> None:
    shown = await drawn(ToolLines(PALETTE, called(text)))
    assert "denied" in shown
    assert unmeant(shown.encode("utf-8", "surrogatepass")) == []
