"""Leaving, for good and for a while, at a real terminal."""

import os
import re
import signal
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM
from tests.e2e.conftest import Open
from tests.provider_server import Finish, Hang, Pause, ProviderServer, Reply, Text, answer
from tests.pseudo_terminal import Terminal

ALTERNATE_OFF = b"\x1b[?1049l"
HOSTILE = "# Done\n\n**all** of it \x1b]52;c;aGFja2Vk\x07\x1b[2J\x9b31m [red]x[/red]"


def left_behind(terminal: Terminal) -> str:
    """What was written after the full screen was given back, without colours."""
    text = terminal.output.rpartition(ALTERNATE_OFF)[2].decode()
    return re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", text)


def test_the_turns_of_this_run_stay_on_the_ordinary_screen(
    open_chat: Open, served: ProviderServer
) -> None:
    served.script(answer(HOSTILE), Reply([Text("Half of it", size=3), Hang()]))
    with open_chat("-m", "openai/anything", "-s", "trip") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("first", "enter")
        terminal.wait_for("all of it")
        terminal.send("second", "enter")
        terminal.wait_for("Half of it")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        said = left_behind(terminal)
    assert [said.index(part) for part in ("> first", "Done", "> second", "Half of it", "stopped",
            "To go on with this session: tyler-chat -r trip")] == sorted(
        said.index(part) for part in ("> first", "Done", "> second", "Half of it", "stopped",
            "To go on with this session: tyler-chat -r trip"))  # fmt: skip
    assert "**" not in said
    assert "[red]x[/red]" in said
    assert b"\x1b]52" not in terminal.output
    assert "\x9b".encode() not in terminal.output
    with open_chat("-r", "trip", "-m", "openai/anything") as terminal:
        terminal.wait_for("Half of it")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        assert "first" not in left_behind(terminal), "that was another run"
        assert "tyler-chat -r trip" in left_behind(terminal)


@pytest.mark.parametrize("form", ["answer", "hint"])
def test_less_of_it_when_that_is_wanted(open_chat: Open, home: Path, form: str) -> None:
    home.mkdir()
    (home / "config.toml").write_text(f'[ui]\nfarewell = "{form}"\n', "utf-8")
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("list", "enter")
        terminal.wait_for("Show it")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        said = left_behind(terminal)
    assert "> list" not in said
    assert ("Show it" in said) is (form == "answer")
    assert "To go on with this session" in said


class Shell:
    """An interactive shell in a terminal, with jobs to stop and to take up again."""

    def __init__(self, workspace: Path) -> None:
        environ = {**os.environ, "PS1": "ready> ", "ENV": "", "HISTFILE": ""}
        self.terminal = Terminal(["/bin/sh", "-i"], env=environ, cwd=workspace)

    def run(self, line: str) -> None:
        self.terminal.wait_for("ready>")
        self.terminal.send(line, "enter")

    def has_terminal(self, told: str) -> None:
        """Wait until the full screen is gone, that was told, and the shell asks again."""

        def asks() -> bool:
            _, is_told, rest = left_behind(self.terminal).partition(told)
            return bool(is_told) and "ready>" in told + rest

        self.terminal.wait_until(lambda: ALTERNATE_OFF in self.terminal.output and asks())


def test_suspended_it_gives_the_terminal_back_and_an_answer_goes_on_after_fg(
    workspace: Path, served: ProviderServer, home: Path
) -> None:
    home.mkdir()
    (home / "config.toml").write_text("[timeouts]\nidle = 6\n", "utf-8")
    go_on = threading.Event()
    served.script(Reply([Text("First half", size=3), Pause(go_on), Text(" and second"), Finish()]))
    shell = Shell(workspace)
    with shell.terminal as terminal:
        terminal.wait_for("ready>")
        before = terminal.modes_now
        shell.run(f"{PROGRAM} -m openai/anything")
        terminal.wait_for("Ask anything")
        assert terminal.modes_now != before
        terminal.send("go", "enter")
        terminal.wait_for("First half")
        terminal.send("/suspend", "enter")
        shell.has_terminal("tyler-chat and its answer wait; fg goes on.")
        assert terminal.output.count(ALTERNATE_OFF) == 1
        assert terminal.modes_now == before
        # Longer than a silent model is waited for: the whole program stood still.
        terminal.send("sleep 7; echo slept", "enter")
        terminal.wait_for(lambda _: b"\r\nslept" in terminal.output)
        go_on.set()
        terminal.send("fg", "enter")
        terminal.wait_for("First half and second", "ready ·")
        terminal.send("a draft")
        terminal.wait_for("> a draft")


