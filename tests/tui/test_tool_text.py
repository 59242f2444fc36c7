"""How the arguments and results of tool calls are read."""

import json
from typing import Any

import pytest

from tyler_tui.tui import themes
from tyler_tui.tui.items.tool_row import ToolRow
from tyler_tui.tui.items.tool_text import SHOWN_CHARACTERS, arguments_of, result_of, rows_of
from tyler_tui.tui.palette import Palette
from tyler_tui.tui.tool_runs import RunState, ToolRun

PALETTE = Palette.from_theme(next(iter(themes.built_in_themes())))

DIFF = "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new"


def done(result: str, name: str = "tool", **arguments: Any) -> ToolRun:
    return ToolRun("c1", name, arguments, RunState.DONE, result)


def drawn(run: ToolRun, width: int = 60) -> list[str]:
    """What the open row of a call shows."""
    row = ToolRow(PALETTE, run)
    row.toggle()
    return ["".join(segment.text for segment in line.segments) for line in row.lines(width)]


@pytest.mark.parametrize(
    ("run", "kind"),
    [
        (done("two words"), "plain"),
        (done('{"a": [1, 2]}'), "json"),
        (done('{"a": [1, 2'), "plain"),
        (done(f"Edited x.\n\n{DIFF}"), "diff"),
        (done("# Title\n\ntext", "web-fetch", url="https://a.example/"), "markdown"),
        (done("# Title", "files-read", path="docs/README.md"), "markdown"),
        (done("x = 1", "files-read", path="a/b.py"), "py"),
        (ToolRun("c1", "files-read", {"path": "b.py"}, RunState.FAILED, "no such file"), "plain"),
    ],
)
def test_a_result_is_shown_as_what_it_is(run: ToolRun, kind: str) -> None:
    assert result_of(run).kind == kind


def test_json_is_laid_out_and_markdown_is_rendered() -> None:
    assert '  │   "a": [' in drawn(done('{"a": [1]}'))
    page = drawn(done("# Title\n\n- **one**", "web-fetch", url="https://a.example/"))
    assert "  │ Title" in [line.rstrip() for line in page]
    assert "  │ • one" in [line.rstrip() for line in page]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ({"command": "ls\nwc"}, ["$ ls\n> wc"]),
        ({"command": "ls", "timeout_s": 5}, ["$ ls", "timeout_s: 5"]),
        ({"url": "https://a.example/"}, ["https://a.example/"]),
        ({"path": "a.py", "content": "x = 1\n"}, ["a.py", "x = 1\n"]),
        (
            {"path": "a.py", "edits": [{"old": "1", "new": "2"}, {"old": "3\n4", "new": ""}]},
            ["a.py", "-1\n+2\n⋯\n-3\n-4"],
        ),
        ({"path": "a.py", "edits": "odd"}, ["a.py", 'edits: "odd"']),
        ({"query": "q", "limit": 3}, ['{\n  "query": "q",\n  "limit": 3\n}']),
        ({}, ["{}"]),
    ],
)
def test_arguments_are_shown_as_people_read_them(
    arguments: dict[str, Any], shown: list[str]
) -> None:
    assert [part.text for part in arguments_of(ToolRun("c1", "tool", arguments))] == shown


def test_the_change_that_was_asked_about_stands_for_the_text_of_the_file() -> None:
    run = ToolRun("c1", "files-write", {"path": "x", "content": "new"}, preview=DIFF)
    assert [(part.text, part.kind) for part in arguments_of(run)] == [
        ("x", "plain"),
        (DIFF, "diff"),
    ]


def test_a_change_that_the_result_tells_of_is_shown_once() -> None:
    run = done(f"Edited x.\n\n{DIFF}", path="x", edits=[{"old": "old", "new": "new"}])
    assert [part.text for part in arguments_of(run)] == ["x"]
    assert sum("+new" in row for row in drawn(run)) == 1


def test_a_very_long_text_is_cut_and_the_end_says_so() -> None:
    run = done("x" * (SHOWN_CHARACTERS + 1_234))
    rows = [row for row in rows_of(result_of(run), 80, PALETTE) if row is not None]
    assert rows[-1].text == "… 1,234 more characters · copying gives them all"
    assert len(rows) <= SHOWN_CHARACTERS / 80 + 2


@pytest.mark.parametrize("width", [14, 26, 76])
@pytest.mark.parametrize(
    "hostile",
    ["\x1b[2J\u202e", "a\x07\r\nb\tc", "好" * 90, "[/bold]" * 20, "\ud800", "x\x9b31m", "\n" * 9],
)
def test_no_row_is_wider_than_the_panel_and_nothing_hostile_is_in_it(
    hostile: str, width: int
) -> None:
    runs = [
        done(hostile, path=hostile, content=hostile),
        done(hostile, command=hostile),
        done(hostile, url=hostile, edits=[{"old": hostile, "new": hostile}]),
        done(json.dumps([hostile]), other=hostile),
        done(f"{DIFF}\n+{hostile}", "web-fetch"),
        done(f"# {hostile}\n\n`{hostile}`", "web-fetch"),
        ToolRun("c1", hostile, {}, RunState.DENIED, hostile, decision={
            "verdict": "deny", "ground": "answer", "message": hostile, "rule": hostile,
        }),
    ]  # fmt: skip
    for run in runs:
        row = ToolRow(PALETTE, run)
        for _ in range(2):
            for line in row.lines(width):
                text = "".join(segment.text for segment in line.segments)
                assert line.width <= width, text
                assert text.replace("\t", " ").isprintable(), repr(text)
            row.toggle()
