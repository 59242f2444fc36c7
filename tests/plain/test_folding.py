"""Lines for a terminal: broken between words."""

import pytest

from tyler_tui.plain.folding import folded


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("short", "short"),
        ("a line of several words here", "a line of several\nwords here"),
        ("- an item that is long enough", "- an item that is\n  long enough"),
        ("  1. an item that is too long", "  1. an item that\n     is too long"),
        ("see https://a.example/a/long/path there", "see\nhttps://a.example/a/long/path\nthere"),
        ("x" * 30, "x" * 30),
    ],
)
def test_a_line_is_broken_between_words(line: str, told: str) -> None:
    assert folded(line, 20) == told
    assert folded(line, None) == line
    assert folded(line, 200) == line
