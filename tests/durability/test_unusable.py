"""The real program where the store cannot be used: what it says, and what it leaves alone."""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, run_program, stored, thread_of
from tests.hostile.terminal_bytes import unmeant
from tests.pseudo_terminal import Terminal
from tyler_tui import Message, paths
from tyler_tui.store.sqlite.schema import MIGRATIONS

Spoil = Callable[[Path], None]


def a_folder(database: Path) -> None:
    database.mkdir(parents=True)


def no_database(database: Path) -> None:
    database.parent.mkdir()
    database.write_bytes(b"just some text\n" * 300)


def a_damaged_header(database: Path) -> None:
    stored(thread_of(Message("user", "kept"), name="talk"))
    overwrite(database, 0, b"\0" * 100)


def a_damaged_page(database: Path) -> None:
    stored(thread_of(*(Message("user", "words " * 200) for _ in range(500)), name="talk"))
    overwrite(database, database.stat().st_size // 2 // 4096 * 4096, os.urandom(8192))


def a_newer_format(database: Path) -> None:
    stored(thread_of(Message("user", "kept"), name="talk"))
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")


def of_another_program(database: Path) -> None:
    database.parent.mkdir()
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")


def overwrite(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(content)


def contents(database: Path) -> dict[str, bytes]:
    """All files beside the database, but for what a chat keeps on its own."""
    files = database.parent.glob(f"{database.name}*")
    return {file.name: file.read_bytes() for file in files if file.is_file()}


SPOILT = [
    (a_folder, "is a folder"),
    (no_database, "damaged or no database"),
    (a_damaged_header, "damaged or no database"),
    (a_damaged_page, "damaged or no database"),
    (a_newer_format, "this version knows"),
    (of_another_program, "another program"),
]


@pytest.mark.parametrize(("spoil", "reason"), SPOILT)
def test_a_prompt_in_a_pipe_is_answered_and_said_not_to_be_saved(spoil: Spoil, reason: str) -> None:
    database = paths.database_file()
    spoil(database)
    before = contents(database)
    ended = run_program("-m", "demo:fast", "-p", "hello")
    assert ended.code == 0, ended.err
    assert ended.out
    assert "Not saved: " in ended.err
    assert reason in ended.err
    assert "→ " in ended.err, "it says what to do"
    assert contents(database) == before


@pytest.mark.parametrize("arguments", [["-s", "talk"], ["-c"], ["-r", "talk"]], ids=" ".join)
def test_a_prompt_that_goes_on_with_a_session_is_not_answered_without_it(
    arguments: list[str],
) -> None:
    a_newer_format(paths.database_file())
    before = contents(paths.database_file())
    ended = run_program("-m", "demo:fast", "-p", "hello", *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert "this version knows" in ended.err
    assert contents(paths.database_file()) == before


@pytest.mark.parametrize("name", ["config.toml", "rules.toml", "debug.log"])
def test_a_pipe_in_the_place_of_a_file_of_ours_is_told_and_never_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("TYLER_CHAT_HOME", str(tmp_path))
    os.mkfifo(tmp_path / name)
    ended = run_program("-m", "demo:fast", "-p", "hello", "--debug", timeout_s=30)
    assert (ended.code, ended.out) == (2, "")
    assert f"{name} cannot be " in ended.err
    assert "Not a regular file" in ended.err


@pytest.mark.parametrize("command", [["sessions", "list"], ["search", "word"]], ids=" ".join)
def test_commands_about_sessions_say_why_they_cannot(command: list[str]) -> None:
    a_damaged_page(paths.database_file())
    ended = run_program(*command)
    assert ended.code == 1
    assert "damaged" in ended.err
    assert "recover" in ended.err


def test_the_chat_offers_to_go_on_and_says_at_the_end_what_was_not_saved(tmp_path: Path) -> None:
    database = paths.database_file()
    a_newer_format(database)
    before = contents(database)
    command = [PROGRAM, "-m", "demo:fast"]
    with Terminal(command, env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("in memory", "this version knows")
        terminal.send("down", "enter")
        terminal.wait_for("not saved")
        terminal.send("a table", "enter")
        terminal.wait_for("Jupiter", "ready")
        terminal.send("ctrl+q")
        terminal.wait_for("leave again")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert b"This session was not saved." in terminal.output
    assert contents(database) == before


def test_what_a_file_that_cannot_be_used_is_called_is_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "[b]bold[/b] [/b] \x1b]0;owned\a\u202e.db"
    database.parent.mkdir(parents=True)
    database.write_bytes(b"just some text\n" * 300)
    monkeypatch.setenv("TYLER_CHAT_DB", str(database))
    with Terminal([PROGRAM, "-m", "demo:fast"], env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("in memory")
        assert "[b]bold[/b] [/b]" in "".join(terminal.text.split("\n"))
        terminal.send("escape")
        terminal.wait_exit()
    assert unmeant(terminal.output) == []


def test_line_mode_asks_whether_to_go_on(tmp_path: Path) -> None:
    a_newer_format(paths.database_file())
    command = [PROGRAM, "--plain", "-m", "demo:fast"]
    with Terminal(command, env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("Type y or n:")
        terminal.send("y", "enter")
        terminal.wait_for("Not saved:", "/help lists")
        terminal.send("/save", "enter")
        terminal.wait_for(lambda text: text.count("Not saved:") == 2)
        terminal.send("/quit", "enter")
        assert terminal.wait_exit() == 0


Run = Callable[..., "subprocess.CompletedProcess[str]"]

ON_A_READ_ONLY_DISK = """
mount -t tmpfs tmpfs "$1" && cp -a "$2"/. "$1" && mount -o remount,ro "$1" || exit 99
export TYLER_CHAT_DB="$1/$3"; shift 3; exec "$@"
"""


@pytest.fixture
def on_a_read_only_disk(tmp_path: Path) -> Run:
    """Runs the program with its database, and what stands beside it, on such a disk."""
    database = paths.database_file()
    paths.private_folder(database.parent)
    disk = tmp_path / "disk"
    disk.mkdir()

    def run(*arguments: str, input: str = "") -> "subprocess.CompletedProcess[str]":
        place = [str(disk), str(database.parent), database.name]
        return subprocess.run(
            ["unshare", "-rm", "sh", "-c", ON_A_READ_ONLY_DISK, "sh", *place, PROGRAM, *arguments],
            input=input, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    if not shutil.which("unshare") or run("--version").returncode:
        pytest.skip("no file system can be mounted here")
    return run


def test_sessions_on_a_read_only_disk_can_be_read_and_gone_on_with(
    on_a_read_only_disk: Run,
) -> None:
    stored(thread_of(Message("user", "a word of before"), name="talk"))
    for command in (["sessions", "show", "talk"], ["export", "talk"], ["search", "before"]):
        ended = on_a_read_only_disk(*command)
        assert ended.returncode == 0, ended.stderr
        assert "a word of before" in ended.stdout
        assert "on a read-only file system: it can be read" in ended.stderr
    ended = on_a_read_only_disk("doctor")
    assert "nothing is saved: the file system is read-only" in ended.stdout
    assert "network drive" not in ended.stdout
    ended = on_a_read_only_disk("sessions", "rename", "talk", "other")
    assert ended.returncode == 75
    assert "may not be written" in ended.stderr
    ended = on_a_read_only_disk("-m", "demo:fast", "-s", "talk", "-p", "hello")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout
    assert "Not saved: " in ended.stderr
    ended = on_a_read_only_disk("--plain", "-m", "demo:fast", "-s", "talk", input="/copy\nhello\n")
    assert "a word of before" in ended.stdout
    assert "Not saved: " in ended.stdout


def test_what_cannot_be_read_on_a_read_only_disk_is_told_and_not_guessed(
    on_a_read_only_disk: Run,
) -> None:
    database = paths.database_file()
    stored(thread_of(Message("user", "kept"), name="talk"))
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ended = on_a_read_only_disk("sessions", "list")
    assert ended.returncode == 75
    assert "cannot be brought up to date" in ended.stderr
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        log = database.with_name(f"{database.name}-wal")
        assert log.stat().st_size, "the newest of it stands in the log alone"
        database.with_name(f"{database.name}-shm").rename(database.with_name("index"))
        ended = on_a_read_only_disk("sessions", "list")
    assert ended.returncode == 75
    assert "cannot be opened" in ended.stderr


@pytest.fixture
def damaged_log() -> Path:
    """A log that nobody can read, beside a database that is whole."""
    stored(thread_of(Message("user", "kept"), name="talk"))
    log = paths.database_file().with_name(f"{paths.database_file().name}-wal")
    log.write_bytes(b"no log at all" * 500)
    return log


def test_a_damaged_log_is_told_of_in_a_pipe_and_by_the_commands(damaged_log: Path) -> None:
    content = damaged_log.read_bytes()
    copy = damaged_log.with_name(f"{damaged_log.name}.damaged-1")
    ended = run_program("-m", "demo:fast", "-p", "hello", "-s", "talk")
    assert ended.code == 0
    assert "Warning: The log beside" in ended.err
    assert str(copy) in ended.err
    assert copy.read_bytes() == content
    damaged_log.write_bytes(b"another" * 500)
    ended = run_program("sessions", "list")
    assert "talk" in ended.out
    assert "damaged-2" in ended.err
    assert run_program("sessions", "list").err == ""


@pytest.mark.parametrize("mode", [[], ["--plain"]])
def test_a_damaged_log_is_told_of_in_the_chat(
    damaged_log: Path, tmp_path: Path, mode: list[str]
) -> None:
    command = [PROGRAM, *mode, "-m", "demo:fast", "-r", "talk"]
    with Terminal(command, env=dict(os.environ), cwd=tmp_path, columns=100) as terminal:

        def tells(screen: str) -> bool:
            in_one_line = "".join(re.split(r"[\s▌]+", screen))
            return (
                "newestmessages" in in_one_line and f"{damaged_log.name}.damaged-1" in in_one_line
            )

        terminal.wait_for(tells)
        terminal.wait_for("kept")
    assert damaged_log.with_name(f"{damaged_log.name}.damaged-1").exists()


LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=60, isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


def test_a_long_lock_costs_a_second_of_waiting_and_no_word(tmp_path: Path) -> None:
    command = [PROGRAM, "-m", "demo:fast", "-s", "talk"]
    with Terminal(command, env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("a list", "enter")
        terminal.wait_for("watch rather than ask", "ready")
        other = subprocess.Popen(
            [sys.executable, "-c", LOCK, str(paths.database_file())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        terminal.send("a table", "enter")
        terminal.wait_for("Jupiter", "ready")
        terminal.send("some code", "enter")
        terminal.wait_for("in one line")
        terminal.wait_for("not saved")
        other.communicate(b"\n")
        assert other.returncode == 0
        terminal.wait_for(lambda text: "not saved" not in text)
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    shown = run_program("sessions", "show", "talk")
    for word in ("a list", "watch rather than ask", "a table", "Jupiter", "top_words"):
        assert word in shown.out


def test_a_clock_that_goes_back_changes_no_order() -> None:
    messages = [Message("user", f"number {number}") for number in range(5)]
    for number, message in enumerate(messages):
        message.timestamp -= timedelta(days=number)
    stored(thread_of(*messages, name="talk"), thread_of(Message("user", "other"), name="other"))
    shown = run_program("sessions", "show", "talk").out
    places = [shown.index(f"number {number}") for number in range(5)]
    assert places == sorted(places)
