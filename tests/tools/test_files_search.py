"""Searching: what is found and shown, what is left out, and that no pattern can hold it up."""

import asyncio
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.calling import use
from tyler_tui.errors import ToolError
from tyler_tui.tools.workers.walking import Walk
from tyler_tui.tools.workspace import resolve


async def search(workspace: Path, pattern: str, **arguments: Any) -> str:
    return await use(workspace, "files-search", pattern=pattern, **arguments)


async def found_in(workspace: Path, pattern: str, **arguments: Any) -> set[str]:
    """The files in which something was found."""
    blocks = (await search(workspace, pattern, **arguments)).split("\n\n")
    assert blocks[-1].startswith("[")
    return {block.split("\n")[0] for block in blocks[:-1]}


def put(folder: Path, **files: str) -> None:
    """Write files; `__` in a name stands for a slash, `_dot_` for a point."""
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


async def test_lines_come_with_their_numbers_under_the_name_of_their_file(workspace: Path) -> None:
    assert await search(workspace, "Title|漢字|leaf") == (
        "README.md\n1: # Title\n\n"
        "名前.txt\n1: 漢字とかな\n\n"
        "src/deep/deeper/leaf.txt\n1: leaf\n\n"
        "[3 lines in 3 files · 4 files searched]"
    )


async def test_when_nothing_is_found_it_says_how_much_was_searched(workspace: Path) -> None:
    assert await search(workspace, "nowhere") == "[nothing found · 4 files searched]"


async def test_lines_around_a_match_are_shown_and_gaps_marked(workspace: Path) -> None:
    answer = await search(workspace, "line (10|12|50)$", context_lines=1)
    assert answer.startswith(
        "src/main.py\n9- line 9\n10: line 10\n11- line 11\n12: line 12\n13- line 13\n--\n"
        "49- line 49\n50: line 50\n51- line 51\n\n[3 lines"
    )


async def test_a_pattern_can_be_taken_as_plain_text(workspace: Path) -> None:
    put(workspace, a_dot_txt="f(x)\nfx\n")
    assert "1: f(x)\n\n" in await search(workspace, "f(x)", literal=True)
    assert "2: fx\n\n" in await search(workspace, "f(x)")


async def test_case_counts_unless_told_otherwise(workspace: Path) -> None:
    assert "nothing found" in await search(workspace, "SECOND")
    assert "3: Second paragraph." in await search(workspace, "SECOND", ignore_case=True)


async def test_a_match_over_several_lines_shows_them_all(workspace: Path) -> None:
    answer = await search(workspace, r"line 4\nline 5\nline", path="src")
    assert answer.startswith("src/main.py\n4: line 4\n5: line 5\n6: line 6\n\n")


@pytest.mark.parametrize(
    ("glob", "names"),
    [
        ("*.py", {"src/main.py", "src/web/app.py"}),
        ("src/*.py", {"src/main.py"}),
        ("src/**/*.{py,ts}", {"src/main.py", "src/web/app.py", "src/web/app.ts"}),
        ("**/web/*", {"src/web/app.py", "src/web/app.ts"}),
        ("*.{ts,tsx}", {"src/web/app.ts"}),
        ("nothing", set()),
    ],
)
async def test_only_files_that_fit_the_glob_are_searched(
    workspace: Path, glob: str, names: set[str]
) -> None:
    put(workspace, src__web__app_dot_py="line\n", src__web__app_dot_ts="line\n")
    assert await found_in(workspace, "line", glob=glob) == names


async def test_a_folder_or_a_file_can_be_searched_alone(workspace: Path) -> None:
    assert await found_in(workspace, "leaf|line", path="src/deep") == {"src/deep/deeper/leaf.txt"}
    assert await found_in(workspace, "Title", path="README.md") == {"README.md"}
    assert await found_in(workspace, "Title", path=str(workspace / "README.md")) == {"README.md"}


# What it reads


