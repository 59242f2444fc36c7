"""Which AGENTS.md count, and how the model gets them."""

import os
from datetime import date
from pathlib import Path

import pytest

from tyler_tui import Agent
from tyler_tui.agents_md import MAX_BYTES, project_files, project_prompt, told_of
from tyler_tui.build import Options, make_agent
from tyler_tui.config import Settings


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a file at its root and one further in; above it one that does not count."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "packages" / "web").mkdir(parents=True)
    (tmp_path / "AGENTS.md").write_text("not of this project")
    (root / "AGENTS.md").write_text("Use spaces.")
    (root / "packages" / "web" / "AGENTS.md").write_text("Use TypeScript.")
    return root


def test_files_up_to_the_root_of_the_repository_count_the_inner_one_last(repository: Path) -> None:
    found = project_files(repository / "packages" / "web")
    assert [(file.name, file.text) for file in found] == [
        ("../../AGENTS.md", "Use spaces."),
        ("AGENTS.md", "Use TypeScript."),
    ]
    assert told_of(found) == "../../AGENTS.md (11 B), AGENTS.md (15 B)"


def test_without_a_repository_files_up_to_the_home_folder_count(home: Path) -> None:
    inner = home / "notes" / "today"
    inner.mkdir(parents=True)
    (home.parent / "AGENTS.md").write_text("above the home folder")
    (home / "AGENTS.md").write_text("everywhere")
    (home / "notes" / "AGENTS.md").write_text("in notes")
    assert [file.text for file in project_files(inner)] == ["everywhere", "in notes"]


def test_outside_of_both_only_the_workspace_counts(tmp_path: Path) -> None:
    inner = tmp_path / "shared" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "shared" / "AGENTS.md").write_text("of whoever can write here")
    assert project_files(inner) == ()
    (inner / "AGENTS.md").write_text("mine")
    assert [file.text for file in project_files(inner)] == ["mine"]


def test_a_folder_that_one_may_not_look_into_is_no_reason_to_fail(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)  # whom root's rights do not help
    try:
        assert project_files(inner) == ()
    finally:
        os.seteuid(user)
        inner.parent.chmod(0o700)


def test_a_link_out_of_the_project_is_not_followed(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    web = repository / "packages" / "web" / "AGENTS.md"
    web.unlink()
    web.symlink_to(tmp_path / "secret")
    assert [file.text for file in project_files(web.parent)] == ["Use spaces."]
    web.unlink()
    (repository / "CLAUDE.md").write_text("Shared.")
    web.symlink_to(repository / "CLAUDE.md")
    assert [file.text for file in project_files(web.parent)] == ["Use spaces.", "Shared."]


@pytest.mark.parametrize("what", ["folder", "pipe", "binary", "empty", "unreadable"])
def test_what_is_no_text_is_left_out(repository: Path, what: str) -> None:
    path = repository / "AGENTS.md"
    path.unlink()
    match what:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "binary":
            path.write_bytes(b"\x7fELF\0\0")
        case "empty":
            path.write_text(" \n")
        case _:
            path.symlink_to(path)
    assert project_files(repository) == ()


def test_what_is_too_long_is_cut_and_told_the_inner_file_first(repository: Path) -> None:
    (repository / "AGENTS.md").write_text("ä" * MAX_BYTES)
    outer, inner = project_files(repository / "packages" / "web")
    assert inner.text == "Use TypeScript."
    assert outer.is_cut
    assert len((outer.text + inner.text).encode()) <= MAX_BYTES
    assert "(128 KB, the first 64 KB of it)" in outer.told
    assert "left out" in project_prompt([outer])


def test_they_join_the_system_prompt_also_one_of_the_users_own(repository: Path) -> None:
    files = project_files(repository)
    for agent in (
        Agent(project_files=files),
        Agent(project_files=files, system_prompt="Be brief."),
    ):
        prompt = agent.system_prompt_on(date(2026, 1, 2))
        assert '<instructions file="AGENTS.md">\nUse spaces.\n</instructions>' in prompt
    assert prompt.startswith("Be brief.")
    assert "instructions" not in Agent().system_prompt_on(date(2026, 1, 2))


def test_a_setting_leaves_them_out(repository: Path) -> None:
    options = Options(workspace=repository)
    assert make_agent(options, Settings(), "demo").project_files
    assert not make_agent(options, Settings(agents_md=False), "demo").project_files
