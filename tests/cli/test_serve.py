"""`tyler-chat serve` as a program."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.cli.program import Run, start_program
from tests.mcp_servers.running import PROGRAMS
from tests.provider_server import Hang, ProviderServer, Reply, Text, answer
from tests.web.clients import listening
from tyler_tui import ThreadStore, paths


async def ask(port: int, text: str, **options: object) -> list[dict[str, object]]:
    heard: list[dict[str, object]] = []
    address = f"ws://127.0.0.1:{port}/ws/chat"
    async with connect(address, proxy=None, **options) as client:  # type: ignore[arg-type]
        await client.send(json.dumps({"content": text}))
        while not heard or heard[-1]["type"] != "complete":
            heard.append(json.loads(await client.recv()))
    return heard


async def test_it_answers_until_ctrl_c_and_ends_well() -> None:
    with start_program("serve", "-m", "demo:fast", "--port", "0") as child:
        port, token = await asyncio.to_thread(listening, child)
        assert not token
        heard = await ask(port, "table")
        assert "".join(str(m["content"]) for m in heard if m["type"] == "content")
        child.process.send_signal(signal.SIGINT)
        outcome = await asyncio.to_thread(child.end)
    assert (outcome.code, outcome.err) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_what_runs_at_the_end_is_kept(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    provider_server.script(Reply([Text("As far as this"), Hang()]))
    with start_program("serve", "-m", "openai/local-model", "--port", "0") as child:
        port, _ = await asyncio.to_thread(listening, child)
        address = f"ws://127.0.0.1:{port}/ws/chat?session=kept"
        async with connect(address, proxy=None) as client:
            await client.send('{"content": "Go on"}')
            while json.loads(await client.recv())["type"] != "content":
                pass
            child.process.send_signal(number)
            assert (await asyncio.to_thread(child.end)).code == 0
    async with await ThreadStore.create(paths.database_file()) as store:
        thread = await store.get_thread((await store.find("kept")).id)
    assert [(m.content, m.status) for m in thread.messages] == [
        ("Go on", "complete"),
        ("As far as this", "cancelled"),
    ]


async def test_beyond_this_machine_a_token_is_made_and_asked_for() -> None:
    with start_program("serve", "-m", "demo:fast", "--port", "0", "--host", "0.0.0.0") as child:
        port, token = await asyncio.to_thread(listening, child)
        assert len(token) > 30
        assert b"not encrypted" in child.out
        async with httpx.AsyncClient(trust_env=False) as client:
            refused = await client.get(f"http://127.0.0.1:{port}/protocol.json")
            assert refused.status_code == 401
        bearer = {"Authorization": f"Bearer {token}"}
        assert (await ask(port, "table", additional_headers=bearer))[-1]["type"] == "complete"


async def test_the_token_can_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TYLER_CHAT_TOKEN", "a-token-of-the-tests")
    with start_program("serve", "-m", "demo:fast", "--port", "0") as child:
        _, token = await asyncio.to_thread(listening, child)
        assert token == "a-token-of-the-tests"


def test_a_port_that_is_taken_is_told(cli: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        outcome = cli("serve", "-m", "demo", "--port", port)
    assert outcome.code == 2
    assert f"port {port} cannot be listened on" in outcome.err
    assert "--port 0" in outcome.err


@pytest.mark.parametrize(
    "flags",
    [
        ["--port", "http"],
        ["--port", "99999"],
        ["--token", "short"],
        ["--allow-origin", "*"],
        ["--approval-timeout", "0"],
        ["--approval", "maybe"],
        ["-y", "--approval", "ask"],
        ["--host", "not a host"],
    ],
    ids=" ".join,
)
def test_flags_that_make_no_sense_are_refused(cli: Run, flags: list[str]) -> None:
    outcome = cli("serve", "-m", "demo", *flags)
    assert outcome.code == 2
    assert outcome.err.startswith("Error: ")
    assert not outcome.out


def test_without_the_extra_it_says_what_to_install() -> None:
    code = """
import sys
from pathlib import Path
sys.modules["uvicorn"] = None
from tyler_tui.cli import run
sys.exit(run(["serve", "-m", "demo"]))
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert "uvicorn" in ended.stderr
    assert 'pip install "tyler-tui[web]"' in ended.stderr


async def test_it_has_the_tools_of_mcp_servers(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    provider_server.fallback = answer("Hello.")
    home.mkdir(exist_ok=True)  # noqa: ASYNC240
    arguments = json.dumps([str(PROGRAMS / "raw.py"), "well"])
    (home / "config.toml").write_text(
        f"[mcp.servers.raw]\ncommand = {json.dumps(sys.executable)}\nargs = {arguments}\n"
    )
    with start_program("serve", "-m", "openai/any", "--port", "0") as child:
        port, _ = await asyncio.to_thread(listening, child)
        names: set[str] = set()
        async with asyncio.timeout(60):
            while "raw-echo" not in names:
                await ask(port, "hello")
                tools = provider_server.requests[-1].body["tools"]
                names = {tool["function"]["name"] for tool in tools}
        child.process.send_signal(signal.SIGINT)
        assert (await asyncio.to_thread(child.end)).code == 0
