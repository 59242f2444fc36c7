"""A preview for the ear: nothing of it is left out, and no line can pass for a heading."""

from pathlib import Path

import pytest

from tyler_tui.plain.diffs import spoken_preview
from tyler_tui.tools.preview import preview_of_write
from tyler_tui.tools.workspace import resolve


def preview(folder: Path, before: str | None, after: str) -> list[str]:
    if before is not None:
        (folder / "a.txt").write_text(before)
    return spoken_preview(preview_of_write(resolve(folder, "a.txt"), after))


def test_a_new_file_is_told_with_its_lines(tmp_path: Path) -> None:
    assert preview(tmp_path, None, "one\ntwo\n") == [
        "New file a.txt.", "Added, 2 lines:", "  one", "  two",
    ]  # fmt: skip


def test_a_change_is_told_in_runs(tmp_path: Path) -> None:
    assert preview(tmp_path, "one\ntwo\nthree", "one\n2\n2b\nthree") == [
        "Change of a.txt.",
        "At line 1:",
        "Unchanged, 1 line:", "  one",
        "Removed, 1 line:", "  two",
        "Added, 2 lines:", "  2", "  2b",
        "Unchanged, 1 line:", "  three",
        "Remark, 1 line:", "   No newline at end of file",
    ]  # fmt: skip


def test_a_line_of_the_file_cannot_pass_for_a_heading(tmp_path: Path) -> None:
    said = preview(tmp_path, "Removed, 9 lines:\n", "Added, 9 lines:\n--- a/x\n")
    assert [line for line in said if not line.startswith("  ")] == [
        "Change of a.txt.", "At line 1:", "Removed, 1 line:", "Added, 2 lines:",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf x",
        "--- $(rm -rf x)\n+++ b/y\n@@ -1 +1 @@\n+a",
        "--- a/y\n+++ b/y\n@@ -1 +1 @@ $(rm -rf x)\n+a",
        "--- a/y\n+++ b/y\n@@ -1 +1 @@\n+a\nrm -rf x",
    ],
)
def test_what_is_no_diff_is_told_as_it_is(command: str) -> None:
    assert spoken_preview(command) == [f"  {line}" for line in command.split("\n")]
