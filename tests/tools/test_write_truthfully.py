"""What an approval shows is what a write does, and a write does nothing else."""

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from tyler_tui.agent.tools import Toolbox, ToolContext
from tyler_tui.errors import ToolError
from tyler_tui.messages import ToolCall
from tyler_tui.tools import FILES_TOOLS
from tyler_tui.tools.workspace import read_bytes, resolve, write_text

TOOLBOX = Toolbox(FILES_TOOLS)


async def _report(progress: float | None, total: float | None, message: str) -> None:
    """Progress is of no interest here."""


async def write(workspace: Path, path: str, content: str) -> str:
    context = ToolContext("call_1", "files-write", workspace, _report)
    arguments = {"path": path, "content": content}
    return await TOOLBOX.run(ToolCall("call_1", "files-write", arguments), context)


def preview(workspace: Path, **arguments: Any) -> str:
    tool = TOOLBOX.get("files-write")
    assert tool is not None
    assert tool.preview is not None
    return tool.preview(arguments, workspace)


LONG = "".join(f"entry {number}\n" for number in range(40_000))

CHANGES = {
    "nothing but the newline at the end": ("a\nb\n", "a\nb"),
    "the kind of line end": ("a\r\nb\r\n", "a\nb\n"),
    "a form feed for a line end": ("a\x0cb\n", "a\nb\n"),
    "a line separator for a line end": ("a\u2028b\n", "a\nb\n"),
    "the tail of a file that is too long to show": (LONG, LONG[: 256 * 1024]),
    "an empty line at the end": ("a\n", "a\n\n"),
    "to empty": ("a\n", ""),
}


@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_a_preview_never_calls_a_change_no_change(tmp_path: Path, before: str, after: str) -> None:
    (tmp_path / "file.txt").write_bytes(before.encode())
    assert "no change" not in preview(tmp_path, path="file.txt", content=after).casefold()


def test_a_preview_says_that_a_byte_order_mark_goes(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_bytes(b"\xef\xbb\xbfsame\n")
    assert "no change" not in preview(tmp_path, path="file.txt", content="same\n").casefold()


def test_a_preview_says_that_an_encoding_changes(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_bytes("Köln\n".encode("latin-1"))
    assert "no change" not in preview(tmp_path, path="file.txt", content="Köln\n").casefold()


def test_a_preview_of_the_same_text_says_that_nothing_changes(tmp_path: Path) -> None:
    (tmp_path / "file.txt").write_text("same\n")
    assert "no change" in preview(tmp_path, path="file.txt", content="same\n").casefold()


def test_a_write_over_a_long_file_shows_that_its_tail_goes(tmp_path: Path) -> None:
    (tmp_path / "long.txt").write_text(LONG)
    shown = preview(tmp_path, path="long.txt", content="short\n")
    assert "-entry 39999" in shown or "bytes" in shown


def test_an_empty_file_that_is_there_is_not_shown_as_new(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    assert "/dev/null" not in preview(tmp_path, path="empty.txt", content="x\n")


async def test_the_result_counts_the_lines_as_the_summary_did(tmp_path: Path) -> None:
    tool = TOOLBOX.get("files-write")
    assert tool is not None
    for content, count in (("a\nb\n", "2 lines"), ("a\nb", "2 lines"), ("a\n", "1 line")):
        assert count in tool.summary({"path": "f", "content": content})
        assert count in await write(tmp_path, "f", content)


async def test_writes_at_once_leave_the_process_s_umask_alone(tmp_path: Path) -> None:
    """Reading the umask sets it for a moment, and another thread may read that moment's."""
    seen: set[int] = set()
    os.umask(0o027)
    try:
        for round in range(30):
            names = [f"{round}-{number}" for number in range(16)]
            await asyncio.gather(*(write(tmp_path, name, "x") for name in names))
            seen |= {(tmp_path / name).stat().st_mode & 0o777 for name in names}
            mask = os.umask(0o027)
            assert mask == 0o027
        assert seen == {0o640}
    finally:
        os.umask(0o022)


async def test_a_file_that_is_made_while_another_is_written_gets_no_wider_mode(
    tmp_path: Path,
) -> None:
    (tmp_path / "by").mkdir()
    stop = threading.Event()
    modes: set[int] = set()

    def create() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            path = tmp_path / "by" / str(number)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o666))
            modes.add(path.stat().st_mode & 0o777)

    watcher = threading.Thread(target=create)
    watcher.start()
    try:
        for number in range(400):
            await write(tmp_path, f"w{number}", "x")
    finally:
        stop.set()
        watcher.join()
    assert modes == {0o644}


def test_a_folder_that_becomes_a_link_after_the_check_is_not_followed_to_read(
    tmp_path: Path,
) -> None:
    workspace, outside = tmp_path / "ws", tmp_path / "outside"
    for folder in (workspace / "sub", outside):
        folder.mkdir(parents=True)
        (folder / "file.txt").write_text(folder.name)
    checked = resolve(workspace, "sub/file.txt")
    (workspace / "sub").rename(workspace / "away")
    (workspace / "sub").symlink_to(outside)
    with pytest.raises(ToolError):
        read_bytes(checked, 100)


def test_a_folder_that_becomes_a_link_after_the_check_is_not_followed_to_write(
    tmp_path: Path,
) -> None:
    workspace, outside = tmp_path / "ws", tmp_path / "outside"
    (workspace / "sub").mkdir(parents=True)
    outside.mkdir()
    checked = resolve(workspace, "sub/file.txt")
    (workspace / "sub").rename(workspace / "away")
    (workspace / "sub").symlink_to(outside)
    with pytest.raises(ToolError):
        write_text(checked, "owned")
    assert list(outside.iterdir()) == []
