"""LiteLLMProvider in a process of its own: importing it is silent, touches no network, and reads
no file of the project that it happens to run in."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.provider_server import (
    Disconnect,
    Finish,
    Hang,
    ProviderServer,
    Raw,
    Reply,
    Text,
    answer,
    error,
)
from tests.providers.asking import KEY

CHILD = """
import asyncio, gc, json, logging, os, socket, sys, warnings

warnings.simplefilter("default")
records = []

class Keep(logging.Handler):
    def emit(self, record):
        records.append((record.name, record.levelno, record.getMessage()))

logging.basicConfig(level=logging.DEBUG, handlers=[Keep()])
reached = []
connect, look_up = socket.socket.connect, socket.getaddrinfo

def watched_connect(self, address):
    reached.append(str(address))
    return connect(self, address)

def watched_look_up(host, *arguments, **options):
    reached.append(str(host))
    return look_up(host, *arguments, **options)

socket.socket.connect, socket.getaddrinfo = watched_connect, watched_look_up
environment = dict(os.environ)

from tyler_tui.errors import ProviderError
from tyler_tui.messages import Message
from tyler_tui.providers import Request, provider_for

base, key, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
provider = provider_for("openai/local-model")
early = "litellm" in sys.modules
request = Request("openai/local-model", [Message("user", "hello")], api_base=base, api_key=key)

async def ask():
    async for delta in provider.stream(request):
        if delta.text == "leave":
            return "left"
    return "whole"

async def main():
    await provider.prepare()
    reached_by_import = list(reached)
    ends = []
    for _ in range(count):
        try:
            ends.append(await ask())
        except ProviderError as problem:
            ends.append(problem.kind)
    return reached_by_import, ends

reached_by_import, ends = asyncio.run(main())
added = {name: value for name, value in os.environ.items() if name not in environment}
with open(sys.argv[4], "w") as report:
    json.dump({
        "early": early, "reached_by_import": reached_by_import, "ends": ends, "records": records,
        "added": added, "collecting": gc.isenabled(), "frozen": gc.get_freeze_count(),
    }, report)
"""

DOTENV = "OPENAI_API_BASE=http://attacker.example/v1\nOPENAI_API_KEY=sk-of-the-project\n"


def run_child(folder: Path, server: ProviderServer, count: int) -> dict[str, Any]:
    """Run CHILD in `folder`; what it found out. It must print nothing."""
    report = folder / "report.json"
    command = [sys.executable, "-c", CHILD, server.base_url, KEY, str(count), str(report)]
    done = subprocess.run(
        command, cwd=folder, env=dict(os.environ), capture_output=True, text=True, timeout=100
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def test_a_process_with_the_provider_is_silent_and_reaches_only_the_server(
    tmp_path: Path, provider_server: ProviderServer
) -> None:
    (tmp_path / ".env").write_text(DOTENV)
    provider_server.script(
        answer("fine"),
        error(401, f"Incorrect API key provided: {KEY}"),
        error(500, "boom"),
        Reply(status=502, body=b"<html>" + b"x" * 5000),
        Reply([Text("so far"), Disconnect(reset=True)], chunked=True),
        Reply([Text("so far")]),
        Reply([Text("so far"), Raw(b"data: {oops\n\n")]),
        Reply([Text("so far"), Finish("a reason of its own")]),
        Reply([Text("leave"), Hang()]),
        answer("fine"),
    )
    found = run_child(tmp_path, provider_server, 10)
    assert found["ends"] == [
        "whole",
        "authentication",
        "server",
        "server",
        "truncated",
        "whole",
        "protocol",
        "whole",
        "left",
        "whole",
    ]
    assert len(provider_server.requests) == 10

    # The import
    assert not found["early"]
    assert found["reached_by_import"] == []
    assert "OPENAI_API_BASE" not in found["added"]
    assert "OPENAI_API_KEY" not in found["added"]

    # The logs: none of LiteLLM's, and the key in nobody's
    assert [record for record in found["records"] if record[0].startswith("LiteLLM")] == []
    assert [record for record in found["records"] if KEY in record[2]] == []

    # The collector, which would stall the interface, is held off only while importing
    assert found["collecting"]
    assert found["frozen"] > 0
