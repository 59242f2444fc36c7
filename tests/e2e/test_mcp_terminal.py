"""MCP servers at a real terminal: a tool is asked about and runs, and nothing outlives the
program."""

import json
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from tests.cli.program import PROGRAM
from tests.e2e.conftest import Open
from tests.mcp_servers.running import PROGRAMS, descendants, is_alive
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tests.pseudo_terminal import Terminal


def _config(home: Path, **servers: list[str]) -> None:
    home.mkdir(exist_ok=True)
    tables = [
        f"[mcp.servers.{name}]\ncommand = {json.dumps(sys.executable)}\n"
        f"args = {json.dumps([str(PROGRAMS / f'{program}.py'), *arguments])}\n"
        for name, (program, *arguments) in servers.items()
    ]
    (home / "config.toml").write_text("\n".join(tables))


def _adding(served: ProviderServer) -> None:
    arguments = json.dumps({"a": 20, "b": 22})
    served.script(
        Reply([Call(0, "c1", "calc-add", arguments), Finish("tool_calls")]), answer("It is 42.")
    )


def _gone(processes: set[int]) -> bool:
    end = time.monotonic() + 20
    while any(map(is_alive, processes)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(is_alive, processes))


def test_a_tool_of_a_server_is_asked_about_and_runs(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    _config(home, calc=["good"], slow=["raw", "silent"])
    _adding(served)
    with open_chat("-m", "openai/any", columns=120, rows=30) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("ctrl+t")
        terminal.wait_for("● calc  9 tools")
        terminal.wait_for("◌ slow  connecting…")
        terminal.send("add", "enter")
        assert "calc-add" in terminal.wait_for("allow once")
        terminal.read_until(time.monotonic() + 0.6)
        terminal.send("y")
        terminal.wait_for("It is 42.")
        processes = descendants(terminal.process.pid)
        assert len(processes) >= 4  # two servers, each behind its guard
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert _gone(processes)


def _wait_in_lines(terminal: Terminal, server: str) -> None:
    """Ask how it stands until it is there."""
    asked = 0
    while f"{server}: ready" not in terminal.text:
        asked += 1
        terminal.send("/mcp", "enter")
        terminal.wait_for(partial(_tells, server, asked))


def _tells(server: str, times: int, text: str) -> bool:
    return text.count(f"{server}: ") >= times


def test_what_a_server_asks_is_answered_line_by_line(
    open_chat: Open, served: ProviderServer, home: Path
) -> None:
    _config(home, far=["asking"])
    served.script(
        Reply([Call(0, "c1", "far-greet", "{}"), Finish("tool_calls")]), answer("Hello, Ada.")
    )
    with open_chat("--plain", "-y", "-m", "openai/any", rows=200) as terminal:
        terminal.wait_for("You:")
        _wait_in_lines(terminal, "far")
        terminal.send("greet me", "enter")
        terminal.wait_for(
            "far-greet asks you: Who are", "name (string): What you are called",
            "4. Do not answer.", "6. Answer.", "Number:",
        )  # fmt: skip
        assert "Allow" not in terminal.text
        terminal.send("1", "enter")
        terminal.wait_for("Type one of the numbers 4 or 6.")
        terminal.send("6", "enter")
        terminal.wait_for("New name:")
        terminal.send("Ada", "enter")
        terminal.wait_for("New age:")
        terminal.send("36", "enter")
        terminal.wait_for("Hello, Ada.")
        terminal.send("ctrl+d")
        terminal.wait_exit()
    sent = served.requests[-1].body["messages"][-1]["content"]
    assert sent == "accept: {'name': 'Ada', 'age': 36}"


def test_nothing_of_a_server_outlives_a_program_that_is_killed(open_chat: Open, home: Path) -> None:
    _config(home, raw=["raw", "stubborn"])
    with open_chat("-m", "demo:fast", columns=120, rows=30) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("ctrl+t")
        terminal.wait_for("● raw  1 tool")
        processes = descendants(terminal.process.pid)
        assert len(processes) >= 3
        os.kill(terminal.process.pid, signal.SIGKILL)
        assert _gone(processes)


def _tools_told(lines: list[str]) -> list[str]:
    """The rows that name the tools of `calc`, from the first on."""
    start = next(number for number, line in enumerate(lines) if "tools: calc-" in line)
    end = next(n for n, line in enumerate(lines) if n > start and "resources:" in line)
    return lines[start:end]


def _names_whole(rows: list[str]) -> bool:
    """Whether each name stands in one row: all but the last row end behind a comma."""
    return len(rows) > 1 and all(row.strip(" │┃").endswith(",") for row in rows[:-1])


def test_what_a_server_has_hangs_below_its_name_and_no_name_is_broken(
    open_chat: Open, home: Path, tmp_path: Path
) -> None:
    _config(home, calc=["good"])
    with Terminal(
        [PROGRAM, "mcp", "test"], env=dict(os.environ), cwd=tmp_path, columns=70
    ) as terminal:
        terminal.wait_for("prompts:")
        assert terminal.wait_exit() == 0
        rows = _tools_told(terminal.lines)
        assert _names_whole(rows)
        assert all(row.startswith("    calc-") for row in rows[1:])
    with open_chat("-m", "demo", columns=80) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("ctrl+t")
        terminal.wait_for("● calc")
        terminal.send("ctrl+t", "/mcp", "enter")
        terminal.wait_for("prompts:")
        rows = _tools_told(terminal.lines)
        assert _names_whole(rows)
        assert {row.index("calc-") for row in rows[1:]} == {rows[0].index("tools:")}
