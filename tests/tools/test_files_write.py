"""Writing into a real folder, where nothing is hostile."""

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.tools.calling import TOOLBOX, preview, summary, use
from tyler_tui.errors import ToolArgumentsError, ToolError
from tyler_tui.tools.workspace import check_writable, read_bytes, resolve, write_bytes


def names_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


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


async def test_what_another_wrote_between_the_look_and_the_write_is_not_written_over(
    workspace: Path,
) -> None:
    place = resolve(workspace, "README.md")
    seen, before = check_writable(place), names_below(workspace)
    write_bytes(place, b"of another")
    with pytest.raises(ToolError, match="changed by someone else"):
        write_bytes(place, b"ours", over=seen)
    assert read_bytes(place, 100) == (b"of another", 10)
    assert names_below(workspace) == before, "nothing of ours lies beside it"
    write_bytes(place, b"ours", over=check_writable(place))
    assert read_bytes(place, 100) == (b"ours", 4)


async def test_a_lone_surrogate_neither_crashes_nor_leaves_half_a_file(workspace: Path) -> None:
    before = (workspace / "README.md").read_bytes()
    with pytest.raises(ToolError) as caught:
        await use(workspace, "files-write", path="README.md", content="bad \ud800 end")
    assert "codec" not in caught.value.message
    assert (workspace / "README.md").read_bytes() == before


async def test_a_file_is_replaced_whole_so_that_no_reader_sees_half(workspace: Path) -> None:
    with (workspace / "README.md").open() as reader:
        await use(workspace, "files-write", path="README.md", content="new")
        assert reader.read() == "# Title\n\nSecond paragraph.\n"


async def test_writing_leaves_no_other_file_behind(workspace: Path) -> None:
    before = names_below(workspace)
    await use(workspace, "files-write", path="README.md", content="new")
    assert names_below(workspace) == before


async def test_a_write_that_fails_leaves_no_other_file_behind(workspace: Path) -> None:
    before = names_below(workspace)
    with pytest.raises(ToolError):
        await use(workspace, "files-write", path="new.md", content="\ud800")
    with pytest.raises(ToolError):
        await use(workspace, "files-write", path="README.md/below.md", content="x")
    assert names_below(workspace) == before


async def test_a_file_that_its_owner_protected_is_not_replaced(workspace: Path) -> None:
    (workspace / "README.md").chmod(0o444)
    with pytest.raises(ToolError, match=r"README\.md is write-protected"):
        await use(workspace, "files-write", path="README.md", content="new")
    assert (workspace / "README.md").read_text().startswith("# Title")


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
    assert risks == {
        "files-list": "read",
        "files-search": "read",
        "files-read": "read",
        "files-write": "write",
        "files-edit": "write",
    }


def test_every_parameter_is_described_to_the_model() -> None:
    for tool in TOOLBOX:
        assert tool.description.strip()
        assert tool.parameters["additionalProperties"] is False
        for name, form in tool.parameters["properties"].items():
            assert form.get("description"), f"{tool.name}: {name}"


def test_the_summary_of_a_write_names_the_file_and_its_size() -> None:
    line = summary(path="notes.md", content="a\nb\nc\n")
    assert "notes.md" in line
    assert "3 lines" in line


@pytest.mark.parametrize("arguments", [{}, {"path": 3}, {"path": None, "content": []}])
def test_a_summary_of_nonsense_is_a_line_all_the_same(arguments: dict[str, Any]) -> None:
    for tool in TOOLBOX:
        assert "\n" not in tool.summary(arguments)


def test_the_preview_of_a_write_is_a_diff_against_what_is_there(workspace: Path) -> None:
    diff = preview(workspace, path="README.md", content="# Title\n\nAnother one.\n")
    assert "-Second paragraph." in diff
    assert "+Another one." in diff
    assert "-# Title" not in diff


def test_the_preview_of_a_new_file_shows_all_of_it(workspace: Path) -> None:
    diff = preview(workspace, path="new.txt", content="one\ntwo\n")
    assert "one" in diff
    assert "two" in diff
    assert not (workspace / "new.txt").exists()


def test_a_preview_shows_the_last_line_that_has_no_newline_on_a_line_of_its_own(
    workspace: Path,
) -> None:
    (workspace / "end.txt").write_text("old end")
    lines = preview(workspace, path="end.txt", content="new end").splitlines()
    assert "-old end" in lines
    assert "+new end" in lines
