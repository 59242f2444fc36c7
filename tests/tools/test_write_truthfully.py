"""What an approval shows is what a write does, and a write does nothing else."""

import asyncio
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.calling import applied, preview, summary, use
from tyler_tui.errors import ToolError
from tyler_tui.sanitize import sanitize
from tyler_tui.tools.workspace import open_folder, read_bytes, resolve, write_bytes


async def write(workspace: Path, path: str, content: str) -> str:
    return await use(workspace, "files-write", path=path, content=content)


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


@pytest.mark.parametrize(
    ("content", "escape"),
    [
        ("total \u202e)(\u202c\n", "\\u202e"),
        ("\x1b[2Jcleared\n", "\\x1b[2J"),
        ("zero\u200bwidth\n", "zero\\u200bwidth"),
        ("one\rtwo\n", "one\\rtwo"),
    ],
)
def test_what_is_invisible_is_shown_as_an_escape(tmp_path: Path, content: str, escape: str) -> None:
    shown = preview(tmp_path, path="file.txt", content=content)
    assert escape in shown
    assert "escapes" in shown.splitlines()[0]
    assert sanitize(shown) == shown, "nothing is left for a sink to take away"


def test_a_name_that_looks_like_another_is_shown_as_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("x\n")
    shown = preview(tmp_path, path="ma\u200bin.py", content="x\n")
    assert "--- /dev/null\n+++ b/ma\\u200bin.py" in shown


def test_a_preview_says_that_a_binary_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\0\0\0")
    shown = preview(tmp_path, path="photo.png", content="text\n")
    assert "7 bytes of a binary file" in shown
    assert "+text" in shown


def test_a_preview_of_a_write_that_cannot_be_says_why(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ToolError, match="is a folder"):
        preview(tmp_path, path="folder", content="x")
    with pytest.raises(ToolError, match="no file can hold"):
        preview(tmp_path, path="file", content="\ud800")


LINES = st.lists(st.sampled_from(["a", "b", "c", ""]), max_size=30)


@given(LINES, LINES, LINES, LINES, st.booleans(), st.booleans())
def test_the_diff_says_exactly_what_changes(
    tmp_path_factory: pytest.TempPathFactory,
    head: list[str],
    old: list[str],
    new: list[str],
    tail: list[str],
    old_ends: bool,
    new_ends: bool,
) -> None:
    texts = [
        "\n".join([*head, *middle, *tail]) + "\n" * ends
        for middle, ends in ((old, old_ends), (new, new_ends))
    ]
    folder = tmp_path_factory.mktemp("diff")
    (folder / "file.txt").write_text(texts[0])
    shown = preview(folder, path="file.txt", content=texts[1])
    if texts[0] == texts[1]:
        assert shown == "(no change)"
    else:
        assert applied(texts[0], shown.split("\n")) == texts[1]


def test_two_long_texts_that_share_nothing_are_compared_in_no_time(tmp_path: Path) -> None:
    old = [f"{number}\n" for number in range(20_000)]
    (tmp_path / "file.txt").write_text("".join(old))
    began = time.process_time()
    shown = preview(tmp_path, path="file.txt", content="".join(reversed(old)))
    assert time.process_time() - began < 20
    assert applied("".join(old), shown.split("\n")) == "".join(reversed(old))


def test_one_changed_line_of_a_long_file_is_all_that_is_shown(tmp_path: Path) -> None:
    old = [f"{number}\n" for number in range(20_000)]
    (tmp_path / "file.txt").write_text("".join(old))
    content = "".join([*old[:10_000], "another\n", *old[10_001:]])
    shown = preview(tmp_path, path="file.txt", content=content)
    assert "@@ -9998,7 +9998,7 @@" in shown
    assert len(shown.splitlines()) == 11


async def test_the_result_counts_the_lines_as_the_summary_did(tmp_path: Path) -> None:
    for content, count in (("a\nb\n", "2 lines"), ("a\nb", "2 lines"), ("a\n", "1 line")):
        assert count in summary(path="f", content=content)
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
        write_bytes(checked, b"owned")
    assert list(outside.iterdir()) == []


def test_a_folder_that_becomes_a_link_after_the_check_is_not_listed(tmp_path: Path) -> None:
    workspace, outside = tmp_path / "ws", tmp_path / "outside"
    (workspace / "sub").mkdir(parents=True)
    outside.mkdir()
    checked = resolve(workspace, "sub")
    (workspace / "sub").rename(workspace / "away")
    (workspace / "sub").symlink_to(outside)
    with pytest.raises(ToolError), open_folder(checked):
        pytest.fail("it was opened")
