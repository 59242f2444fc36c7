"""Markdown as it is heard: whole lines, few signs, however it arrives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tyler_tui.plain.spoken import HUGE, LONG, SpokenMarkdown
from tyler_tui.plain.voice import Line, Tone


def spoken(text: str, size: int = 3) -> list[str]:
    """The lines of `text` when it comes in pieces of that size."""
    markdown = SpokenMarkdown()
    lines: list[Line] = []
    for start in range(0, len(text), size):
        lines += markdown.feed(text[start : start + size])
    return [line.text for line in [*lines, *markdown.finish()]]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("# A title", ["# A title"]),
        ("- one\n  - two\n3. three", ["- one", "  - two", "3. three"]),
        ("A **strong** and *soft* word", ["A strong and soft word"]),
        ("**`a*b*`** is code", ["`a*b*` is code"]),
        ("2 * 3 * 4 and *.py, *.md", ["2 * 3 * 4 and *.py, *.md"]),
        ("[here](https://a.example/x_(y) \"t\")", ["here (https://a.example/x_(y))"]),
        ("![a cat](cat.png)", ["image: a cat (cat.png)"]),
        ("a\n\n\n\nb\n\n", ["a", "", "b"]),
        ("```python\nif a | b:\n    **x**\n```\nend",
         ["Code, python:", "if a | b:", "    **x**", "End of code.", "end"]),
        ("~~~\n```\n~~~", ["Code:", "```", "End of code."]),
        ("| a | b |\n|---|:-:|\n| 1 | |\n| x\\|y | *2* |\nend",
         ["Table with 2 columns: a, b.", "a: 1", "a: x|y; b: 2", "End of table.", "end"]),
        ("a pipe | in text\nand another | one\nend",
         ["a pipe | in text", "and another | one", "end"]),
    ],
)  # fmt: skip
def test_what_is_said(source: str, said: list[str]) -> None:
    for size in (1, 7, 1000):
        assert spoken(source, size) == said


def test_a_long_paragraph_comes_a_few_sentences_at_a_time() -> None:
    markdown, sentence = SpokenMarkdown(), "This is said, e.g. by a test. "
    assert markdown.feed(sentence * 3) == [], "a short line waits for its end"
    assert markdown.feed(sentence * 4) == [Line((sentence * 7).rstrip(), Tone.ANSWER)]
    assert markdown.feed("and so on") == []
    assert markdown.finish() == [Line("and so on", Tone.ANSWER)]


def test_a_sentence_is_not_cut_within_code_or_a_table() -> None:
    long = "It is. " * LONG
    assert spoken(f"```\n{long}\n```") == ["Code:", long.rstrip(), "End of code."]
    assert SpokenMarkdown().feed(f"| {long}") == []


def test_a_line_without_an_end_is_said_before_memory_is_full() -> None:
    markdown = SpokenMarkdown()
    markdown.feed("```\n")
    assert markdown.feed("x" * HUGE) == [Line("x" * HUGE, Tone.VERBATIM)]


def test_code_is_told_to_the_letter() -> None:
    lines = SpokenMarkdown().feed("text\n```\ncode\n```\n")
    tones = [line.tone for line in lines]
    assert tones == [Tone.ANSWER, Tone.ANSWER, Tone.VERBATIM, Tone.ANSWER]


@given(st.text("ab|`*-#[]()~ \n.", max_size=150), st.integers(1, 50))
def test_how_it_arrives_makes_no_difference(text: str, size: int) -> None:
    assert spoken(text, size) == spoken(text, len(text) + 1)


@given(st.text("xy.!? \n`|", max_size=2000), st.integers(1, 50))
def test_no_letter_is_lost(text: str, size: int) -> None:
    said = "".join(spoken(text, size))
    assert [c for c in said if c in "xy"] == [c for c in text if c in "xy"]