def test_ctrl_z_is_undo_in_the_composer_and_suspends_elsewhere(workspace: Path) -> None:
    shell = Shell(workspace)
    with shell.terminal as terminal:
        shell.run(f"{PROGRAM} -m demo:fast")
        terminal.wait_for("Ask anything")
        terminal.send("words")
        terminal.wait_for("> words")
        terminal.send("ctrl+z")
        terminal.wait_for("> Ask anything")
        terminal.send("list", "enter")
        terminal.wait_for(lambda screen: "set up a real one" in screen and "ready ·" in screen)
        terminal.send("\x1b[1;3A")  # Alt+Up marks a message
        terminal.wait_for("Esc back")
        terminal.send("ctrl+z")
        shell.has_terminal("tyler-chat waits; fg goes on.")
        terminal.send("fg", "enter")
        terminal.wait_for("Esc back")
        terminal.send("escape")
        terminal.wait_for("> Ask anything", without="Esc back")
        terminal.send("ctrl+q")
        terminal.wait_for("To go on with this session")


def test_a_signal_from_outside_suspends_it_too(workspace: Path) -> None:
    shell = Shell(workspace)
    with shell.terminal as terminal:
        shell.run(f"{PROGRAM} -m demo:fast")
        terminal.wait_for("Ask anything")
        os.kill(terminal.foreground, signal.SIGTSTP)
        shell.has_terminal("ready>")
        terminal.send("fg", "enter")
        terminal.wait_for("Ask anything")


def test_where_no_shell_could_bring_it_back_it_says_so(open_chat: Open) -> None:
    with open_chat("-m", "demo:fast") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("/suspend", "enter")
        terminal.wait_for("There is no shell here")
        terminal.send("hello", "enter")
        terminal.wait_for("✓ files-list")


FAULTY = """
import sys
from tyler_tui.cli import main
from tyler_tui.tui.actions import registry

def fault(chat):
    api_key = "sk-abcdefghijklmnopqrstuv"
    raise LookupError(f"nobody foresaw this {api_key}")

async def fault_later(chat):
    fault(chat)

registry._actions["app.keys"] = {"handler": fault, "worker": fault_later}[sys.argv.pop(1)]
main()
"""


@pytest.mark.parametrize("place", ["handler", "worker"])
def test_a_fault_in_mid_answer_restores_the_terminal_keeps_the_answer_and_leaves_a_report(
    workspace: Path, open_chat: Open, served: ProviderServer, home: Path, place: str
) -> None:
    served.script(Reply([Text("Half of an answer", size=3), Hang()]))
    command = [sys.executable, "-c", FAULTY, place, "-m", "openai/anything", "-s", "ended"]
    with Terminal(command, env=dict(os.environ), cwd=workspace) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("talk", "enter")
        terminal.wait_for("Half of an answer")
        terminal.send("f1")
        assert terminal.wait_exit() == 1
        assert terminal.modes_now == terminal.modes_before
        said = left_behind(terminal)
        served.wait_request(0).when_closed()
    assert "Error: LookupError: nobody foresaw this ***" in said
    assert "Traceback" not in said
    (report,) = home.glob("crash-*.txt")
    assert str(report) in said.replace("\r\n", "")
    assert "in fault\n" in report.read_text()
    assert "abcdefgh" not in report.read_text() + said
    with open_chat("-r", "ended", "-m", "openai/anything") as terminal:
        terminal.wait_for(
            "Half of an answer", lambda screen: "stopped" in screen or "interrupted" in screen
        )
