import json
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, Run, stored, thread_of
from tests.pseudo_terminal import Terminal
from tyler_tui import Message, ToolCall, paths
from tyler_tui.cli.output import Column, fitted
from tyler_tui.messages import Usage

HOSTILE = "\x1b]52;c;ZXZpbA==\x07 \x1b[2J\x9b31m bell\x07 \u202edesrever [/b] done"
HARMLESS = "␛]52;c;ZXZpbA== ␛[2J31m bell desrever [/b] done"


def test_the_list_for_a_pipe_has_tabs_and_no_heads(cli: Run) -> None:
    thread = thread_of(Message("user", "hi"), name="plans", title="About\tplans")
    stored(thread)
    for arguments in (["sessions", "list"], ["sessions"]):
        outcome = cli(*arguments)
        cells = outcome.out.removesuffix("\n").split("\t")
        assert cells[:4] == [thread.id[:8], "plans", "About plans", "1"]
        assert len(cells) == 6


def test_the_list_as_json_has_whole_ids(cli: Run) -> None:
    thread = thread_of(Message("user", "hi"), name="plans")
    stored(thread)
    (form,) = json.loads(cli("sessions", "list", "--json").out)
    assert form["id"] == thread.id
    assert form["name"] == "plans"
    assert form["message_count"] == 1


def test_the_limit_keeps_the_latest(cli: Run) -> None:
    for number in range(3):
        stored(thread_of(Message("user", "hi"), name=f"number {number}"))
    assert cli("sessions", "list", "-n", "1").out.split("\t")[1] == "number 2"


def test_nothing_to_list_is_said_beside_the_output(cli: Run) -> None:
    outcome = cli("sessions", "list")
    assert (outcome.code, outcome.out) == (0, "")
    assert outcome.err.startswith("No sessions yet.")
    assert json.loads(cli("sessions", "list", "--json").out) == []
    assert cli("sessions", "list", "--deleted").err == "The trash is empty.\n"


def test_a_session_is_shown_as_text_or_json(cli: Run) -> None:
    call = ToolCall(id="1", name="files-list", arguments={"path": "."})
    stored(
        thread_of(
            Message("user", "What is here?"),
            Message("assistant", "I look.", tool_calls=[call]),
            Message("tool", "a.txt", name="files-list", tool_call_id="1"),
            Message("assistant", "One file."),
            name="plans",
        )
    )
    assert cli("sessions", "show", "plans").out == (
        "# plans\n\n## user\n\nWhat is here?\n\n## assistant\n\nI look.\n"
        '→ files-list {"path": "."}\n\n## tool files-list\n\na.txt\n\n## assistant\n\nOne file.\n'
    )
    form = json.loads(cli("sessions", "show", "plans", "--json").out)
    assert [message["role"] for message in form["messages"]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ]


def test_hostile_text_is_shown_harmlessly(cli: Run) -> None:
    call = ToolCall(id="1", name=HOSTILE, arguments={HOSTILE: HOSTILE})
    thread = thread_of(
        Message("user", HOSTILE),
        Message("assistant", HOSTILE, tool_calls=[call]),
        Message("tool", HOSTILE, name=HOSTILE, tool_call_id="1"),
        name=HOSTILE,
        title=HOSTILE,
    )
    stored(thread)
    key = thread.id
    outcomes = [
        cli("sessions", "show", key),
        cli("sessions", "list"),
        cli("search", "desrever"),
        cli("sessions", "show", key, "--json"),
        cli("sessions", "rename", key, f"{HOSTILE} 2"),
        cli("sessions", "delete", key),
        cli("sessions", "restore", HOSTILE),
    ]
    for outcome in outcomes:
        written = (outcome.out + outcome.err).replace("\n", "").replace("\t", "")
        assert written.isprintable(), repr(written)
    assert HARMLESS in outcomes[0].out


def test_errors_show_hostile_names_harmlessly(cli: Run) -> None:
    for number in range(2):
        stored(thread_of(Message("user", "hi"), name=f"same {HOSTILE} {number}"))
    outcome = cli("sessions", "show", "same")
    assert outcome.code == 1
    assert outcome.err.startswith("Error: ")
    assert outcome.err.replace("\n", "").isprintable()


