"""Over ssh: a real server on this machine, logged in to with a key of its own."""

import base64
import getpass
import os
import re
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM
from tests.provider_server import Hang, ProviderServer, Reply, Text, answer
from tests.pseudo_terminal import PATIENCE_S, Terminal

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(
    not (SSHD and shutil.which("ssh")), reason="an ssh server or client is not installed"
)
OURS = ("TYLER_CHAT_", "OPENAI_", "PYTHON")
Login = Callable[[str], Terminal]
"""Runs a command there, in a terminal of its own."""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _wait_for(port: int, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture
def login(workspace: Path, tmp_path: Path) -> Iterator[Login]:
    folder, port = tmp_path / "ssh", _free_port()
    folder.mkdir(mode=0o700)
    for name in ("host", "key"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True
        )
    if os.geteuid() == 0:  # where it parts with its rights; the package leaves it to init
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    config = folder / "config"
    config.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {folder / 'host'}\nPidFile none\n"
        f"AuthorizedKeysFile {folder / 'key.pub'}\nStrictModes no\nUsePAM no\n"
        f"PermitRootLogin yes\n"
    )
    log = folder / "log"
    server = subprocess.Popen([SSHD or "", "-D", "-f", str(config), "-E", str(log)])
    try:
        _wait_for(port, server, log)

        def log_in(command: str) -> Terminal:
            options = [
                "-F", os.devnull, "-i", str(folder / "key"), "-p", str(port),
                "-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={folder / 'known'}",
                "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes",
            ]  # fmt: skip
            ours = [f"{name}={os.environ[name]}" for name in os.environ if name.startswith(OURS)]
            there = f"cd {workspace} && {shlex.join(['env', 'LANG=C.UTF-8', *ours])} {command}"
            user = f"{getpass.getuser()}@127.0.0.1"
            return Terminal(
                ["ssh", "-tt", *options, user, there], env=dict(os.environ), cwd=workspace
            )

        yield log_in
    finally:
        server.terminate()
        server.wait()


def test_a_conversation_over_ssh(login: Login, served: ProviderServer) -> None:
    served.fallback = answer("Grüße, 世界 🚀 from **afar**.")
    with login(f"{PROGRAM} -m openai/anything") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("hello", "enter")
        terminal.wait_for("Grüße, 世界 🚀 from afar.", "ready ·")
        terminal.resize(70, 20)
        terminal.wait_for(lambda _: "F1 keys" in terminal.lines[19])
        terminal.send("ctrl+y")
        terminal.wait_for("Copied reply")
        [copied] = re.findall(rb"\x1b\]52;c;([^\a]*)\a", terminal.output)
        assert base64.b64decode(copied).decode() == "Grüße, 世界 🚀 from **afar**."
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
        terminal.wait_for("To go on with this session")


def test_a_line_that_breaks_loses_nothing(login: Login, served: ProviderServer, home: Path) -> None:
    served.script(Reply([Text("As far as it came"), Hang()]))
    with login(f"{PROGRAM} -m openai/anything -s trip") as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("hello", "enter")
        terminal.wait_for("As far as it came")
        terminal.process.kill()
        terminal.process.wait()
    served.requests[0].when_closed()
    with login(f"{PROGRAM} -m openai/anything -r trip") as terminal:
        terminal.wait_for("As far as it came", "stopped")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0


def test_the_doctor_tells_that_it_is_far_away_and_what_stands_before_it(
    login: Login, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "tmux-256color")
    monkeypatch.delenv("TMUX", raising=False)
    with login(f"{PROGRAM} doctor") as terminal:
        terminal.wait_for(
            "this is a remote machine; copies go through the terminal (OSC 52)",
            "runs at the other end of the line, as TERM says: it keeps its prefix",
        )
