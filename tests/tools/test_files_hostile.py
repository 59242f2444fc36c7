"""The file tools never leave the workspace, hang on a special file, or tell what lies outside."""

import asyncio
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.tools.calling import preview, summary, told, use
from tyler_tui.errors import ToolError
from tyler_tui.tools.workspace import open_folder, read_bytes, resolve, write_bytes

SECRET = "outside-secret-4711"


MORE: dict[str, dict[str, Any]] = {
    "files-read": {},
    "files-search": {"pattern": "x"},
    "files-write": {"content": "x"},
    "files-edit": {"edits": [{"old": "x", "new": "y"}]},
}
"""The tools that take a file, with what else they must be given."""


class Ground(NamedTuple):
    """A workspace and the folder beside it that must stay out of reach."""

    workspace: Path
    outside: Path

    def outside_state(self) -> dict[str, bytes]:
        files = (path for path in self.outside.rglob("*") if path.is_file())
        return {str(path.relative_to(self.outside)): path.read_bytes() for path in files}


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    workspace, outside = tmp_path / "ws", tmp_path / "outside"
    workspace.mkdir()
    outside.mkdir()
    (outside / "secret.txt").write_text(SECRET)
    (tmp_path / "ws-twin").mkdir()  # shares the workspace's name as a prefix
    (tmp_path / "ws-twin" / "secret.txt").write_text(SECRET)
    (workspace / "inside.txt").write_text("harmless")
    (workspace / "folder").mkdir()
    (workspace / "link-file").symlink_to(outside / "secret.txt")
    (workspace / "link-relative").symlink_to("../outside/secret.txt")
    (workspace / "link-folder").symlink_to(outside)
    (workspace / "link-to-link").symlink_to("link-file")
    (workspace / "link-broken").symlink_to(outside / "not-yet.txt")
    (workspace / "link-loop").symlink_to("link-loop")
    (workspace / "link-inside").symlink_to("inside.txt")
    (workspace / "link-zero").symlink_to("/dev/zero")
    (workspace / "link-root").symlink_to("/")
    os.mkfifo(workspace / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        place = os.getcwd()
        os.chdir(workspace)  # a socket's path may be no longer than 108 bytes
        try:
            listener.bind("socket")
        finally:
            os.chdir(place)
        yield Ground(workspace, outside)


OUT = [
    "../outside/secret.txt",
    "folder/../../outside/secret.txt",
    "./../outside/./secret.txt",
    "../ws-twin/secret.txt",
    "link-file",
    "link-relative",
    "link-to-link",
    "link-folder/secret.txt",
    "link-folder/../outside/secret.txt",
    "link-root/etc/hostname",
    "/etc/hostname",
    "//etc/hostname",
    "~/secret.txt",
    "/proc/self/environ",
    "/dev/zero",
    "link-zero",
    "folder\\..\\..\\outside\\secret.txt",
    "..",
    "/",
]


@pytest.mark.parametrize("path", OUT)
async def test_nothing_outside_can_be_read(ground: Ground, path: str) -> None:
    with pytest.raises(ToolError) as caught:
        await use(ground.workspace, "files-read", path=path)
    assert SECRET not in caught.value.message
    assert "Traceback" not in caught.value.message


@pytest.mark.parametrize(
    "path", ["..", "../outside", "/", "/etc", "link-folder", "link-root", "../ws-twin", "link-loop"]
)
async def test_nothing_outside_can_be_listed(ground: Ground, path: str) -> None:
    with pytest.raises(ToolError) as caught:
        await use(ground.workspace, "files-list", path=path)
    assert "secret.txt" not in caught.value.message


async def test_a_listing_does_not_follow_links_out(ground: Ground) -> None:
    listing = await use(ground.workspace, "files-list", depth=6)
    assert "inside.txt" in listing
    assert "secret.txt" not in listing.replace(str(ground.outside / "secret.txt"), "")
    assert str(len(SECRET)) not in listing, "not even the size of what a link points at"


async def test_nothing_outside_can_be_searched(ground: Ground) -> None:
    found = await use(ground.workspace, "files-search", pattern="outside|harmless", ignored=True)
    assert "inside.txt" in found
    assert SECRET not in found
    for path in [*OUT, "link-loop"]:
        answer = await told(ground.workspace, "files-search", pattern="outside", path=path)
        assert SECRET not in answer, path
        assert "outside the workspace" in answer or "no" in answer or "cannot" in answer, path


@pytest.mark.parametrize("pattern", ["../*", "../outside/*", "/etc/*", "**/../../outside/*", "["])
async def test_a_pattern_cannot_reach_out(ground: Ground, pattern: str) -> None:
    answer = await told(ground.workspace, "files-list", pattern=pattern, depth=6)
    assert "secret.txt" not in answer
    assert "hostname" not in answer


@pytest.mark.parametrize("path", [*OUT, "link-broken", "link-loop", "link-folder/new.txt"])
async def test_nothing_outside_can_be_written(ground: Ground, path: str) -> None:
    before = ground.outside_state()
    edits = [{"old": "e", "new": "owned", "replace_all": True}]
    for answer in (
        await told(ground.workspace, "files-write", path=path, content="owned"),
        await told(ground.workspace, "files-edit", path=path, edits=edits),
    ):
        assert SECRET not in answer
    assert ground.outside_state() == before
    assert not (ground.outside / "not-yet.txt").exists()


GITS_OWN = [
    ".git/hooks/pre-commit",
    ".git/config",
    "folder/.git",
    ".GIT/config",
    ".g\u200cit/config",
]


@pytest.mark.parametrize("path", GITS_OWN)
async def test_what_git_would_run_or_obey_cannot_be_written(ground: Ground, path: str) -> None:
    (ground.workspace / ".git").mkdir()
    (ground.workspace / ".git" / "config").write_text("[core]\n")
    for call in (
        use(ground.workspace, "files-write", path=path, content="x"),
        use(ground.workspace, "files-edit", path=path, edits=[{"old": "core", "new": "x"}]),
    ):
        with pytest.raises(ToolError, match="git's own"):
            await call
    with pytest.raises(ToolError, match="git's own"):
        preview(ground.workspace, path=path, content="x")
    assert (ground.workspace / ".git" / "config").read_text() == "[core]\n"
    assert [path.name for path in (ground.workspace / ".git").iterdir()] == ["config"]


@pytest.mark.parametrize("path", [".gitignore", ".github/workflows/ci.yml", "git/config"])
async def test_what_only_sounds_like_git_can_be_written(ground: Ground, path: str) -> None:
    assert "Created" in await use(ground.workspace, "files-write", path=path, content="x")


@pytest.mark.parametrize("path", ["proc/self/environ", "/proc/1/maps", "dev/zero", "sys", "/dev"])
async def test_even_with_the_root_for_a_workspace_the_system_s_own_files_are_out(
    path: str,
) -> None:
    for name, more in {"files-list": {}, **MORE}.items():
        with pytest.raises(ToolError, match="the system's own"):
            await use(Path("/"), name, path=path, **more)


async def test_a_link_that_leads_inside_can_be_read(ground: Ground) -> None:
    assert "harmless" in await use(ground.workspace, "files-read", path="link-inside")


@pytest.mark.parametrize("path", ["pipe", "socket"])
@pytest.mark.parametrize("name", MORE)
async def test_special_files_are_refused_at_once(ground: Ground, name: str, path: str) -> None:
    with pytest.raises(ToolError):
        await use(ground.workspace, name, path=path, **MORE[name])
    assert not (ground.workspace / path).is_file()


@pytest.mark.parametrize(
    "path", ["", " ", "nul\0byte", "a" * 5000, "a/" * 3000 + "b", "new\nline", "\ud800", "\x1b[2J"]
)
@pytest.mark.parametrize("name", ["files-list", *MORE])
async def test_paths_that_are_no_paths_never_crash(ground: Ground, name: str, path: str) -> None:
    before = ground.outside_state()
    answer = await told(ground.workspace, name, path=path, **MORE.get(name, {}))
    assert not re.match(r"\w*(Error|Exception)\b", answer), "words, not the name of a class"
    assert ground.outside_state() == before


async def test_an_absolute_path_inside_is_as_good_as_a_relative_one(ground: Ground) -> None:
    path = str(ground.workspace / "inside.txt")
    assert "harmless" in await use(ground.workspace, "files-read", path=path)


async def test_a_workspace_that_is_itself_a_link_works(ground: Ground, tmp_path: Path) -> None:
    link = tmp_path / "ws-link"
    link.symlink_to(ground.workspace)
    assert "harmless" in await use(link, "files-read", path="inside.txt")
    assert "harmless" in await use(link, "files-read", path=str(link / "inside.txt"))
    await use(link, "files-write", path="made.txt", content="x")
    assert (ground.workspace / "made.txt").read_text() == "x"


async def test_the_refusal_tells_the_model_what_is_allowed(ground: Ground) -> None:
    with pytest.raises(ToolError, match="workspace"):
        await use(ground.workspace, "files-read", path="../outside/secret.txt")


async def test_a_file_that_may_not_be_read_is_an_error_in_words(ground: Ground) -> None:
    (ground.workspace / "inside.txt").chmod(0)
    if os.access(ground.workspace / "inside.txt", os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(ToolError, match=r"(?i)permission|may not|cannot"):
        await use(ground.workspace, "files-read", path="inside.txt")


async def test_a_link_that_is_swapped_in_while_files_are_read_never_leaks(ground: Ground) -> None:
    """A race: one side swaps a file with a link out, the other reads. Every answer is the
    harmless text or a refusal."""
    target = ground.workspace / "swap.txt"
    stop = asyncio.Event()

    def swap() -> None:
        spare = ground.workspace / "spare"
        for number in range(1500):
            if number % 2:
                spare.symlink_to(ground.outside / "secret.txt")
            else:
                spare.write_text("harmless")
            spare.replace(target)

    async def swapping() -> None:
        await asyncio.to_thread(swap)
        stop.set()

    task = asyncio.create_task(swapping())
    answers = []
    while not stop.is_set():
        answers.append(await told(ground.workspace, "files-read", path="swap.txt"))
    await task
    assert any("harmless" in answer for answer in answers)
    assert not any(SECRET in answer for answer in answers)


def test_a_folder_that_becomes_a_link_behind_the_check_leads_nowhere(ground: Ground) -> None:
    """What is resolved and found inside is not opened by its path again, but from the workspace
    down, where no part may be a link."""
    (ground.workspace / "folder" / "secret.txt").write_text("harmless")
    file, folder = (
        resolve(ground.workspace, "folder/secret.txt"),
        resolve(ground.workspace, "folder"),
    )
    (ground.workspace / "folder").rename(ground.workspace / "moved")
    (ground.workspace / "folder").symlink_to(ground.outside)
    before = ground.outside_state()
    with pytest.raises(ToolError):
        read_bytes(file, 100)
    with pytest.raises(ToolError), open_folder(folder):
        pass
    with pytest.raises(ToolError):
        write_bytes(file, b"x")
    assert ground.outside_state() == before


def test_a_file_that_becomes_a_link_behind_the_check_leads_nowhere(ground: Ground) -> None:
    place = resolve(ground.workspace, "inside.txt")
    (ground.workspace / "inside.txt").unlink()
    (ground.workspace / "inside.txt").symlink_to(ground.outside / "secret.txt")
    before = ground.outside_state()
    with pytest.raises(ToolError):
        read_bytes(place, 100)
    with pytest.raises(ToolError):
        write_bytes(place, b"x")
    assert ground.outside_state() == before


@pytest.mark.parametrize("path", [path for path in OUT if "\\" not in path])
def test_a_preview_never_shows_what_lies_outside(ground: Ground, path: str) -> None:
    with pytest.raises(ToolError) as caught:
        preview(ground.workspace, path=path, content="x")
    assert SECRET not in caught.value.message


def test_an_escape_sequence_in_a_name_stays_out_of_the_summary() -> None:
    assert "\x1b" not in summary(path="a\x1b]0;owned\x07b", content="x")
