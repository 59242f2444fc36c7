"""What the index of a workspace holds, with git and without it."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from tyler_tui.tui.completion import file_index
from tyler_tui.tui.completion.file_index import FileIndex


def put(folder: Path, *paths: str) -> None:
    for path in paths:
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x", "utf-8")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def a_project(folder: Path) -> None:
    put(folder, "main.py", "src/deep/leaf.py", "a b/名前.txt", "built/out.o", "src/x.log")
    (folder / ".gitignore").write_text("built/\n*.log\n", "utf-8")


WHOLE = {"main.py", "src/", "src/deep/", "src/deep/leaf.py", "a b/", "a b/名前.txt", ".gitignore"}


async def paths_of(index: FileIndex) -> set[str]:
    await index.refresh()
    return {path for query in (".", "/", "e", "名") for path, _ in index.best(query, 1000)}


@pytest.mark.parametrize("with_git", [True, False])
async def test_files_and_folders_but_for_what_git_ignores(tmp_path: Path, with_git: bool) -> None:
    a_project(tmp_path)
    if with_git:
        git(tmp_path, "init")
        git(tmp_path, "add", "main.py", "src/deep/leaf.py")
    index = FileIndex(tmp_path)
    assert await paths_of(index) == WHOLE
    assert [path for path, _ in index.best("", 10)] == ["a b/", "src/", ".gitignore", "main.py"]


async def test_what_is_gone_is_not_there_and_what_came_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project(tmp_path)
    git(tmp_path, "init")
    git(tmp_path, "add", ".")
    index = FileIndex(tmp_path)
    assert "main.py" in await paths_of(index)
    (tmp_path / "main.py").unlink()
    put(tmp_path, "come.py")
    assert not await index.refresh()  # it is fresh yet
    monkeypatch.setattr(file_index, "FRESH_SECONDS", 0.0)
    assert await paths_of(index) == WHOLE - {"main.py"} | {"come.py"}
    assert not await index.refresh()


async def test_a_folder_of_a_repository_is_listed_from_itself_on(tmp_path: Path) -> None:
    a_project(tmp_path)
    git(tmp_path, "init")
    assert await paths_of(FileIndex(tmp_path / "src")) == {"deep/", "deep/leaf.py"}


async def test_a_folder_that_its_repository_ignores_is_walked(tmp_path: Path) -> None:
    a_project(tmp_path)
    git(tmp_path, "init")
    assert await paths_of(FileIndex(tmp_path / "built")) == {"out.o"}


async def test_no_program_that_a_repository_names_is_run(tmp_path: Path) -> None:
    a_project(tmp_path)
    git(tmp_path, "init")
    spy = tmp_path / "spy.sh"
    spy.write_text(f"#!/bin/sh\ntouch '{tmp_path}/ran'\n", "utf-8")
    spy.chmod(0o755)
    git(tmp_path, "config", "core.fsmonitor", str(spy))
    assert "main.py" in await paths_of(FileIndex(tmp_path))
    assert not (tmp_path / "ran").exists()
    await asyncio.to_thread(git, tmp_path, "ls-files", "--others")
    assert (tmp_path / "ran").exists(), "the spy would have run"


async def test_names_that_fit_on_no_line_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "good", "bad\nname", "esc\x1b[31m", 'quo"ted', "tab\tbed")
    (tmp_path / os.fsdecode(b"bytes\xff")).write_bytes(b"")
    git(tmp_path, "init")
    assert [path for path, _ in await _tops(tmp_path)] == ["good"]


async def _tops(root: Path) -> list[tuple[str, object]]:
    index = FileIndex(root)
    await index.refresh()
    return [*index.best("", 10)]


async def test_of_very_many_files_the_nearest_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_index, "MAX_FILES", 3)
    put(tmp_path, *(f"deep/{n}" for n in range(9)), "one", "two")
    index = FileIndex(tmp_path)
    assert len([path for path in await paths_of(index) if not path.endswith("/")]) <= 3
    assert index.is_cut
    assert {"one", "two"} <= {path for path, _ in index.best("", 10)}


async def test_a_workspace_that_is_gone_is_empty(tmp_path: Path) -> None:
    index = FileIndex(tmp_path / "gone")
    await index.refresh()
    assert index.is_made
    assert index.best("", 10) == []
