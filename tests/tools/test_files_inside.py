"""The file tools on a real folder, where nothing is hostile."""

import asyncio
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tyler_tui.agent.tools import Toolbox, ToolContext
from tyler_tui.errors import ToolArgumentsError, ToolError
from tyler_tui.messages import ToolCall
from tyler_tui.tools import FILES_TOOLS

TOOLBOX = Toolbox(FILES_TOOLS)


async def _report(progress: float | None, total: float | None, message: str) -> None:
    """Progress is of no interest here."""


async def use(workspace: Path, name: str, **arguments: Any) -> str:
    """Call a tool as a turn does."""
    context = ToolContext("call_1", name, workspace, _report)
    return await TOOLBOX.run(ToolCall("call_1", name, arguments), context)


def preview(workspace: Path, arguments: Mapping[str, Any]) -> str:
    tool = TOOLBOX.get("files-write")
    assert tool is not None
    assert tool.preview is not None
    return tool.preview(arguments, workspace)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "ws"
    (root / "src" / "deep" / "deeper").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / ".git" / "config").write_text("[core]\n")
    (root / "README.md").write_text("# Title\n\nSecond paragraph.\n")
    (root / "src" / "main.py").write_text("".join(f"line {n}\n" for n in range(1, 101)))
    (root / "src" / "deep" / "deeper" / "leaf.txt").write_text("leaf")
    (root / "名前.txt").write_text("漢字とかな\n", encoding="utf-8")
    return root


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
    try:
        answer = await use(
            workspace, "files-read", path="src/main.py", start_line=start, end_line=end
        )
    except ToolError as error:
        answer = error.message
    assert "Traceback" not in answer
    assert answer.strip()


async def test_reading_an_empty_file_is_no_error(workspace: Path) -> None:
    (workspace / "empty").touch()
    assert "[" not in await use(workspace, "files-read", path="empty")


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
    (workspace / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + os.urandom(500))
    with pytest.raises(ToolError, match=r"(?i)binary|not text"):
        await use(workspace, "files-read", path="photo.png")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("utf-8-sig", "Grüße"), ("latin-1", "Grüße aus Köln"), ("utf-16", "Grüße 漢字")],
)
async def test_other_encodings_are_read_or_refused_but_never_crash(
    workspace: Path, encoding: str, text: str
) -> None:
    (workspace / "other.txt").write_bytes(text.encode(encoding))
    try:
        answer = await use(workspace, "files-read", path="other.txt")
    except ToolError as error:
        answer = error.message
    assert "\ufeff" not in answer
    assert "codec" not in answer, "a message for people, not Python's own"


async def test_writing_creates_a_file_and_its_folders(workspace: Path) -> None:
    answer = await use(workspace, "files-write", path="new/a/note.md", content="one\ntwo\n")
    assert (workspace / "new" / "a" / "note.md").read_text() == "one\ntwo\n"
    assert "created" in answer.casefold()
    assert "2" in answer


async def test_writing_over_a_file_says_so(workspace: Path) -> None:
    answer = await use(workspace, "files-write", path="README.md", content="new")
    assert (workspace / "README.md").read_text() == "new"
    assert any(word in answer.casefold() for word in ("overwr", "replaced", "updated"))


async def test_what_is_written_is_exact_to_the_byte(workspace: Path) -> None:
    content = "tabs\t and\r\nCRLF, 漢字, 👩‍👩‍👧, no newline at the end"
    await use(workspace, "files-write", path="exact.txt", content=content)
    assert (workspace / "exact.txt").read_bytes() == content.encode()


async def test_a_lone_surrogate_neither_crashes_nor_leaves_half_a_file(workspace: Path) -> None:
    before = (workspace / "README.md").read_bytes()
    try:
        await use(workspace, "files-write", path="README.md", content="bad \ud800 end")
    except ToolError as error:
        assert "codec" not in error.message
        assert (workspace / "README.md").read_bytes() == before
    else:
        assert (workspace / "README.md").read_bytes().startswith(b"bad ")