@pytest.mark.parametrize("key", ["plans", "PLA", "id", "beginning of the id"])
def test_a_session_is_deleted_and_restored_by_any_of_its_keys(cli: Run, key: str) -> None:
    thread = thread_of(Message("user", "hi"), name="plans")
    stored(thread)
    key = {"id": thread.id, "beginning of the id": thread.id[:6]}.get(key, key)
    deleted = cli("sessions", "delete", key)
    assert deleted.code == 0
    assert f"tyler-chat sessions restore {thread.id[:8]}" in deleted.out
    assert cli("sessions", "list").out == ""
    assert cli("sessions", "list", "--deleted").out.startswith(thread.id[:8])
    assert cli("sessions", "restore", key).out == "plans is back.\n"
    assert cli("sessions", "list").out.startswith(thread.id[:8])


def test_changes_report_the_id_as_json(cli: Run) -> None:
    thread = thread_of(Message("user", "hi"))
    stored(thread)
    for arguments in (
        ["rename", thread.id, "plans"],
        ["pin", "plans"],
        ["delete", "plans"],
        ["restore", "plans"],
    ):
        assert json.loads(cli("sessions", *arguments, "--json").out) == {"id": thread.id}


@pytest.mark.parametrize("command", ["show", "delete", "restore", "rename", "pin", "fork"])
def test_a_session_that_is_not_there_is_an_error_with_a_hint(cli: Run, command: str) -> None:
    arguments = ["nothing", "new"] if command == "rename" else ["nothing"]
    outcome = cli("sessions", command, *arguments)
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.startswith("Error: There is no session 'nothing'")
    wanted = "sessions list --deleted" if command == "restore" else "sessions list"
    assert wanted in outcome.err


def test_a_pinned_session_is_listed_first(cli: Run) -> None:
    for number in range(3):
        stored(thread_of(Message("user", "hi"), name=f"number {number}"))
    assert cli("sessions", "pin", "number 0").out == "number 0 is on top of the lists.\n"
    assert [form["pinned"] for form in json.loads(cli("sessions", "list", "--json").out)] == [
        True,
        False,
        False,
    ]
    assert cli("sessions", "list", "-n", "1").out.split("\t")[1] == "number 0"
    cli("sessions", "pin", "number 0", "--off")
    assert cli("sessions", "list", "-n", "1").out.split("\t")[1] == "number 2"


def test_a_fork_is_a_session_of_its_own_with_the_same_words(cli: Run) -> None:
    stored(thread_of(Message("user", "hi"), Message("assistant", "Hello."), name="plans"))
    outcome = cli("sessions", "fork", "plans")
    key = outcome.out.split()[-1]
    before, after = (cli("sessions", "show", name).out for name in ("plans", key))
    assert before.splitlines()[1:] == after.splitlines()[1:]
    assert after.startswith("# plans (fork)\n")
    assert len(json.loads(cli("sessions", "list", "--json").out)) == 2


def test_a_name_that_is_taken_is_an_error(cli: Run) -> None:
    stored(thread_of(Message("user", "hi"), name="one"))
    stored(thread_of(Message("user", "hi"), name="two"))
    outcome = cli("sessions", "rename", "two", "ONE")
    assert outcome.code == 1
    assert outcome.err.startswith("Error: ")


def test_search_finds_words_in_messages_and_says_where(cli: Run) -> None:
    thread = thread_of(Message("user", "the quick brown fox"), name="animals")
    stored(thread)
    assert cli("search", "quick", "fox").out == (
        f"{thread.id[:8]}  animals  user: the quick brown fox\n"
    )
    (hit,) = json.loads(cli("search", "brown", "--json").out)
    assert (hit["thread_id"], hit["snippet"]) == (thread.id, "the quick brown fox")
    nothing = cli("search", "zebra")
    assert (nothing.code, nothing.out, nothing.err) == (0, "", "Nothing holds 'zebra'.\n")


