"""Commands of a model, in a program that has a terminal: they must not get it."""

import json
import os
import time
from pathlib import Path

from tests.cli.program import PROGRAM
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tests.pseudo_terminal import Terminal
from tests.tools.commands import all_end

TO_TERMINAL = "printf '\\033]0;owned\\007RAW' >/dev/tty && echo reached >reached"


def with_terminal(workspace: Path, *command: str) -> Terminal:
    """A program for which /dev/tty is this terminal."""
    return Terminal(["setsid", "--ctty", "--wait", *command], env=dict(os.environ), cwd=workspace)


def call(command: str) -> Reply:
    arguments = json.dumps({"command": command})
    return Reply([Call(0, "c1", "command_line-run", arguments), Finish("tool_calls")])


def allow(terminal: Terminal) -> None:
    terminal.wait_for("allow once")
    # The first half second belongs to keys that were meant for something else.
    terminal.read_until(time.monotonic() + 0.6)
    terminal.send("y")


def test_a_command_gets_neither_the_terminal_nor_away_from_ctrl_c(
    workspace: Path, served: ProviderServer
) -> None:
    with with_terminal(workspace, "bash", "-c", TO_TERMINAL) as terminal:
        terminal.wait_for("RAW")  # where nothing is done about it, it gets there
        terminal.wait_exit()
    (workspace / "reached").unlink()
    served.script(
        call(TO_TERMINAL), answer("It could not."), call("sleep 300 & echo $$ $! >pids; wait")
    )
    with with_terminal(workspace, PROGRAM, "-m", "openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("try", "enter")
        allow(terminal)
        terminal.wait_for("It could not.")
        assert not (workspace / "reached").exists()
        terminal.wait_for("ready")
        assert b"\x1b]0;owned" not in terminal.output

        terminal.send("wait", "enter")
        allow(terminal)
        written = workspace / "pids"
        terminal.wait_for(lambda _: written.exists() and written.read_text().endswith("\n"))
        pids = [int(pid) for pid in written.read_text().split()]
        terminal.send("ctrl+c")
        terminal.wait_for("interrupted")
        assert all_end(pids)
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        assert terminal.modes_now == terminal.modes_before
