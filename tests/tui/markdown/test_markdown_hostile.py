"""Text that is meant to do harm, or that is far larger than any answer: work is counted, so that
a busy machine makes no difference."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from tests.tui.markdown.texts import STYLES, drawn, rows_of
from tyler_tui.tui.markdown import MarkdownDocument

ESCAPES = "\x1b[31m \x1b]52;c;AA==\x07 \x9b2J \x1bc \x1b]8;;file:///x\x1b\\ \u202e \x00 \x7f"

TABLE = "| a | b |\n|---|---|\n"


class Calls:
    """How many functions were called."""

    count = 0


@contextmanager
def counted() -> Iterator[Calls]:
    calls = Calls()

    def note(frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            calls.count += 1

    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def calls_for(text: str, width: int = 100) -> int:
    rows_of("warm *up*\n\n```python\nx\n```", width)
    with counted() as calls:
        rows_of(text, width)
    return calls.count


@pytest.mark.parametrize(
    "text", ["[/foo]", "[bold]x[/]", "[@click=app.quit]x[/]", "[/", "a[i][/b/]"]
)
def test_markup_of_other_kinds_is_shown_literally(text: str) -> None:
    assert drawn(text, 60) == [text]


@pytest.mark.parametrize(
    "frame", ["{}", "# {}", "- {}", "> {}", "```{0}\n{0}\n```", "`{}`", "[{0}](https://a.b/{0})"]
)
def test_escape_sequences_reach_no_row_whatever_they_stand_in(frame: str) -> None:
    text = frame.format(ESCAPES)
    document = MarkdownDocument(STYLES)
    for character in text:
        document.append(character)
        for line in document.lines(60):
            assert all(segment.text.isprintable() for segment in line.segments)
            assert all(href.isprintable() for *_, href in line.links)


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ("x" * 20_000, "x" * 80_000),
        ("word " * 3_000, "word " * 12_000),
        ("漢字" * 3_000, "漢字" * 12_000),
        ("line\n" * 800, "line\n" * 3_200),
        ("- item\n" * 200, "- item\n" * 800),
        ("1. item\n\n" * 200, "1. item\n\n" * 800),
        (TABLE + "| c | d |\n" * 100, TABLE + "| c | d |\n" * 400),
        ("```json\n" + "[1, 2]," * 2_000, "```json\n" + "[1, 2]," * 8_000),
        ("```python\n" + "x = 1\n" * 600, "```python\n" + "x = 1\n" * 2_400),
        ("*" * 2_500, "*" * 10_000),
        ("[" * 500, "[" * 2_000),
        ("`" * 2_500, "`" * 10_000),
        ("> " * 500 + "x", "> " * 2_000 + "x"),
        ("a\u0301" * 5_000, "a\u0301" * 20_000),
        ("&amp;" * 1_000, "&amp;" * 4_000),
    ],
)  # fmt: skip
def test_four_times_the_text_is_not_much_more_than_four_times_the_work(
    small: str, large: str
) -> None:
    assert calls_for(large) < 6 * calls_for(small) + 2_000


def test_a_megabyte_in_one_line_is_wrapped() -> None:
    rows = rows_of("x" * 1_000_000, 100)
    assert len(rows) == 10_000
    assert all(line.width == 100 for line in rows)


def test_quotes_ten_thousand_deep_are_drawn_as_deep_as_there_is_room() -> None:
    for text in (">" * 10_000 + " x", "> " * 10_000 + "x", "- " * 10_000 + "x"):
        assert all(line.width <= 40 for line in rows_of(text, 40))


def test_lists_in_one_line_are_not_read_to_its_end_in_each_of_them() -> None:
    assert calls_for("- " * 10_000 + "x") < 2 * calls_for("- " * 1_000 + "x")


def test_a_long_line_in_a_fence_is_cut_and_says_so() -> None:
    rows = rows_of("```json\n" + "[1, 2]," * 7_000 + "\n```", 100)
    assert len(rows) < 15
    assert "+48,000 characters" in "".join(line.text for line in rows)


def table_of(columns: int) -> str:
    head = "|" + "h|" * columns + "\n|" + "-|" * columns + "\n"
    return head + "|" + "c|" * columns + "\n"


def test_a_table_of_two_hundred_columns_becomes_records() -> None:
    rows = drawn(table_of(200), 100)
    assert len(rows) == 200
    assert rows[0] == "h: c"


def test_a_table_of_five_hundred_columns_is_shown_as_it_is_written() -> None:
    rows = drawn(table_of(500), 100)
    assert "".join(rows).count("c") == 500
    assert rows[0].startswith("|h|h|")


def streamed_calls(start: str, piece: str, count: int) -> tuple[int, int]:
    """Calls for the frames of the first and of the last tenth of a stream."""
    document = MarkdownDocument(STYLES)
    document.append(start)
    tenth = count // 10
    with counted() as first:
        for _ in range(tenth):
            document.append(piece)
            document.lines(100)
    for _ in range(count - 2 * tenth):
        document.append(piece)
        document.lines(100)
    with counted() as last:
        for _ in range(tenth):
            document.append(piece)
            document.lines(100)
    return first.count, last.count


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        ("", "- an item with **some** words\n"),
        ("", "1. an item\n\n   and *more* of it\n\n"),
        ("- outer\n", "  - an inner item\n"),
        ("1. outer\n\n   > quoted\n", "   > - an inner item\n"),
        ("| a | b |\n|---|---|\n", "| cell | another `cell` |\n"),
        ("- a\n\n  | a | b |\n  |---|---|\n", "  | cell | another |\n"),
        ("```python\n", "x = 'one line'\n"),
        ("- a\n\n  ```\n", "  one line\n"),
        ("> ~~~\n", "> one line\n"),
        ("", "> a line of a quote\n>\n"),
        ("", "A paragraph of *its own*.\n\n"),
        ("", "a line that goes on **and on**\n"),
        ("", "words that go on and *on* without end "),
    ],
)
def test_a_frame_of_an_endless_block_costs_no_more_at_its_end_than_at_its_start(
    start: str, piece: str
) -> None:
    first, last = streamed_calls(start, piece, 300)
    assert last < 2 * first


def test_ten_thousand_items_are_ten_thousand_rows_streamed_or_not() -> None:
    document = MarkdownDocument(STYLES)
    for number in range(10_000):
        document.append(f"- {number}\n")
        if number % 100 == 0:
            document.lines(100)
    document.finish()
    assert [line.text for line in document.lines(100)] == [f"• {n}" for n in range(10_000)]


LONG = "words *and* [more](https://a.b) " * 320


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        f"{LONG}\n{LONG}",
        LONG.replace(" ", "\n"),
        LONG.replace(" ", ""),
        LONG.replace(" ", "\n   "),
        "漢字*" * 4_000,
        f"  {LONG}\n\n# Then\n\n*more*",
        f"{LONG}\n===\n\n*more*",
        f"{LONG}\n- an *item*",
        f"{LONG}| a\n|---|---|\n| *b* | c |",
        f"a | b {LONG}\n|---|---|\n| *b* | c |",
        f"{LONG}\n| a | b |\n|---|---|\n| *b* | c |",
        f"> {LONG}\n\n- {LONG}\n\n{LONG}",
        "[" * 600 + "*a*",
        "words and *more* " * 580 + "*" * 400,
    ],
)
@pytest.mark.parametrize("size", [900, 9_000])
def test_what_is_too_long_for_marks_is_the_same_streamed_or_not(text: str, size: int) -> None:
    document = MarkdownDocument(STYLES)
    for start in range(0, len(text), size):
        document.append(text[start : start + size])
        document.lines(60)
    document.finish()
    assert [line.text for line in document.lines(60)] == [line.text for line in rows_of(text, 60)]


def test_a_paragraph_of_ten_thousand_characters_has_its_marks_and_a_longer_one_none() -> None:
    sentence = "*one* two "
    assert drawn(sentence * 999, 20)[0] == "one two one two one"
    assert drawn(sentence * 1_001, 20)[0] == "*one* two *one* two"
