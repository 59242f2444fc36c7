"""Where an export goes."""

import resource
from pathlib import Path

import pytest

from tests.cli.program import thread_of
from tyler_tui import Message, Thread
from tyler_tui.errors import UsageError
from tyler_tui.export.saving import Wish, file_name, save


def talk(name: str | None = "Star map: 天狼!") -> Thread:
    return thread_of(Message("user", "hi"), Message("assistant", "ho"), name=name)


def test_it_is_named_after_the_session_and_stands_in_the_workspace(tmp_path: Path) -> None:
    assert file_name(talk()) == "star-map-天狼.md"
    assert file_name(talk("../../etc/passwd")) == "etc-passwd.md"
    assert file_name(thread_of(title="\x1b[2J")) == "2j.md"
    assert file_name(thread_of()) == "a-conversation.md"
    assert save(talk(), Wish(), tmp_path) == tmp_path / "star-map-天狼.md"


def test_no_file_is_written_over_unasked(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.md is there already") as caught:
        save(talk(), Wish("notes.md"), tmp_path)
    assert "--overwrite" in caught.value.hint
    assert (tmp_path / "notes.md").read_text() == "mine"
    assert save(talk("notes"), Wish(), tmp_path).name == "notes-2.md"
    assert save(talk("notes"), Wish(), tmp_path).name == "notes-3.md"
    save(talk(), Wish("notes.md", overwrite=True), tmp_path)
    assert (tmp_path / "notes.md").read_text().startswith("# Star map")


def test_a_disk_that_is_full_costs_no_file_that_is_there(tmp_path: Path) -> None:
    there, new = tmp_path / "notes.md", tmp_path / "new.md"
    there.write_text("mine")
    long = thread_of(Message("user", "word " * 100_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        for wish in (Wish(there.name, overwrite=True), Wish(new.name)):
            with pytest.raises(UsageError, match="cannot be written: File too large"):
                save(long, wish, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert there.read_text() == "mine"
    assert [file.name for file in tmp_path.iterdir()] == ["notes.md"]


def test_what_is_written_over_keeps_its_rights_and_its_link(tmp_path: Path) -> None:
    there, link = tmp_path / "notes.md", tmp_path / "link.md"
    there.write_text("mine")
    there.chmod(0o640)
    link.symlink_to(there)
    save(talk(), Wish(link.name, overwrite=True), tmp_path)
    assert link.is_symlink()
    assert there.read_text().startswith("# Star map")
    assert there.stat().st_mode & 0o777 == 0o640


def test_what_is_no_file_on_a_disk_is_written_to_as_it_is() -> None:
    save(talk(), Wish("/dev/null", overwrite=True), Path("/"), form="md")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.md", "# "), ("a.MARKDOWN", "# "), ("a.html", "<!DOCTYPE"), ("a.htm", "<!DOCTYPE"),
     ("a.json", "{"), ("a", "# "), ("sub folder/a.json", "{")],
)  # fmt: skip
def test_the_ending_says_the_form(tmp_path: Path, name: str, begins: str) -> None:
    (tmp_path / "sub folder").mkdir()
    path = save(talk(), Wish(name), tmp_path)
    assert path.read_text("utf-8").startswith(begins)
    assert path.parent in (tmp_path, tmp_path / "sub folder")


@pytest.mark.parametrize("name", ["a.pdf", "a.md/b.md", "no/folder.md", "\0.md"])
def test_what_cannot_be_written_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        save(talk(), Wish(name), tmp_path)


def test_what_stands_behind_the_command_is_read() -> None:
    assert Wish.read("") == Wish()
    assert Wish.read("'my notes.html' --redact") == Wish("my notes.html", redact=True)
    assert Wish.read("--overwrite a.md") == Wish("a.md", overwrite=True)
    for wrong in ("a.md b.md", "--what", "'a"):
        with pytest.raises(UsageError):
            Wish.read(wrong)
