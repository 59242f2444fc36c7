"""Editing by exact replacement: all or nothing, and all that is not replaced stays as it was."""

import asyncio
import codecs
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.calling import Caller, applied, preview_of, the_tool, use
from tyler_tui.errors import ToolArgumentsError, ToolError
from tyler_tui.tools.files.replacing import Edit, replaced


def edit(old: str, new: str, **more: Any) -> dict[str, Any]:
    return {"old": old, "new": new, **more}


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def edited(workspace: Path, path: str, *edits: dict[str, Any]) -> str:
    return await use(workspace, "files-edit", path=path, edits=list(edits))


async def refused(workspace: Path, path: str, *edits: dict[str, Any]) -> str:
    """Why an edit is refused: by the call and by its preview alike. The file stays as it was."""
    file = workspace / path
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(ToolError) as caught:
        await edited(workspace, path, *edits)
    with pytest.raises(ToolError) as shown:
        preview_of("files-edit", workspace, path=path, edits=list(edits))
    assert shown.value.message == caught.value.message
    assert before == (file.read_bytes() if file.is_file() else None)
    return caught.value.message


async def test_the_text_is_replaced_and_the_result_shows_the_change(workspace: Path) -> None:
    answer = await edited(workspace, "README.md", edit("Second", "Another"))
    assert (workspace / "README.md").read_text() == "# Title\n\nAnother paragraph.\n"
    assert answer.startswith("Edited README.md in 1 place.\n")
    assert "\n-Second paragraph.\n+Another paragraph." in answer


async def test_several_edits_are_made_in_their_order(workspace: Path) -> None:
    await edited(
        workspace, "README.md", edit("Title", "Name"), edit("Second", "2nd"), edit("2nd p", "P")
    )
    assert (workspace / "README.md").read_text() == "# Name\n\nParagraph.\n"


async def test_when_one_edit_fails_none_is_made_and_it_is_told_which(workspace: Path) -> None:
    message = await refused(workspace, "README.md", edit("Title", "Name"), edit("Title", "Other"))
    assert message.startswith("Edit 2 of 2: the file does not hold this text.")


async def test_a_text_that_occurs_more_than_once_is_refused_with_its_lines(workspace: Path) -> None:
    message = await refused(workspace, "src/main.py", edit("line 1", "row 1"))
    assert "occurs 12 times, at lines 1, 10, 11, 12" in message
    assert "replace_all" in message


async def test_overlapping_places_are_more_than_one(workspace: Path) -> None:
    (workspace / "a.txt").write_text("aaa\n")
    assert "occurs 2 times, at lines 1, 1" in await refused(workspace, "a.txt", edit("aa", "b"))


async def test_replace_all_replaces_every_place(workspace: Path) -> None:
    answer = await edited(workspace, "src/main.py", edit("line", "row", replace_all=True))
    text = (workspace / "src/main.py").read_text()
    assert text == "".join(f"row {n}\n" for n in range(1, 101))
    assert "in 100 places" in answer
    assert "more lines of the diff" in answer
    assert len(answer.splitlines()) < 70


async def test_deleting_a_line_leaves_nothing_of_it(workspace: Path) -> None:
    await edited(workspace, "README.md", edit("\n\nSecond paragraph.\n", "\n"))
    assert (workspace / "README.md").read_text() == "# Title\n"


@pytest.mark.parametrize("new", [r"\1 \g<0> \n", "$1 & %s {0}"])
async def test_nothing_in_the_new_text_has_a_meaning_of_its_own(workspace: Path, new: str) -> None:
    await edited(workspace, "README.md", edit("Second", new))
    assert (workspace / "README.md").read_text() == f"# Title\n\n{new} paragraph.\n"


async def test_nothing_in_the_old_text_has_a_meaning_of_its_own(workspace: Path) -> None:
    (workspace / "a.txt").write_text("x.*[a]($^)\\d{2} xyz[a]\n")
    await edited(workspace, "a.txt", edit("x.*[a]($^)\\d{2}", "y"))
    assert (workspace / "a.txt").read_text() == "y xyz[a]\n"


# What it says when it fails


async def test_a_text_that_differs_in_white_space_is_shown_as_it_stands(workspace: Path) -> None:
    (workspace / "a.py").write_text("def f():\n\tif x:\n\t\treturn 1\n")
    message = await refused(workspace, "a.py", edit("if x:\n        return 1\n", "pass"))
    assert "But for white space it stands at lines 2 to 3:\n\tif x:\n\t\treturn 1" in message


async def test_the_nearest_text_is_shown_when_there_is_none(workspace: Path) -> None:
    (workspace / "a.py").write_text("import os\n\ndef load(path):\n    return open(path)\n")
    message = await refused(workspace, "a.py", edit("def load(file):\n    return open(f)", "x"))
    assert "The nearest text stands at lines 3 to 4:\ndef load(path):\n    return open" in message


async def test_when_nothing_is_alike_it_says_so(workspace: Path) -> None:
    message = await refused(workspace, "README.md", edit("0123456789 xyz", "x"))
    assert "Nothing in it is like it" in message


