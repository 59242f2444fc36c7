"""What the README says of MCP."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mcp_servers.running import PROGRAMS
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer
from tyler_tui.config import load
from tyler_tui.mcp_settings import McpServerSettings

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.partition("\n### MCP\n")[2].partition("\n### ")[0]


def test_the_config_is_one(tmp_path: Path) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)
    (tmp_path / "config.toml").write_text(example)
    settings = load(tmp_path / "config.toml", {})
    notes, tracker = settings.mcp.servers.values()
    assert notes.env == {"NOTES_TOKEN": "${NOTES_TOKEN}"}
    assert tracker.call_timeout == 300
    assert settings.rules[0].deny == ["tracker-delete*"]


def test_the_time_outs_are_those_that_are_said() -> None:
    default = McpServerSettings()
    for name, seconds in (("connect", default.connect_timeout), ("call", default.call_timeout)):
        line = next(line for line in SECTION.splitlines() if line.startswith(f"{name}_timeout"))
        assert f"{seconds:g} unless you say so" in line


def test_the_program_runs_with_a_real_server(
    provider_server: ProviderServer, tmp_path: Path
) -> None:
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    [code] = re.findall(r"<!-- mcp: [^>]*-->\n```python\n(.*?)```", README, re.DOTALL)
    server = {"command": sys.executable, "args": [str(PROGRAMS / "good.py")]}
    code = re.sub(
        r"(?m)^SERVERS = .*", lambda _: f"SERVERS = {json.dumps({'notes': server})}", code
    )
    call = Call(0, "c1", "notes-add", '{"a": 1, "b": 2}')
    provider_server.script(Reply([call, Finish("tool_calls")]), answer("Three things."))
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={"OPENAI_API_BASE": provider_server.base_url, "HOME": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "Three things.\n", "")
    assert provider_server.requests[-1].body["messages"][-1]["content"] == "3"
