"""A server that cannot be reached: told at the latest when the config says."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM
from tests.faults.fault import READERS
from tests.faults.judging import GRACE_S
from tests.provider_server import ProviderServer, answer
from tests.providers.asking import QUIET
from tests.pseudo_terminal import Terminal
from tyler_tui.build import Options, make_agent
from tyler_tui.config import Settings, TimeoutSettings
from tyler_tui.conversation import Conversation
from tyler_tui.errors import UsageError
from tyler_tui.events import EventType, ExecutionEvent

pytestmark = QUIET
WAIT_S = 0.5
LONG_S = 60.0


@pytest.fixture
def full() -> Iterator[int]:
    """The port of a server whose queue is full, so that nobody gets through to it."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):
            client = stack.enter_context(closing(socket.socket()))
            client.setblocking(False)
            with suppress(BlockingIOError):
                client.connect(server.getsockname())
        yield server.getsockname()[1]


@pytest.fixture
def mute() -> Iterator[int]:
    """The port of a server that takes connections and says nothing, not even for TLS."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def failure(reader: str, base: str, workspace: Path) -> ExecutionEvent:
    """The error that a prompt ends with, told in time."""
    setting, model = READERS[reader]
    settings = Settings(
        reader=setting,  # type: ignore[arg-type]  # one of two words
        retries=0,
        timeouts=TimeoutSettings(connect=WAIT_S, first_token=LONG_S, idle=LONG_S),
    )
    agent = make_agent(Options(workspace=workspace), settings, model, base)
    await agent.resolved_provider.prepare()
    events: list[ExecutionEvent] = []

    async def hear(event: ExecutionEvent) -> None:
        events.append(event)

    conversation = Conversation(agent.replace(api_key="sk-loopback"))
    conversation.subscribe(hear)
    began = time.monotonic()
    await conversation.ask("hello")
    assert time.monotonic() - began < WAIT_S + GRACE_S
    assert events[-1].type is EventType.EXECUTION_ERROR
    return events[-1]


@pytest.mark.parametrize("reader", READERS)
async def test_a_server_that_takes_no_connection(reader: str, full: int, tmp_path: Path) -> None:
    error = await failure(reader, f"http://127.0.0.1:{full}/v1", tmp_path)
    assert error.data["kind"] == "network"
    assert f"127.0.0.1:{full}" in error.data["message"]


@pytest.mark.parametrize("reader", READERS)
async def test_a_server_that_never_gets_to_the_end_of_tls(
    reader: str, mute: int, tmp_path: Path
) -> None:
    error = await failure(reader, f"https://127.0.0.1:{mute}/v1", tmp_path)
    assert error.data["kind"] == "network"


@pytest.fixture(params=["missing", "something else"])
def no_certificates(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An environment with certificates that cannot be read."""
    path = tmp_path / f"{request.param}.pem"
    if request.param != "missing":
        path.write_bytes(b"no certificate")
    return os.environ | {"SSL_CERT_FILE": str(path)}


def told_of(*arguments: str, env: dict[str, str], folder: Path) -> tuple[int, str]:
    """The exit code of the program, and all that it says."""
    ended = subprocess.run(
        [PROGRAM, *arguments], env=env, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("reader", ["auto", "litellm"])
def test_certificates_that_cannot_be_read_are_told_with_the_variable_that_names_them(
    provider_server: ProviderServer, no_certificates: dict[str, str], tmp_path: Path, reader: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'reader = "{reader}"\n', "utf-8")
    env = no_certificates | {
        "OPENAI_API_BASE": provider_server.base_url,
        "OPENAI_API_KEY": "sk-loopback",
    }
    provider_server.fallback = answer("fine")
    start = ("-m", "openai/anything", "--config", str(config))
    code, said = told_of(*start, "-p", "hello", env=env, folder=tmp_path)
    if reader == "litellm" and "missing" in env["SSL_CERT_FILE"]:  # it does without
        assert (code, said) == (0, "fine\n")
        return
    assert code == UsageError.exit_code, said
    assert f"SSL_CERT_FILE names {tmp_path}" in said
    assert "Unset SSL_CERT_FILE" in said
    with Terminal([PROGRAM, *start], env=env, cwd=tmp_path) as terminal:
        terminal.wait_for("Ask anything")
        terminal.send("hello", "enter")
        terminal.wait_for("hello", "SSL_CERT_FILE names", "Unset SSL_CERT_FILE", "Retry")
        terminal.send("ctrl+q")
        assert terminal.wait_exit() == 0
    assert not provider_server.requests


def test_certificates_that_cannot_be_read_are_told_of_an_mcp_server_too(
    no_certificates: dict[str, str], tmp_path: Path
) -> None:
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    config = tmp_path / "config.toml"
    config.write_text('[mcp.servers.far]\nurl = "http://127.0.0.1:9/mcp"\n', "utf-8")
    arguments = ("mcp", "test", "--config", str(config))
    code, said = told_of(*arguments, env=no_certificates, folder=tmp_path)
    assert code == 1
    assert f"far: failed: SSL_CERT_FILE names {tmp_path}" in said
    assert "Unset SSL_CERT_FILE" in said
