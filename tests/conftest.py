"""Every test runs in a home of its own, with no keys, and reaches nothing but this machine."""

import gc
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import HealthCheck

from tests.provider_server import ProviderServer
from tyler_tui.providers import catalog

_FOREIGN = ("TYLER_CHAT_", "OPENAI_", "ANTHROPIC_", "LITELLM_", "AZURE_", "AWS_", "GOOGLE_", "PG")

_SOAK = bool(os.environ.get("TYLER_CHAT_SOAK"))

# How long an example takes says more about the machine than about the program. The examples are
# the same in every run; a soak looks for others.
hypothesis.settings.register_profile(
    "tests",
    deadline=None,
    derandomize=not _SOAK,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis.settings.load_profile("tests")


for _signal, _usual in (
    (signal.SIGINT, signal.default_int_handler),
    (signal.SIGHUP, signal.SIG_DFL),
    (signal.SIGQUIT, signal.SIG_DFL),
):
    # Who starts the tests behind `nohup` or a shell's `&` has these ignored, and so would every
    # program that a test starts: it would outlive the signal that it is sent.
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, _usual)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--soak", action="store_true", help="try for hours what is tried for minutes otherwise"
    )
    parser.addoption(
        "--soak-minutes", type=float, default=5.0, help="how long a day of use may take in a soak"
    )


def pytest_xdist_auto_num_workers() -> int:
    """Half of a test is waiting for a program or a server."""
    return min(2 * (os.cpu_count() or 1) + 1, 6)


def pytest_collection_finish() -> None:
    """To walk through all that is imported, in each full collection, takes a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


@pytest.fixture
def soak(request: pytest.FixtureRequest) -> bool:
    """Whether `--soak` or TYLER_CHAT_SOAK asks for the long form of a test."""
    return _SOAK or bool(request.config.getoption("--soak"))


@pytest.fixture
def soak_minutes(request: pytest.FixtureRequest, soak: bool) -> float | None:
    """How long a test that could go on for ever does so in a soak; None asks for its short form."""
    return float(request.config.getoption("--soak-minutes")) if soak else None


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home; the environment holds no key, proxy or setting of the developer's."""
    for name in list(os.environ):
        if name.startswith(_FOREIGN) or name.endswith(("_API_KEY", "_proxy", "_PROXY")):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setenv("TYLER_CHAT_HOME", str(folder))
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting anywhere but to this machine fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def servers_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server on this machine is found, also when the machine is busy."""
    monkeypatch.setattr(catalog, "ANSWER_S", 60.0)
    monkeypatch.setattr(catalog, "NAMED_ANSWER_S", 60.0)


@pytest.fixture
def provider_server() -> Iterator[ProviderServer]:
    """A provider on loopback; see `tests.provider_server`."""
    with ProviderServer() as server:
        yield server
