"""What is laid over the cells of a row."""

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tyler_tui.tui.lines import selecting

BOLD = Style(bold=True)
texts = st.text("ab 漢é🎉", max_size=8)
looks = st.sampled_from([None, Style(italic=True)])


def bold_in(strip: Strip) -> list[tuple[str, bool]]:
    """Each character, and whether it is bold."""
    return [
        (character, bool(segment.style and segment.style.bold))
        for segment in strip
        for character in segment.text
    ]


@given(
    st.lists(st.tuples(texts, looks), max_size=4), st.sampled_from(["a", "ab", "漢b", "🎉", " "])
)
def test_all_that_is_found_in_a_row_stands_out_and_nothing_else(
    pieces: list[tuple[str, Style | None]], sought: str
) -> None:
    strip = Strip([Segment(text, style) for text, style in pieces])
    text = strip.text
    pattern = re.compile(sought)
    marked = selecting.highlight(strip, selecting.found_cells(text, pattern), BOLD)
    inside = {n for match in pattern.finditer(text) for n in range(*match.span())}
    assert bold_in(marked) == [(character, n in inside) for n, character in enumerate(text)]
    assert marked.cell_length == cell_len(text)


def test_what_is_found_in_a_part_of_a_cell_marks_all_of_it() -> None:
    text = "e\u0301\u0301x"
    cells = selecting.found_cells(text, re.compile("\u0301x?"))
    assert cells == [(0, 1), (0, 2)]
