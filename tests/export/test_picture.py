"""A conversation as a picture."""

import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tyler_tui import Message, Thread, ToolCall
from tyler_tui.export import exported
from tyler_tui.export.svg import COLUMNS, MAX_ROWS

XML = "{http://www.w3.org/XML/1998/namespace}"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = (
    "</text><script>alert(1)</script> <image href='https://x.example/p.png'/> "
    "\x1b[31m\x07\u202e\ufffe]]>"
)


def thread_of(*messages: Message, title: str = "Kites") -> Thread:
    thread = Thread(title=title, created_at=datetime(2026, 8, 12, 10, 20, tzinfo=UTC))
    for message in messages:
        thread.add_message(message)
    return thread


ROOM = COLUMNS - 2
"""Cells for a row of what a tool returned."""


def drawn(thread: Thread) -> tuple[ElementTree.Element, list[str]]:
    """The picture, and its rows of text, from the top."""
    root = ElementTree.fromstring(exported(thread, "svg"))
    return root, ["".join(row.itertext()) for row in root.iter(f"{SVG}text")]


def test_prompts_answers_calls_and_code_are_drawn() -> None:
    call = ToolCall("c", "files-read", {"path": "kite.py"})
    result = "\n".join(f"line {number}" for number in range(20))
    _, rows = drawn(
        thread_of(
            Message("user", "What is *this*?"),
            Message("assistant", "I look.", tool_calls=[call]),
            Message("tool", result, tool_call_id="c", metrics={"duration_ms": 12}),
            Message("assistant", "# A kite\n\n- it **flies**\n\n```python\nup = True\n```"),
        )
    )
    text = "\n".join(rows)
    assert rows[0] == "Kites"
    assert "What is *this*?" in text  # a prompt stands as it was typed
    assert "✓ files-read kite.py" in text
    assert "line 7" in text
    assert "line 8" not in text
    assert "… 12 more lines" in text
    assert "it flies" in text
    assert "**" not in text
    assert "up = True" in text


@pytest.mark.parametrize("length", [ROOM, ROOM + 1, 5000])
def test_a_row_of_a_result_that_is_cut_says_so(length: int) -> None:
    _, rows = drawn(
        thread_of(
            Message("user", "Look."),
            Message("assistant", "", tool_calls=[ToolCall("c", "files-read", {})]),
            Message("tool", "x" * length + "\n" + "y\n" * 8, tool_call_id="c"),
        )
    )
    rows = [row.strip() for row in rows]
    (row,) = [row for row in rows if "xx" in row]
    assert row == ("x" * length if length <= ROOM else "x" * (ROOM - 1) + "…")
    assert "… 1 more line" in rows


def test_wide_letters_take_two_cells_and_nothing_stands_outside() -> None:
    wide, long = Message("user", "漢字" * 100 + " end"), Message("assistant", "x" * 500)
    root, rows = drawn(thread_of(wide, long))
    width = float(root.attrib["width"])
    assert "漢字" in "".join(rows)
    for piece in root.iter(f"{SVG}tspan"):
        size = float(piece.attrib["textLength"])
        assert abs(size - cell_len(piece.text or "") * 8.4) < 0.1
        assert float(piece.attrib["x"]) + size <= width
    assert max(float(p.attrib["y"]) for p in root.iter(f"{SVG}text")) < float(root.attrib["height"])


def _harmless(text: str) -> None:
    root = ElementTree.fromstring(text)
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in ("svg", "title", "style", "rect", "text", "tspan")
        assert element.attrib.pop(f"{XML}space", "preserve") == "preserve"
        for name, value in element.attrib.items():
            assert name in ("width", "height", "viewBox", "rx", "fill", "x", "y", "textLength",
                            "lengthAdjust", "class", "style")  # fmt: skip
            assert name != "style" or re.fullmatch(r"fill:#[0-9a-f]{6}", value)
    style = root.find(f"{SVG}style")
    assert style is not None
    assert "url" not in (style.text or "")
    assert "@" not in (style.text or "")


def test_nothing_in_it_runs_or_loads() -> None:
    call = ToolCall("c", HOSTILE, {HOSTILE: HOSTILE})
    thread = thread_of(
        Message("user", HOSTILE),
        Message("assistant", f"{HOSTILE}\n\n```{HOSTILE}\n{HOSTILE}\n```\n", tool_calls=[call]),
        Message("tool", HOSTILE, tool_call_id="c"),
        title=HOSTILE,
    )
    text = exported(thread, "svg")
    _harmless(text)
    assert "\x1b" not in text


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_it_invalid(text: str) -> None:
    thread = thread_of(Message("user", text), Message("assistant", text), title=text)
    _harmless(exported(thread, "svg"))


def test_a_long_conversation_is_cut_and_says_so() -> None:
    many = [Message("user", f"question {number}") for number in range(MAX_ROWS)]
    _, rows = drawn(thread_of(*many))
    assert len(rows) <= MAX_ROWS + 1
    assert "goes on" in rows[-1]
    assert len(exported(thread_of(*many), "svg")) < 1_000_000
