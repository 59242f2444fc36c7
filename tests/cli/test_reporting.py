import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, Run
from tests.hostile.terminal_bytes import unmeant
from tyler_tui.cli import logs
from tyler_tui.cli.reporting import exit_code_of, report
from tyler_tui.crash import MOST_REPORTS, write_report
from tyler_tui.errors import StoreUnavailableError, TylerError


def test_an_error_is_said_in_words_with_its_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> int:
        raise StoreUnavailableError("It is \x1b[2Jlocked.", hint="Close the other one.")

    assert exit_code_of(fail) == 75
    assert capsys.readouterr().err == ("Error: It is ␛[2Jlocked.\n→ Close the other one.\n")


def _report(said: str) -> Path:
    return Path(said.partition("The report is in ")[2].strip())


def test_a_fault_leaves_a_report_and_no_traceback_on_the_screen(
    capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_SERVICE_TOKEN", "hunter2-hunter2")

    def fault() -> int:
        password = "a value of a variable"
        keys = f"sk-abcdefghijklmnopq, hunter2-hunter2 {len(password)}"
        raise LookupError(f"nobody foresaw {keys} \x1b]0;owned\a\u202e")

    assert exit_code_of(fault) == 1
    said = capsys.readouterr().err
    assert said.startswith("Error: LookupError: nobody foresaw")
    assert "Traceback" not in said
    report = _report(said)
    assert report.parent == home
    text = report.read_text()
    assert "in fault\n" in text
    assert "textual 8." in text
    for secret in ("abcdefgh", "hunter2", "a value of a variable of"):
        assert secret not in text
        assert secret not in said
    for shown in (said, text):
        assert "owned" in shown
        assert unmeant(shown.encode()) == []
    assert report.stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700


def test_only_the_latest_reports_are_kept(home: Path) -> None:
    home.mkdir()
    for number in range(20):
        (home / f"crash-20200101-0000{number:02}-1.txt").write_text("old")
    (home / "crash-notes.md").write_text("mine")
    newest = write_report(LookupError("x"))
    assert newest is not None
    kept = sorted(path.name for path in home.glob("crash-*.txt"))
    assert len(kept) == MOST_REPORTS
    assert kept[-1] == newest.name
    assert (home / "crash-notes.md").exists()


def test_a_fault_is_said_even_where_no_report_can_be_written(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    home.write_text("a file where the folder should be")

    def fault() -> int:
        raise LookupError("nobody foresaw this")

    assert exit_code_of(fault) == 1
    assert "report could not be written" in capsys.readouterr().err


def test_ctrl_c_is_130() -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    assert exit_code_of(interrupted) == 130


@pytest.mark.parametrize("module", ["typer", "tyler_tui.cli.reporting", "tyler_tui.cli.chat"])
def test_ctrl_c_while_the_program_is_imported_shows_no_traceback(module: str) -> None:
    interrupting = f"""
import os, signal, sys
from tyler_tui.cli import main

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Finder())
main()
"""
    command = [sys.executable, "-c", interrupting, "-m", "demo", "-p", "hello"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_debug_writes_a_log_of_its_owner_and_nothing_to_the_screen(cli: Run, home: Path) -> None:
    outcome = cli("-m", "demo:fast", "--debug", "fail 401")
    assert outcome.code == 1
    assert "Traceback" not in outcome.err
    assert (home / "debug.log").stat().st_mode & 0o777 == 0o600
    assert cli("-m", "demo:fast", "list").err == ""


def test_no_key_is_in_the_log_nor_on_standard_error(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOME_API_KEY", "hunter2-hunter2")
    keys = "hunter2-hunter2 and sk-abcdefghijklmnopqrst"
    logs.start(debug=True)
    log = logging.getLogger("tyler_tui.anything")
    try:
        raise LookupError(keys)
    except LookupError:
        log.exception("no way in with %s", keys)
    text = (home / "debug.log").read_text("utf-8")
    assert "no way in with *** and ***" in text
    assert "LookupError: *** and ***" in text
    report(TylerError(f"No way in with {keys}.", hint=f"Not with {keys}."))
    assert (
        capsys.readouterr().err == "Error: No way in with *** and ***.\n→ Not with *** and ***.\n"
    )


def test_a_log_that_cannot_be_written_is_refused_at_once(cli: Run, home: Path) -> None:
    home.mkdir()
    (home / "debug.log").mkdir()
    outcome = cli("-m", "demo:fast", "--debug", "list")
    assert outcome.code == 2
    assert "debug.log cannot be written" in outcome.err


def test_a_full_disk_is_an_error_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [PROGRAM, "paths"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60
        )
    assert ended.returncode == 1
    assert ended.stderr == "Error: No space left on device\n"


@pytest.mark.parametrize("output", [">/dev/null", ">/dev/full"])
@pytest.mark.parametrize("errors", ["2>/dev/full", "2> >(:)", "2>&-"])
def test_where_no_error_can_be_told_the_exit_code_is_still_its_own(
    home: Path, errors: str, output: str
) -> None:
    def code_of(command: str) -> int:
        # The reader of a pipe is gone by the time that something is written.
        script = f"exec {errors} {output}; wait $!; {command}"
        return subprocess.run(
            ["bash", "-c", script, PROGRAM], stdin=subprocess.DEVNULL, timeout=60
        ).returncode

    assert code_of('"$0" --no-such-option') == 2
    assert code_of('"$0" sessions show nothing-of-that-name') == 1
    if "full" not in output:
        assert code_of('"$0" -m demo:fast list') == 0


def test_closed_streams_are_no_fault(home: Path) -> None:
    ended = subprocess.run(
        ["bash", "-c", '"$0" paths >&- && "$0" -m demo:fast list <&- 2>&-', PROGRAM],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    assert len(ended.stdout) > 100


def test_letters_that_the_output_cannot_show_are_no_fault(home: Path) -> None:
    ended = subprocess.run(
        [PROGRAM, "-m", "demo:fast", "unicode"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={"TYLER_CHAT_HOME": str(home), "PYTHONIOENCODING": "ascii"},
        timeout=60,
    )
    assert ended.returncode == 0
    assert ended.stderr == b""
    assert b"??" in ended.stdout


def test_the_module_is_the_program() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tyler_tui", "--help"], capture_output=True, text=True, timeout=60
    )
    assert ended.stdout.startswith("Usage: tyler-chat ")