async def test_the_search_for_the_nearest_text_is_short_in_a_long_file(workspace: Path) -> None:
    (workspace / "long.txt").write_text("".join(f"some entry {n * 7}\n" for n in range(300_000)))
    began = time.process_time()
    with pytest.raises(ToolError, match="The nearest text"):
        await edited(workspace, "long.txt", edit("same entri 777x", "x"))
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([edit("", "x")], "empty `old`"),
        ([edit("Title", "Title")], "change nothing"),
        ([edit("Title", "Name"), edit("Name", "Title")], "change nothing"),
        ([], "change nothing"),
        ([edit("Title", "\ud800")], "no file can hold"),
        ([edit("\ud800", "x")], "does not hold this text"),
    ],
)
async def test_edits_that_cannot_be_are_refused_in_words(
    workspace: Path, edits: list[dict[str, Any]], message: str
) -> None:
    assert message in await refused(workspace, "README.md", *edits)


@pytest.mark.parametrize("edits", [None, "x", [{"old": "a"}], [{"old": "a", "new": "b", "x": 1}]])
async def test_arguments_of_the_wrong_form_are_refused(workspace: Path, edits: object) -> None:
    with pytest.raises(ToolArgumentsError):
        await use(workspace, "files-edit", path="README.md", edits=edits)


async def test_a_file_that_is_not_there_a_folder_and_a_binary_file_are_refused(
    workspace: Path,
) -> None:
    (workspace / "photo.bin").write_bytes(b"a\0b")
    (workspace / "long.txt").write_bytes(b"x" * (8 * 1024 * 1024 + 1))
    (workspace / "fixed.txt").write_text("a")
    (workspace / "fixed.txt").chmod(0o444)
    for path, why in {
        "nowhere.txt": "no 'nowhere.txt'",
        "src": "is a folder",
        "photo.bin": "binary",
        "long.txt": "too long",
        "fixed.txt": "write-protected",
        "../x": "outside",
    }.items():
        assert why in await refused(workspace, path, edit("a", "b")), path


# What stays as it was


async def test_the_mode_stays_and_no_other_file_is_left_behind(workspace: Path) -> None:
    script = workspace / "run.sh"
    script.write_text("#!/bin/sh\necho one\n")
    script.chmod(0o750)
    before = names_in(workspace)
    await edited(workspace, "run.sh", edit("one", "two"))
    assert stat.S_IMODE(script.stat().st_mode) == 0o750
    assert names_in(workspace) == before


async def test_crlf_stays_whatever_the_model_sends(workspace: Path) -> None:
    file = workspace / "dos.txt"
    for old, new in (("b\nc", "x\ny"), ("b\r\nc", "x\r\ny"), ("b\nc", "x\r\ny")):
        file.write_bytes(b"a\r\nb\r\nc\r\nd")
        answer = await edited(workspace, "dos.txt", edit(old, new))
        assert file.read_bytes() == b"a\r\nx\r\ny\r\nd"
        assert "\r" not in answer


async def test_in_a_file_with_both_line_ends_each_stays(workspace: Path) -> None:
    file = workspace / "both.txt"
    file.write_bytes(b"a\r\nb\nc\r\nd\ne\r\n")
    await edited(workspace, "both.txt", edit("a\nb", "A\nB"), edit("d\n", "D\nD\n"))
    assert file.read_bytes() == b"a\r\nb\nc\r\nd\ne\r\n".replace(b"a\r\nb", b"A\r\nB").replace(
        b"d\n", b"D\nD\n"
    )


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("latin-1", b""),
    ],
)
async def test_the_encoding_stays(workspace: Path, encoding: str, mark: bytes) -> None:
    file = workspace / "text.txt"
    file.write_bytes(mark + "é\r\nKöln\r\n".encode(encoding))
    await edited(workspace, "text.txt", edit("Köln", "Würzburg"))
    assert file.read_bytes() == mark + "é\r\nWürzburg\r\n".encode(encoding)


async def test_a_character_that_the_encoding_lacks_is_refused_by_name(workspace: Path) -> None:
    (workspace / "text.txt").write_bytes("Köln".encode("latin-1"))
    message = await refused(workspace, "text.txt", edit("Köln", "漢"))
    assert "LATIN-1, which has no '漢'" in message


async def test_bytes_that_are_no_text_far_down_in_a_file_stay(workspace: Path) -> None:
    filling = b"x" * 70_000
    file = workspace / "text.txt"
    file.write_bytes("é one".encode() + filling + b"\xff\xfe\n")
    await edited(workspace, "text.txt", edit("é one", "é two"))
    assert file.read_bytes() == "é two".encode() + filling + b"\xff\xfe\n"


PIECES = st.text(alphabet="ab \t漢é\u2028\x0c\x85", max_size=6)
ENDS = st.sampled_from(["\n", "\r\n"])
ENCODINGS = st.sampled_from([("utf-8", ""), ("utf-8", "\ufeff"), ("utf-16-le", "\ufeff")])


