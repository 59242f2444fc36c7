"""A real LiteLLM proxy as gateway. It wants many packages of its own: `pip install
'litellm[proxy]'` in an environment beside this one, and LITELLM_PROXY names its program."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.cli.program import run_program
from tests.providers.asking import QUIET

PROGRAM = os.environ.get("LITELLM_PROXY", "")
pytestmark = [
    QUIET,
    pytest.mark.skipif(not PROGRAM, reason="LITELLM_PROXY names no program"),
]
KEY = "sk-0123456789abcdef"
CONFIG = f"""
model_list:
  - model_name: team/sonnet
    litellm_params: {{model: openai/x, api_key: none, mock_response: Hello from behind the proxy.}}
  - model_name: team/down
    litellm_params: {{model: openai/x, api_key: none, api_base: "http://127.0.0.1:1/v1"}}
general_settings: {{master_key: {KEY}}}
"""
STARTING_S = 120.0


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("proxy")
    config, log = folder / "config.yaml", folder / "log"
    config.write_text(CONFIG)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    command = [PROGRAM, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    environ = {
        "HOME": str(folder), "PATH": os.environ["PATH"], "LITELLM_LOCAL_MODEL_COST_MAP": "True"
    }  # fmt: skip
    with (
        log.open("wb") as said,
        subprocess.Popen(command, cwd=folder, env=environ, stdout=said, stderr=said) as proxy,
    ):
        try:
            _wait_for(f"http://127.0.0.1:{port}/health/liveliness", proxy, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            proxy.terminate()


def _wait_for(url: str, proxy: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + STARTING_S
    while proxy.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.fixture(autouse=True)
def named(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_PROXY_API_BASE", address)
    monkeypatch.setenv("LITELLM_PROXY_API_KEY", KEY)


def test_its_models_are_listed() -> None:
    listed = run_program("models", "team").out.splitlines()
    names = [line.split("\t")[0] for line in listed]
    assert names == ["litellm_proxy/team/sonnet", "litellm_proxy/team/down"]


@pytest.mark.parametrize("reader", ["auto", "litellm"])
def test_it_answers(reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYLER_CHAT_READER", reader)
    answered = run_program("-m", "litellm_proxy/team/sonnet", "-p", "Hello")
    assert answered.out == "Hello from behind the proxy.\n"
    assert answered.code == 0


def test_it_is_a_gateway_of_the_openai_format_too(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", f"{address}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    answered = run_program("-m", "openai/team/sonnet", "-p", "Hello")
    assert answered.out == "Hello from behind the proxy.\n"


def test_what_it_refuses_is_told_for_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = run_program("-m", "litellm_proxy/team/nobody", "-p", "Hello")
    assert "There is no model litellm_proxy/team/nobody" in unknown.err
    assert unknown.code == 1
    down = run_program("-m", "litellm_proxy/team/down", "-p", "Hello")
    assert "failed to answer (HTTP 500). It said: Connection error." in down.err
    assert down.code == 75
    monkeypatch.setenv("LITELLM_PROXY_API_KEY", "sk-of-somebody-else")
    refused = run_program("-m", "litellm_proxy/team/sonnet", "-p", "Hello")
    assert refused.code != 0
    assert "sk-of" not in refused.err