async def test_a_file_is_replaced_whole_so_that_no_reader_sees_half(workspace: Path) -> None:
    with (workspace / "README.md").open() as reader:
        await use(workspace, "files-write", path="README.md", content="new")
        assert reader.read() == "# Title\n\nSecond paragraph.\n"


async def test_writing_leaves_no_other_file_behind(workspace: Path) -> None:
    before = {path.name for path in workspace.rglob("*")}
    await use(workspace, "files-write", path="README.md", content="new")
    assert {path.name for path in workspace.rglob("*")} == before


async def test_writing_keeps_the_mode_of_an_existing_file(workspace: Path) -> None:
    script = workspace / "run.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    await use(workspace, "files-write", path="run.sh", content="#!/bin/sh\necho hi\n")
    assert stat.S_IMODE(script.stat().st_mode) == 0o755


async def test_writing_to_a_folder_is_an_error_in_words(workspace: Path) -> None:
    with pytest.raises(ToolError, match="src"):
        await use(workspace, "files-write", path="src", content="x")
    assert (workspace / "src" / "main.py").exists()


async def test_many_writes_at_once_all_arrive(workspace: Path) -> None:
    await asyncio.gather(
        *(use(workspace, "files-write", path=f"many/{n}.txt", content=str(n)) for n in range(40))
    )
    written = {path.name: path.read_text() for path in (workspace / "many").iterdir()}
    assert written == {f"{n}.txt": str(n) for n in range(40)}


async def test_arguments_of_the_wrong_kind_are_refused_before_anything_happens(
    workspace: Path,
) -> None:
    with pytest.raises(ToolArgumentsError):
        await use(workspace, "files-write", path=["a"], content="x")
    with pytest.raises(ToolArgumentsError):
        await use(workspace, "files-write", path="a", content="x", mode="w")
    assert not (workspace / "a").exists()


def test_only_writing_needs_approval() -> None:
    risks = {tool.name: tool.risk for tool in TOOLBOX}
    assert risks == {"files-list": "read", "files-read": "read", "files-write": "write"}


def test_every_parameter_is_described_to_the_model() -> None:
    for tool in TOOLBOX:
        assert tool.description.strip()
        assert tool.parameters["additionalProperties"] is False
        for name, form in tool.parameters["properties"].items():
            assert form.get("description"), f"{tool.name}: {name}"


def test_the_summary_of_a_write_names_the_file_and_its_size() -> None:
    tool = TOOLBOX.get("files-write")
    assert tool is not None
    summary = tool.summary({"path": "notes.md", "content": "a\nb\nc\n"})
    assert "notes.md" in summary
    assert "3 lines" in summary


@pytest.mark.parametrize("arguments", [{}, {"path": 3}, {"path": None, "content": []}])
def test_a_summary_of_nonsense_is_a_line_all_the_same(arguments: dict[str, Any]) -> None:
    for tool in TOOLBOX:
        assert "\n" not in tool.summary(arguments)


def test_the_preview_of_a_write_is_a_diff_against_what_is_there(workspace: Path) -> None:
    diff = preview(workspace, {"path": "README.md", "content": "# Title\n\nAnother one.\n"})
    assert "-Second paragraph." in diff
    assert "+Another one." in diff
    assert "-# Title" not in diff


def test_the_preview_of_a_new_file_shows_all_of_it(workspace: Path) -> None:
    diff = preview(workspace, {"path": "new.txt", "content": "one\ntwo\n"})
    assert "one" in diff
    assert "two" in diff
    assert not (workspace / "new.txt").exists()


def test_a_preview_shows_the_last_line_that_has_no_newline_on_a_line_of_its_own(
    workspace: Path,
) -> None:
    (workspace / "end.txt").write_text("old end")
    lines = preview(workspace, {"path": "end.txt", "content": "new end"}).splitlines()
    assert "-old end" in lines
    assert "+new end" in lines
