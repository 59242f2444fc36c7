"""Whatever the text and however it is cut, the rows are those of the whole."""

import unicodedata
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.cells import cell_len

from tests.tui.markdown.texts import STYLES, TEXTS, WIDTHS, WORDS, chunked, rows_of
from tyler_tui.tui.markdown import Line, MarkdownDocument, table_rows
from tyler_tui.tui.markdown.code import highlight

bounded = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@bounded
@given(chunked(), WIDTHS)
def test_a_text_in_pieces_ends_as_the_rows_of_the_whole(pieces: list[str], width: int) -> None:
    document = MarkdownDocument(STYLES)
    for piece in pieces:
        document.append(piece)
        document.lines(width)
    document.finish()
    assert document.lines(width) == rows_of("".join(pieces), width)


ENDINGS = ["", "", "\n===", "\n---", "\n\nmore", "\n- x", "\na|b\n-|-", "\n> q", "\n```\nx"]


@settings(max_examples=12)
@example(["\u202e", "a", "word"], [" "], "", 260, 2)
@example(["\u3000", "a", "word"], [" "], "", 260, 20)
@given(
    st.lists(WORDS, min_size=3, max_size=9),
    st.lists(st.sampled_from([" ", " ", "\n", "  \n", "  "]), min_size=1, max_size=5),
    st.sampled_from(ENDINGS),
    st.integers(20, 300),
    WIDTHS,
)
def test_a_long_paragraph_in_pieces_ends_as_the_rows_of_the_whole(
    words: list[str], gaps: list[str], ending: str, size: int, width: int
) -> None:
    text = "".join(words[n % len(words)] + gaps[n % len(gaps)] for n in range(400)) + ending
    document = MarkdownDocument(STYLES)
    for at in range(0, len(text), size):
        document.append(text[at : at + size])
        document.lines(width)
    document.finish()
    assert document.lines(width) == rows_of(text, width)


@bounded
@given(chunked(), st.lists(st.booleans(), min_size=1, max_size=7), WIDTHS, WIDTHS)
def test_frames_left_out_and_a_new_width_make_no_difference(
    pieces: list[str], drawn: list[bool], first: int, last: int
) -> None:
    document = MarkdownDocument(STYLES)
    for number, piece in enumerate(pieces):
        document.append(piece)
        if drawn[number % len(drawn)]:
            document.lines(first if number % 3 else last)
    document.finish()
    assert document.lines(last) == rows_of("".join(pieces), last)


@bounded
@given(chunked(), WIDTHS)
def test_rows_above_changed_from_are_the_same_objects_as_before(
    pieces: list[str], width: int
) -> None:
    document = MarkdownDocument(STYLES)
    before: list[Line] = []
    for piece in [*pieces, None]:
        if piece is None:
            document.finish()
        else:
            document.append(piece)
        rows = document.lines(width)
        first = document.changed_from
        assert first <= len(rows)
        assert len(before) >= first
        assert all(new is old for new, old in zip(rows[:first], before, strict=False))
        for new, old in zip(rows, before, strict=False):
            assert (new is old) == (new == old)
        before = list(rows)


@bounded
@given(TEXTS, WIDTHS)
def test_no_row_is_wider_than_the_width(text: str, width: int) -> None:
    for line in rows_of(text, width):
        assert line.width <= width, line
        assert cell_len("".join(segment.text for segment in line.segments)) <= width, line


@bounded
@given(TEXTS, WIDTHS)
def test_no_control_or_bidirectional_character_reaches_a_row(text: str, width: int) -> None:
    for line in rows_of(text, width):
        for segment in line.segments:
            assert segment.control is None
            for character in segment.text:
                assert unicodedata.category(character) not in ("Cc", "Cs"), line
                assert character not in "\u200b\u202a\u202b\u202d\u202e\u2066\u2067\u2068", line


_LANGUAGES = [
    "bash", "console", "shell-session", "doscon", "pwsh-session", "pycon", "pytb", "irb", "psql",
    "diff", "markdown", "rst", "c", "cpp", "rust", "python", "yaml", "json", "http", "html", "php",
]  # fmt: skip
_CODE = st.lists(
    st.sampled_from(
        ["$ ls", "> ", "# why", ">>> 1", "... ", "+new", "-old", "@@ -1 +1 @@", "C:\\>dir", "=# ;",
         "PS C:\\> ls", "x = 1", "\t", "'''", "/*", "<?php", "\r", "\x0c", "\ufeff", "\u2028", " ",
         "\n", "\n", "\n\n", "GET / HTTP/1.1", "Host: x", "irb(main):001:0> 1", "漢字", "#!"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@bounded
@given(_CODE, st.sampled_from(_LANGUAGES), st.booleans())
def test_no_language_loses_or_moves_a_character(code: str, language: str, by_line: bool) -> None:
    lines = highlight(code, language, STYLES, by_line)
    assert ["".join(span.text for span in line) for line in lines] == code.split("\n")


@bounded
@given(chunked(), WIDTHS)
def test_the_sources_of_the_blocks_make_up_the_text(pieces: list[str], width: int) -> None:
    document = MarkdownDocument(STYLES)
    for piece in pieces:
        document.append(piece)
        blocks = range(document.source.count("\n") + 1 if document.lines(width) else 0)
        together = "".join(document.block_source(block) for block in blocks)
        if blocks:
            assert "".join(together.split()) == "".join(document.source.split())


@bounded
@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=4, max_size=30),
    st.sampled_from(["", "\n\nmore", "\n> q", "\n```\nx"]),
    st.lists(st.integers(1, 40), min_size=1, max_size=12),
    st.integers(1, 6),
    WIDTHS,
)
def test_a_table_whose_columns_grow_ends_as_the_rows_of_the_whole(
    rows: list[list[str]], ending: str, sizes: list[int], last_rows: int, width: int
) -> None:
    text = "| a | b | c |\n|---|:-:|--:|\n"
    text += "\n".join(f"| {' | '.join(cells)} |" for cells in rows) + ending
    document = MarkdownDocument(STYLES)
    at = number = 0
    with patch.object(table_rows, "LAST_ROWS", last_rows):
        while at < len(text):
            size = sizes[number % len(sizes)]
            document.append(text[at : at + size])
            document.lines(width)
            at, number = at + size, number + 1
        document.finish()
        assert document.lines(width) == rows_of(text, width)


def test_a_wider_cell_does_not_parse_the_rows_above_again(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed = 0
    parse = MarkdownIt.parse

    def counted(parser: MarkdownIt, source: str, *rest: Any) -> Any:
        nonlocal parsed
        parsed += len(source)
        return parse(parser, source, *rest)

    monkeypatch.setattr(MarkdownIt, "parse", counted)
    document = MarkdownDocument(STYLES, source="| a | b |\n|---|---|\n")
    text = "".join(f"| {'x' * (number // 10)} | {number} |\n" for number in range(1_000))
    for at in range(0, len(text), 200):
        document.append(text[at : at + 200])
        document.lines(150)
    document.append("\nThe end.\n\n")
    document.lines(150)
    document.finish()
    assert document.lines(150)[3].text.startswith(" " * 99)
    assert 0 < parsed <= 12 * len(text)
