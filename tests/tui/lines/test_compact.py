import sys
from io import StringIO
from typing import Any

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tyler_tui.tui.lines.compact import CompactStrip

CELLS = 60
COLORS = (None, "#102030", "#a0b0c0", "red", "default")
# The emulator knows neither dim nor concealed text.
ATTRIBUTES = ("bold", "italic", "underline", "reverse", "strike", "blink")
CONSOLE = Console(
    file=StringIO(), force_terminal=True, color_system="truecolor", legacy_windows=False
)


def _style(ink: str | None, ground: str | None, attributes: set[str]) -> Style:
    turned_on: Any = dict.fromkeys(attributes, True)
    return Style(color=ink, bgcolor=ground, **turned_on)


STYLES = st.none() | st.builds(
    _style, st.sampled_from(COLORS), st.sampled_from(COLORS), st.sets(st.sampled_from(ATTRIBUTES))
)
SEGMENTS = st.lists(
    st.builds(Segment, st.sampled_from(["a", "bc", " ", "   ", "d e ", "漢"]), STYLES), max_size=10
)


def cells(strip: Strip) -> list[pyte.screens.Char]:
    """What a terminal shows of the strip and of what is written behind it."""
    screen = pyte.Screen(CELLS, 1)
    pyte.Stream(screen).feed(strip.render(CONSOLE) + "#")
    return [_seen(screen.buffer[0][x]) for x in range(CELLS)]


def _seen(cell: pyte.screens.Char) -> pyte.screens.Char:
    """Ink does not show on a blank cell, nor does slanting or fattening it."""
    is_blank = cell.data == " " and not (cell.underscore or cell.strikethrough or cell.reverse)
    if not is_blank or cell.blink:
        return cell
    return cell._replace(fg="default", bold=False, italics=False)


@given(SEGMENTS)
def test_a_compact_strip_looks_as_any_strip_does(segments: list[Segment]) -> None:
    assert cells(CompactStrip(segments)) == cells(Strip(segments))


def test_a_colour_is_told_once_for_neighbours_and_blanks_need_only_their_ground() -> None:
    ground = Style(bgcolor="#102030")
    text = ground + Style(color="#a0b0c0")
    strip = CompactStrip(
        [Segment("one", text), Segment(" two", text), Segment("    ", ground), Segment("x", text)]
    )
    assert strip.render(CONSOLE).count("\x1b[") == 2


def test_a_link_is_kept() -> None:
    strip = CompactStrip([Segment("there", Style(link="https://example.com"))])
    assert "https://example.com" in strip.render(CONSOLE)


@pytest.mark.parametrize("system", ["standard", "256", "truecolor"])
def test_colours_are_those_that_the_terminal_has(system: Any) -> None:
    console = Console(file=StringIO(), force_terminal=True, color_system=system)
    segments = [Segment("a", Style(color="#a0b0c0", bgcolor="#102030"))]
    assert CompactStrip(segments).render(console) == Strip(segments).render(console)


def test_a_strip_that_is_not_cut_does_not_keep_itself() -> None:
    strip = CompactStrip([Segment("twelve cells")])
    holders = sys.getrefcount(strip)
    (whole,) = strip.divide([12])
    assert whole is strip
    del whole
    assert sys.getrefcount(strip) == holders
    assert [part.text for part in strip.divide([6, 12])] == ["twelve", " cells"]
