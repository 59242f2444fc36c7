"""`tyler-chat import`."""

import json
from pathlib import Path

import pytest

from tests.cli.program import Run, latest, start_program, stored, thread_of
from tests.importing import database_files, llm_file
from tests.importing.web_exports import chatgpt, chatgpt_zip, claude
from tyler_tui import Message, paths


def test_several_files_of_several_kinds_come_with_one_command(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "claude.json").write_text(json.dumps(claude()))
    files = [
        llm_file.make(tmp_path / "logs.db"),
        database_files.elia(tmp_path / "elia.sqlite"),
        chatgpt_zip(tmp_path / "export.zip"),
        tmp_path / "claude.json",
    ]
    ended = cli("import", *map(str, files))
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "logs.db (llm): 3 added.",
        "elia.sqlite (elia): 2 added.",
        "export.zip (chatgpt): 2 added.",
        "claude.json (claude): 3 added.",
    ]
    assert "! What is this?: passwd: not in the log" in ended.err
    listed = json.loads(cli("sessions", "list", "--json").out)
    assert len(listed) == 10
    again = cli("import", *map(str, files))
    assert "export.zip (chatgpt): 2 were there." in again.out
    assert len(json.loads(cli("sessions", "list", "--json").out)) == 10


def test_what_cannot_be_read_is_told_and_the_rest_comes(cli: Run, tmp_path: Path) -> None:
    good, other = chatgpt()
    bad = {"title": "Bad \x1b[31mone", "id": "b", "mapping": {}}
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps([good, bad, other]))
    ended = cli("import", str(tmp_path / "nowhere.db"), str(path))
    assert ended.code == 1
    assert "There is no file" in ended.err
    assert "nowhere.db" in ended.err
    assert "! Bad ␛[31mone: there is no message in it" in ended.err
    assert ended.out == "conversations.json (chatgpt): 2 added, 1 cannot be read.\n"


def test_a_trial_says_what_would_come_and_makes_no_store(cli: Run, tmp_path: Path) -> None:
    ended = cli("import", "--dry-run", str(chatgpt_zip(tmp_path / "export.zip")))
    assert ended.code == 0
    assert "added           8 messages  Kites and birds" in ended.out
    assert "added            1 message  Hello" in ended.out
    assert "2 would be added." in ended.out
    assert not paths.database_file().exists()


def test_as_json(cli: Run, tmp_path: Path) -> None:
    path = chatgpt_zip(tmp_path / "export.zip")
    ended = cli("import", "--json", str(path), str(tmp_path / "no.json"))
    assert ended.code == 1
    report = json.loads(ended.out)
    first, second = report["files"]
    assert (first["kind"], first["error"]) == ("chatgpt", None)
    session = first["sessions"][0]
    assert (session["title"], session["state"], session["new_messages"]) == (
        "Kites and birds",
        "added",
        8,
    )
    assert len(session["id"]) == 32
    assert "no.json" in second["error"]
    assert report["dry_run"] is False


def test_what_was_exported_comes_back_after_it_was_lost(cli: Run, tmp_path: Path) -> None:
    stored(thread_of(Message("user", "Hi"), Message("assistant", "Hello"), name="greeting"))
    before = latest().to_dict()
    path = tmp_path / "greeting.json"
    assert cli("export", "greeting", "-o", str(path)).code == 0
    paths.database_file().unlink()
    assert cli("import", str(path)).out == "greeting.json (tyler-chat): 1 added.\n"
    assert latest().to_dict() == before


def test_a_kind_can_be_forced(cli: Run, tmp_path: Path) -> None:
    path = chatgpt_zip(tmp_path / "export.zip")
    assert cli("import", "--from", "llm", str(path)).code == 1
    wrong = cli("import", "--from", "chatgtp", str(path))
    assert wrong.code == 2
    assert "`chatgpt`" in wrong.err
    assert cli("import", "--from", "chatgpt", str(path)).code == 0


def test_without_a_file_the_command_says_so(cli: Run) -> None:
    ended = cli("import")
    assert ended.code == 2
    assert "FILE... is missing" in ended.err


def test_the_home_of_nobody_is_a_path_that_is_not_there(cli: Run) -> None:
    ended = cli("import", "~nobody-of-that-name/logs.db")
    assert ended.code == 1
    assert "~nobody-of-that-name/logs.db" in ended.err
    assert "fault of the program" not in ended.err


@pytest.mark.parametrize("kind", ["text", "json"])
def test_the_real_program_imports(tmp_path: Path, kind: str) -> None:
    path = database_files.oterm(tmp_path / "store.db")
    flags = ["--json"] if kind == "json" else []
    with start_program("import", str(path), *flags) as child:
        ended = child.end()
    assert ended.code == 0
    assert "Kitchen" in ended.out if kind == "json" else "1 added" in ended.out
    assert latest().messages[-1].content == "A pan."
