"""Listing and reading a real folder, where nothing is hostile."""

import os
from pathlib import Path

import pytest

from tests.tools.calling import told, use
from tyler_tui.errors import ToolError


async def test_a_listing_names_files_with_their_sizes_and_folders(workspace: Path) -> None:
    listing = await use(workspace, "files-list")
    assert "README.md" in listing
    assert "src" in listing
    assert "名前.txt" in listing
    assert str(len("# Title\n\nSecond paragraph.\n")) in listing


async def test_a_listing_does_not_walk_the_git_folder(workspace: Path) -> None:
    assert "config" not in await use(workspace, "files-list", depth=5)


async def test_a_listing_keeps_to_the_pattern(workspace: Path) -> None:
    listing = await use(workspace, "files-list", pattern="*.py", depth=5)
    assert "main.py" in listing
    assert "README.md" not in listing


async def test_a_listing_goes_no_deeper_than_asked(workspace: Path) -> None:
    assert "leaf.txt" not in await use(workspace, "files-list", depth=1)
    assert "leaf.txt" in await use(workspace, "files-list", depth=6)


async def test_a_listing_of_very_many_files_is_cut_and_says_so(workspace: Path) -> None:
    for number in range(3000):
        (workspace / "src" / f"f{number:05}").touch()
    listing = await use(workspace, "files-list", path="src")
    assert len(listing.splitlines()) < 2500
    assert "more" in listing or "3000" in listing or "cut" in listing.casefold()


async def test_a_listing_of_an_empty_folder_says_that_it_is_empty(tmp_path: Path) -> None:
    assert (await use(tmp_path, "files-list")).strip()


async def test_a_listing_of_a_missing_folder_is_an_error_that_names_it(workspace: Path) -> None:
    with pytest.raises(ToolError, match="nowhere"):
        await use(workspace, "files-list", path="nowhere")


async def test_reading_returns_what_the_file_holds(workspace: Path) -> None:
    assert "Second paragraph." in await use(workspace, "files-read", path="README.md")
    assert "漢字とかな" in await use(workspace, "files-read", path="名前.txt")


async def test_reading_a_range_returns_these_lines_and_no_others(workspace: Path) -> None:
    text = await use(workspace, "files-read", path="src/main.py", start_line=10, end_line=12)
    for number in (10, 11, 12):
        assert f"line {number}" in text
    assert "line 9\n" not in text
    assert "line 13" not in text


@pytest.mark.parametrize(("start", "end"), [(0, 3), (-5, 2), (5, 2), (1000, 2000)])
async def test_a_range_that_cannot_be_is_answered_in_words(
    workspace: Path, start: int, end: int
) -> None:
    answer = await told(workspace, "files-read", path="src/main.py", start_line=start, end_line=end)
    assert "Traceback" not in answer
    assert answer.strip()


@pytest.mark.parametrize(
    ("start", "end", "note"),
    [
        (1, None, ""),
        (1, 100, ""),
        (99, None, "[lines 99 to 100, the last]"),
        (1, 99, "[lines 1 to 99; the file goes on]"),
        (99, 500, "[lines 99 to 100, the last]"),
    ],
)
async def test_an_excerpt_says_which_lines_it_holds_and_whether_there_are_more(
    workspace: Path, start: int, end: int | None, note: str
) -> None:
    text = await use(workspace, "files-read", path="src/main.py", start_line=start, end_line=end)
    assert text.partition("\n\n")[2] == note


async def test_a_line_beyond_the_end_is_refused_with_the_number_of_the_last(
    workspace: Path,
) -> None:
    with pytest.raises(ToolError, match="line 100"):
        await use(workspace, "files-read", path="src/main.py", start_line=101)


async def test_an_empty_file_is_said_to_be_empty(workspace: Path) -> None:
    (workspace / "empty").touch()
    assert await use(workspace, "files-read", path="empty") == "(the file is empty)"


async def test_a_character_that_is_cut_by_the_first_look_at_a_file_is_no_other_encoding(
    workspace: Path,
) -> None:
    content = "x" * (64 * 1024 - 1) + "漢\n"
    (workspace / "cut.txt").write_text(content, encoding="utf-8")
    assert await use(workspace, "files-read", path="cut.txt") == content


async def test_a_large_file_is_cut_and_the_result_says_what_is_missing(workspace: Path) -> None:
    with (workspace / "big.log").open("w") as file:
        file.writelines(f"entry {number} {'x' * 80}\n" for number in range(200_000))
    text = await use(workspace, "files-read", path="big.log")
    assert "entry 0 " in text
    assert "entry 199999" not in text
    assert len(text) < 2_000_000
    assert any(word in text.casefold()[-600:] + text.casefold()[:300] for word in ("cut", "more",
               "of 200", "truncated", "start_line", "rest"))  # fmt: skip


async def test_lines_in_the_middle_of_a_large_file_can_be_read(workspace: Path) -> None:
    with (workspace / "big.log").open("w") as file:
        file.writelines(f"entry {number}\n" for number in range(1, 300_001))
    text = await use(workspace, "files-read", path="big.log", start_line=250_000, end_line=250_002)
    assert "entry 250000" in text
    assert "entry 250003" not in text


async def test_one_line_without_end_does_not_flood_the_model(workspace: Path) -> None:
    (workspace / "wide.json").write_text("x" * 5_000_000)
    assert len(await use(workspace, "files-read", path="wide.json")) < 2_000_000


async def test_a_binary_file_is_refused_in_words(workspace: Path) -> None:
    (workspace / "data.bin").write_bytes(b"\x00\x01" + os.urandom(500))
    with pytest.raises(ToolError, match="is a binary file; only text"):
        await use(workspace, "files-read", path="data.bin")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8-sig", "Grüße"), ("latin-1", "Grüße aus Köln"), ("utf-16", "Grüße 漢字")],
)
async def test_other_encodings_are_read_or_refused_but_never_crash(
    workspace: Path, encoding: str, text: str
) -> None:
    (workspace / "other.txt").write_bytes(text.encode(encoding))
    answer = await told(workspace, "files-read", path="other.txt")
    assert "\ufeff" not in answer
    assert "codec" not in answer, "a message for people, not Python's own"