async def test_every_encoding_that_can_be_read_is_searched(workspace: Path) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1"):
        (workspace / f"{encoding}.txt").write_bytes("Köln\r\n".encode(encoding))
    names = {f"{encoding}.txt" for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1")}
    assert await found_in(workspace, "^Köln$") == names


async def test_binary_files_and_very_long_ones_are_left_out(workspace: Path) -> None:
    (workspace / "a.bin").write_bytes(b"Title\0")
    (workspace / "long.txt").write_bytes(b"Title\n" + b"x" * (10 * 1024 * 1024))
    answer = await search(workspace, "Title")
    assert "a.bin" not in answer
    assert answer.endswith("· 1 longer than 10 MB left out]")


async def test_of_a_long_line_the_part_with_the_match_is_shown(workspace: Path) -> None:
    put(workspace, long_dot_txt="a" * 5000 + "needle" + "b" * 5000 + "\n")
    answer = await search(workspace, "needle")
    assert "…aaaa" in answer
    assert "aneedleb" in answer
    assert "bbb…\n" in answer
    assert len(answer) < 600


async def test_a_name_that_is_no_text_does_not_stop_it(workspace: Path) -> None:
    (workspace / os.fsdecode(b"bad\xff.txt")).write_text("Title\n")
    put(workspace, **{"two\nlines_dot_txt": "Title\n"})
    answer = await search(workspace, "Title")
    assert "bad\ufffd.txt\n1: Title" in answer
    assert "two lines.txt\n1: Title" in answer


async def test_links_pipes_and_folders_without_permission_are_passed_over(workspace: Path) -> None:
    os.mkfifo(workspace / "pipe")
    (workspace / "again").symlink_to(".")
    (workspace / "link.md").symlink_to("README.md")
    assert await found_in(workspace, "Title") == {"README.md"}


# What is too much


async def test_many_lines_of_one_file_are_cut(workspace: Path) -> None:
    answer = await search(workspace, "line", path="src/main.py")
    assert "40: line 40\n[… more lines of this file match]\n\n" in answer
    assert "41:" not in answer


async def test_many_files_are_cut_and_the_rest_is_said_to_be_unsearched(workspace: Path) -> None:
    for number in range(1000):
        (workspace / f"f{number:04}.txt").write_text("needle\n" * 3)
    answer = await search(workspace, "needle")
    assert "f0099.txt" in answer
    assert "f0100.txt" not in answer
    assert "[300 lines in 100 files" in answer
    assert answer.endswith("the rest not searched: narrow the pattern, path or glob]")
    assert len(answer) < 50_000


# Patterns


@pytest.mark.parametrize("pattern", ["(", "[z-a]", "*", "(?P<a>x)(?P<a>y)", "x{99999999999}", "\\"])
async def test_what_is_no_pattern_is_refused_in_words(workspace: Path, pattern: str) -> None:
    with pytest.raises(ToolError, match=r"no regular expression: .+\. Set literal"):
        await search(workspace, pattern)
    assert "nothing found" in await search(workspace, pattern, literal=True, glob="*.md")


async def test_an_empty_pattern_is_refused(workspace: Path) -> None:
    with pytest.raises(ToolError, match="empty"):
        await search(workspace, "")


async def test_a_pattern_that_runs_wild_on_one_file_still_finds_in_the_others(
    workspace: Path,
) -> None:
    put(workspace, aa_dot_txt="a" * 64 + "b\n", zz_dot_txt="aa\n")
    late = 0.0

    async def watch() -> None:
        nonlocal late
        while True:
            asked = time.monotonic()
            await asyncio.sleep(0.01)
            late = max(late, time.monotonic() - asked - 0.01)

    watching = asyncio.create_task(watch())
    answer = await search(workspace, "^(a+)+$", glob="??.txt")
    watching.cancel()
    assert "zz.txt\n1: aa" in answer
    assert "took too long in 1 of them, such as aa.txt" in answer
    assert late < 0.5, "the program was held up"


@pytest.mark.parametrize("pattern", ["(?:" * 3 + "a" + "{999})" * 3, "(" * 90 + "a" + ")" * 90])
async def test_a_pattern_that_would_fill_the_memory_does_not(workspace: Path, pattern: str) -> None:
    put(workspace, a_dot_txt="a" * 100_000)
    assert "searched" in await search(workspace, pattern, glob="a.txt")


async def test_a_cancel_ends_the_search_at_once(workspace: Path) -> None:
    for number in range(8):
        (workspace / f"{number}.txt").write_text("a" * 64 + "b\n")
    running = asyncio.create_task(search(workspace, "^(a+)+$"))
    async with asyncio.timeout(60):
        while not (children := _children()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not children & _children()


def _children() -> set[str]:
    """The processes that this one has started and that still run."""
    listed = subprocess.run(
        ["pgrep", "--parent", str(os.getpid()), "--full", "workers.search"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return set(listed.stdout.split())


async def test_modules_in_the_current_folder_are_not_run(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json", "pathspec", "tyler_tui"):
        (workspace / f"{name}.py").write_text("open('owned', 'w')\nraise SystemExit(0)\n")
    monkeypatch.chdir(workspace)
    assert "README.md" in await search(workspace, "Title")
    assert not (workspace / "owned").exists()


# What git ignores


async def test_what_git_ignores_is_left_out_unless_it_is_asked_for(workspace: Path) -> None:
    put(
        workspace,
        _dot_gitignore="*.log\nbuild/\n!keep.log\n[z-a]\n",
        a_dot_log="needle\n",
        keep_dot_log="needle\n",
        build__out_dot_txt="needle\n",
        src___dot_gitignore="generated.py\n!b.log\n",
        src__generated_dot_py="needle\n",
        src__b_dot_log="needle\n",
        node_modules__x_dot_js="needle\n",
        kept_dot_txt="needle\n",
    )
    (workspace / ".git" / "needle").write_text("needle\n")
    kept = {"keep.log", "src/b.log", "kept.txt"}
    assert await found_in(workspace, "needle") == kept
    ignored = {"a.log", "build/out.txt", "src/generated.py", "node_modules/x.js"}
    assert await found_in(workspace, "needle", ignored=True) == kept | ignored


async def test_who_names_what_is_ignored_gets_it(workspace: Path) -> None:
    put(workspace, _dot_gitignore="build/\n", build__deep__out_dot_txt="needle\n")
    for path in ("build", "build/deep", "build/deep/out.txt"):
        assert await found_in(workspace, "needle", path=path) == {"build/deep/out.txt"}


async def test_the_rules_of_a_repository_around_the_workspace_count(tmp_path: Path) -> None:
    put(
        tmp_path,
        _dot_git__info__exclude="*.secret\n",
        _dot_gitignore="/packages/one/made/\n*.tmp\n",
        packages__one__made__a_dot_txt="needle\n",
        packages__one__b_dot_tmp="needle\n",
        packages__one__c_dot_secret="needle\n",
        packages__one__d_dot_txt="needle\n",
    )
    assert await found_in(tmp_path / "packages" / "one", "needle") == {"d.txt"}


NAMES = st.sampled_from(["a", "b", "a.log", "b.txt", "made"])
PATTERNS = st.sampled_from(
    ["*.log", "a", "a/", "/a", "made/", "!a.log", "!made/", "b/*", "!b/a", "**/a", "a/**", "*",
     "!*/", "b/**/a", "# a", "", "\\!a", "?", "[ab]", "a ", "/*", "!/b", "!b.txt"]
)  # fmt: skip


@given(
    st.sets(st.lists(NAMES, min_size=1, max_size=4).map("/".join), max_size=12),
    st.dictionaries(
        st.sampled_from(["", "a/", "b/", "made/"]), st.lists(PATTERNS, max_size=4), max_size=3
    ),
)
@settings(max_examples=40)
def test_the_same_files_are_left_out_as_by_git(
    tmp_path_factory: pytest.TempPathFactory, paths: set[str], rules: dict[str, list[str]]
) -> None:
    root = tmp_path_factory.mktemp("repository").resolve()
    wanted = {f"{folder}.gitignore": "\n".join(lines) for folder, lines in rules.items()}
    for path, text in (dict.fromkeys(sorted(paths), "") | wanted).items():
        try:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        except (NotADirectoryError, IsADirectoryError, FileExistsError):
            continue
    git = ["git", "-C", str(root), "-c", "core.excludesFile="]
    subprocess.run([*git, "init", "-q"], check=True)
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--others", "--exclude-standard"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    walk = Walk(resolve(root, "."), None, ignored=False)
    assert {path for path, _ in walk.files()} == {p for p in listed.stdout.split("\0") if p}