def test_a_store_that_cannot_be_used_is_said_and_left_alone(cli: Run, home: Path) -> None:
    home.mkdir()
    database = home / "sessions.db"
    database.write_bytes(b"not a database, " * 100)
    outcome = cli("sessions", "list")
    assert outcome.code == 1
    assert str(database) in outcome.err
    assert "Traceback" not in outcome.err
    assert database.read_bytes() == b"not a database, " * 100


@pytest.mark.parametrize("columns", [40, 64, 120])
def test_the_list_fits_the_terminal(tmp_path: Path, home: Path, columns: int) -> None:
    stored(thread_of(Message("user", "hi"), name="日本の計画" * 4, title="A long title " * 9))
    environment = {"TYLER_CHAT_HOME": str(home), "LANG": "C.UTF-8"}
    with Terminal(
        [PROGRAM, "sessions"], env=environment, cwd=tmp_path, columns=columns
    ) as terminal:
        assert terminal.wait_exit() == 0
        lines = [line for line in terminal.lines if line]
    assert len(lines) == 2, "a row takes one line"
    assert lines[0].startswith("ID ")
    assert "NAME" in lines[0]
    assert "日本" in lines[1].replace(" ", "")


def test_columns_shrink_before_they_go() -> None:
    columns = (Column("A", 4), Column("B", 4, gives=1), Column("C", 5, gives=2))
    assert fitted(columns, (4, 10, 20), 80) == [4, 10, 20]
    assert fitted(columns, (4, 10, 20), 30) == [4, 10, 12]
    assert fitted(columns, (4, 10, 20), 20) == [4, 7, 5]
    assert fitted(columns, (4, 10, 20), 12) == [4, 4, 0]
    assert fitted(columns, (4, 10, 20), 5) == [4, 0, 0]


def test_a_reader_that_leaves_is_no_error(home: Path) -> None:
    stored(thread_of(*(Message("user", "line\n" * 20_000) for _ in range(5)), name="long"))
    ended = subprocess.run(
        ["bash", "-c", '"$0" sessions show long | head -1; exit ${PIPESTATUS[0]}', PROGRAM],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "# long\n", "")


def test_paths_are_shown_as_text_and_json(cli: Run, home: Path) -> None:
    places = json.loads(cli("paths", "--json").out)
    assert places == {
        "config": str(home / "config.toml"),
        "sessions": str(home / "sessions.db"),
        "prompts": str(home / "prompts.jsonl"),
        "drafts": str(home / "drafts"),
        "rules": str(home / "rules.toml"),
        "state": str(home / "state.json"),
        "log": str(home / "debug.log"),
        "schemas": str(paths.schemas_folder()),
    }
    shown = dict(line.split(maxsplit=1) for line in cli("paths").out.splitlines())
    assert shown == places


def test_the_charts_of_a_session_are_shown_or_become_a_picture(cli: Run, tmp_path: Path) -> None:
    used = Message("assistant", "Hi.", usage=Usage(900, 100, 1_000), metrics={"cost_usd": 0.25})
    stored(thread_of(Message("user", "hi"), used, name="plans"))
    stored(thread_of(Message("user", "hi"), name="nothing"))
    shown = cli("sessions", "show", "plans", "--charts").out
    assert shown.startswith("plans\nTokens · 1k in 1 answer")
    assert "Money · $0.25" in shown
    picture = tmp_path / "plans.svg"
    assert cli("sessions", "show", "plans", "--svg", str(picture)).out == f"{picture}\n"
    assert stat.S_IMODE(picture.stat().st_mode) == 0o600
    before = picture.read_bytes()
    assert before.startswith(b"<svg")
    again = cli("sessions", "show", "plans", "--svg", str(picture))
    assert (again.code, picture.read_bytes()) == (2, before)
    assert "is there already" in again.err
    assert "no answers" in cli("sessions", "show", "nothing", "--charts").err
    assert cli("sessions", "show", "plans", "--charts", "--json").code == 2
