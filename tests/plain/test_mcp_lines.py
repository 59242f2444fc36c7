"""MCP servers in line mode and in print mode."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from tests.cli.program import Run
from tests.mcp_servers.running import PROGRAMS
from tests.provider_server import Call, Finish, ProviderServer, Reply, answer


@pytest.fixture
def served(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, home: Path
) -> ProviderServer:
    """A model on loopback; the config has one good server, and one that is not there."""
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    home.mkdir()
    (home / "config.toml").write_text(
        f"[mcp.servers.calc]\ncommand = {json.dumps(sys.executable)}\n"
        f"args = {json.dumps([str(PROGRAMS / 'good.py')])}\n"
        '[mcp.servers.gone]\ncommand = "no-such-program"\n'
    )
    return provider_server


def _adds(served: ProviderServer) -> None:
    arguments = json.dumps({"a": 20, "b": 22})
    served.script(
        Reply([Call(0, "c1", "calc-add", arguments), Finish("tool_calls")]), answer("It is 42.")
    )


def test_the_one_prompt_of_print_mode_has_the_tools(cli: Run, served: ProviderServer) -> None:
    _adds(served)
    outcome = cli("-m", "openai/any", "-y", "-p", "add")
    assert (outcome.code, outcome.out) == (0, "It is 42.\n")
    assert "MCP server gone: There is no program 'no-such-program'.\n→ Install" in outcome.err
    assert served.requests[-1].body["messages"][-1]["content"] == "42"


def test_in_print_mode_nobody_can_be_asked_so_a_tool_of_a_server_is_denied(
    cli: Run, served: ProviderServer
) -> None:
    _adds(served)
    assert cli("-m", "openai/any", "-p", "add").code == 0
    assert "42" not in served.requests[-1].body["messages"][-1]["content"]


def test_rules_are_about_them_by_name(cli: Run, served: ProviderServer, home: Path) -> None:
    for effect in ("allow", "deny"):
        _adds(served)
        with (home / "config.toml").open("a") as config:
            config.write(f'[[rules]]\n{effect} = ["calc-*"]\n')
        yes = ["-y"] if effect == "deny" else []
        assert cli("-m", "openai/any", *yes, "-p", "add").code == 0
        result = served.requests[-1].body["messages"][-1]["content"]
        assert (result == "42") is (effect == "allow")
        assert ("A rule of the user denies" in result) is (effect == "deny")


def test_tools_can_be_chosen_by_pattern_or_left_out(cli: Run, served: ProviderServer) -> None:
    served.fallback = answer("Hello.")
    names = []
    for options in (["--tools", "calc-a*"], ["--no-tools"], ["--tools", "files-read"]):
        assert cli("-m", "openai/any", *options, "-p", "hello").code == 0
        tools = served.requests[-1].body.get("tools", [])
        names.append([tool["function"]["name"] for tool in tools])
    assert names == [["calc-add"], [], ["files-read"]]
    assert "There is no tool" in cli("-m", "openai/any", "--tools", "clac-*", "-p", "x").err


def test_line_mode_tells_of_servers_and_has_their_prompts_and_resources(
    cli: Run, served: ProviderServer
) -> None:
    served.fallback = answer("Read.")
    lines = "/mcp\n/calc:review main.py\nwhat is in @calc:memo://today\n/calc:revue\n"
    outcome = cli("--plain", "-m", "openai/any", stdin=lines)
    assert "MCP server calc: 9 tools." in outcome.out
    assert "MCP server gone: failed: There is no program 'no-such-program'." in outcome.out
    assert "tools: calc-add, calc-environment" in outcome.out
    assert "Did you mean `review`?" in outcome.out + outcome.err
    prompts = [request.body["messages"][-1]["content"] for request in served.requests]
    assert prompts[0] == "Review main.py for faults."
    assert "buy milk" in json.dumps(prompts[1])


def test_what_a_server_asks_is_not_answered_in_print_mode(
    cli: Run, served: ProviderServer, home: Path
) -> None:
    with (home / "config.toml").open("a") as config:
        config.write(
            f"[mcp.servers.far]\ncommand = {json.dumps(sys.executable)}\n"
            f"args = {json.dumps([str(PROGRAMS / 'asking.py')])}\n"
        )
    served.script(Reply([Call(0, "c1", "far-greet", "{}"), Finish("tool_calls")]), answer("Hm."))
    outcome = cli("-m", "openai/any", "-y", "-p", "greet me")
    assert (outcome.code, outcome.out) == (0, "Hm.\n")
    assert "? far-greet asks: Who are ␛[2Jyou?\n  not answered" in outcome.err
    assert served.requests[-1].body["messages"][-1]["content"] == "decline: None"