@given(st.data(), st.lists(PIECES, min_size=2, max_size=8), ENDS, ENCODINGS, PIECES)
def test_only_what_is_replaced_changes_and_the_preview_says_exactly_that(
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
    lines: list[str],
    end: str,
    encoding: tuple[str, str],
    new_line: str,
) -> None:
    first = data.draw(st.integers(0, len(lines) - 2))
    last = data.draw(st.integers(first + 1, len(lines)))
    marked = [*lines[:first], "<<", *lines[first:last], ">>", *lines[last:]]
    old = "\n".join(["<<", *lines[first:last], ">>"])
    codec, mark = encoding
    workspace = tmp_path_factory.mktemp("edit")
    file = workspace / "file.txt"
    file.write_bytes((mark + end.join(marked)).encode(codec))
    arguments: dict[str, Any] = {"path": "file.txt", "edits": [edit(old, f"{new_line}\n-")]}
    shown = preview_of("files-edit", workspace, **arguments)
    asyncio.run(use(workspace, "files-edit", **arguments))
    expected = [*lines[:first], new_line, "-", *lines[last:]]
    assert file.read_bytes() == (mark + end.join(expected)).encode(codec)
    if not mark and not set("\u2028\x0c\x85") & set("".join([*lines, new_line])):
        assert applied("\n".join(marked), shown.split("\n")) == "\n".join(expected)


@given(
    st.text("ab\n", max_size=30), st.text("ab\n", min_size=1, max_size=3), st.text("ab", max_size=3)
)
def test_it_is_made_exactly_when_the_text_occurs_once(text: str, old: str, new: str) -> None:
    places = sum(text.startswith(old, start) for start in range(len(text)))
    try:
        after, count = replaced(text, [Edit(old, new)])
    except ToolError:
        assert places != 1 or old == new
    else:
        assert places == count == 1
        assert after == text.replace(old, new)


# Others who change the same file


async def test_edits_of_one_file_that_run_at_once_are_all_made(workspace: Path) -> None:
    (workspace / "many.txt").write_text("".join(f"<{n}>\n" for n in range(40)))
    await asyncio.gather(
        *(edited(workspace, "many.txt", edit(f"<{n}>", f"[{n}]")) for n in range(40))
    )
    assert (workspace / "many.txt").read_text() == "".join(f"[{n}]\n" for n in range(40))


async def test_an_edit_works_on_the_file_as_it_is_and_says_that_others_changed_it(
    workspace: Path,
) -> None:
    caller = Caller(workspace)
    await caller.use("files-read", path="README.md")
    (workspace / "README.md").write_text("# Title\n\nThe user wrote this. Second paragraph.\n")
    answer = await caller.use("files-edit", path="README.md", edits=[edit("Second", "Another")])
    assert "changed by someone else" in answer
    assert "The user wrote this. Another" in (workspace / "README.md").read_text()
    answer = await caller.use("files-edit", path="README.md", edits=[edit("Another", "One")])
    assert "someone else" not in answer, "now the model knows"


async def test_a_write_over_what_others_changed_since_it_was_read_is_refused(
    workspace: Path,
) -> None:
    caller = Caller(workspace)
    await caller.use("files-read", path="README.md", end_line=1)
    (workspace / "README.md").write_text("The user's own words.\n")
    with pytest.raises(ToolError, match="has changed since you last read or wrote it"):
        await caller.use("files-write", path="README.md", content="mine\n")
    assert (workspace / "README.md").read_text() == "The user's own words.\n"
    await caller.use("files-read", path="README.md")
    await caller.use("files-write", path="README.md", content="both\n")
    await caller.use("files-write", path="README.md", content="again\n")
    assert (workspace / "README.md").read_text() == "again\n"


async def test_a_file_that_was_never_read_can_be_written_and_one_that_is_gone_made_anew(
    workspace: Path,
) -> None:
    caller = Caller(workspace)
    await caller.use("files-write", path="README.md", content="first\n")
    (workspace / "README.md").unlink()
    assert "Created" in await caller.use("files-write", path="README.md", content="second\n")


# Asking first


def test_an_edit_asks_and_is_summed_up_in_a_line() -> None:
    tool = the_tool("files-edit")
    assert tool.risk == "write"
    assert tool.summary({"path": "a.py", "edits": [edit("a", "b")]}) == "edit a.py (1 edit)"
    assert tool.summary({"path": "a.py", "edits": [edit("a", "b")] * 2}) == "edit a.py (2 edits)"


def test_the_preview_is_the_diff(workspace: Path) -> None:
    shown = preview_of(
        "files-edit", workspace, path="README.md", edits=[edit("Second", "An\u202eother")]
    )
    assert "-Second paragraph." in shown
    assert "+An\\u202eother paragraph." in shown
    assert "-# Title" not in shown
    assert (workspace / "README.md").read_text() == "# Title\n\nSecond paragraph.\n"
