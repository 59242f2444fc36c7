"""Nothing goes out but what the user asked for: seen by a guard within the real program."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, run_program, stored, thread_of
from tests.provider_server import ProviderServer, answer
from tests.pseudo_terminal import Terminal
from tyler_tui import Message
from tyler_tui.providers.catalog import LOCAL_SERVERS

Reached = Callable[[], set[str]]


@pytest.fixture
def reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reached:
    """Guards each process that the test starts; what they tried to reach, as `host port`."""
    log = tmp_path / "reached.log"
    monkeypatch.setenv("SOCKET_GUARD_LOG", str(log))
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).with_name("socket_guard")))

    def read() -> set[str]:
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        return {line.partition(" ")[2] for line in lines}

    return read


def run_python(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.create_connection(('203.0.113.1', 80), 1)",
        "import httpx; httpx.get('http://203.0.113.1/')",
        "import socket; socket.getaddrinfo('example.com', 443)",
        "import asyncio; asyncio.run(asyncio.open_connection('203.0.113.1', 80))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('203.0.113.1', 53))",
    ],
)
def test_the_guard_sees_and_refuses_what_leaves_the_machine(reached: Reached, code: str) -> None:
    assert run_python(code).returncode != 0
    assert {each.split()[0] for each in reached()} & {"203.0.113.1", "example.com"}


@pytest.mark.parametrize(
    "code",
    [
        "import tyler_tui",
        "from tyler_tui import *; from tyler_tui.tools import TOOLS",
        "import tyler_tui.tui.app, tyler_tui.web.app",
    ],
)
def test_importing_reaches_for_nobody(reached: Reached, code: str) -> None:
    ended = run_python(code)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert reached() == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["paths"],
        ["sessions", "list"],
        ["search", "needle"],
        ["-m", "demo:fast", "-p", "hello"],
    ],
    ids=" ".join,
)
def test_commands_reach_for_nobody(reached: Reached, arguments: list[str]) -> None:
    stored(thread_of(Message("user", "a needle in here")))
    assert run_program(*arguments).code == 0
    assert reached() == set()


def test_the_chat_with_the_demo_reaches_for_nobody(reached: Reached, tmp_path: Path) -> None:
    with Terminal([PROGRAM, "-m", "demo:fast"], env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("hello", "enter")
        terminal.wait_for("✓ files-list", "ready")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert reached() == set()


def test_the_first_screen_asks_the_known_ports_of_this_machine_and_no_others(
    reached: Reached, tmp_path: Path
) -> None:
    with Terminal([PROGRAM], env=dict(os.environ), cwd=tmp_path) as terminal:
        terminal.wait_for("demo")
        terminal.wait_for(lambda _: len(reached()) >= len(LOCAL_SERVERS))
        terminal.send("escape")
        assert terminal.wait_exit() == 0
    assert reached() == {f"127.0.0.1 {server.port}" for server in LOCAL_SERVERS}


@pytest.mark.parametrize("reader", ["auto", "litellm"])
def test_a_prompt_goes_to_the_server_that_was_chosen_and_nowhere_else(
    reached: Reached,
    provider_server: ProviderServer,
    monkeypatch: pytest.MonkeyPatch,
    home: Path,
    reader: str,
) -> None:
    home.mkdir()
    (home / "config.toml").write_text(f'reader = "{reader}"\n', "utf-8")
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-test")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-of-another-provider")
    provider_server.script(answer("It came."))
    ended = run_program("-m", "openai/anything", "-p", "hello")
    assert (ended.code, ended.out) == (0, "It came.\n")
    port = provider_server.base_url.rpartition(":")[2].partition("/")[0]
    assert reached() == {f"127.0.0.1 {port}"}
