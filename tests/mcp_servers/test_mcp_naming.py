"""What the tools of servers are called, and which of their schemas go on."""

import re
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tyler_tui.errors import ConfigError
from tyler_tui.mcp_names import tool_name
from tyler_tui.mcp_settings import FAMILIES, McpServerSettings, is_reference, problem_of, resolved
from tyler_tui.tools import TOOLS
from tyler_tui.tools.mcp import McpServers
from tyler_tui.tools.mcp.schema import problem_with

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def test_a_plain_name_stays_as_it_is() -> None:
    assert tool_name("github", "search-code_2") == "github-search-code_2"


@given(st.lists(st.tuples(st.sampled_from(["a", "a-b"]), st.text(max_size=90)), max_size=30))
def test_every_name_is_accepted_by_providers_and_there_once(names: list[tuple[str, str]]) -> None:
    taken: list[str] = []
    for server, tool in names:
        taken.append(tool_name(server, tool, taken))
    assert all(NAME.fullmatch(name) for name in taken)
    assert len(set(taken)) == len(taken)


def test_what_differs_in_what_is_lost_differs_in_name() -> None:
    assert len({tool_name("s", tool) for tool in ("a b", "a/b", "a_b", "a" * 80, "a" * 81)}) == 5


def test_the_families_of_our_own_tools_are_known() -> None:
    assert {tool.name.partition("-")[0] for tool in TOOLS} == set(FAMILIES)


@pytest.mark.parametrize(
    ("name", "fields", "problem"),
    [
        ("files", {"command": "x"}, "starts like the program's own files tools"),
        ("web-2", {"command": "x"}, "starts like the program's own web tools"),
        ("a b", {"command": "x"}, "cannot be called that"),
        ("a", {}, "needs a command or a url"),
        ("a", {"command": "x", "url": "http://x"}, "needs a command or a url"),
        ("a", {"url": "ftp://x"}, "not http:// or https://"),
    ],
)
def test_what_is_no_server_is_said(name: str, fields: dict[str, Any], problem: str) -> None:
    found = problem_of(name, McpServerSettings(**fields))
    assert found is not None
    assert problem in found[0]


def test_references_are_followed_once() -> None:
    environ = {"A": "${B}", "B": "b"}
    assert resolved("x ${A} $B ${", environ) == "x ${B} $B ${"
    with pytest.raises(ConfigError, match="C is not set"):
        resolved("${C}", environ)
    assert is_reference("Bearer ${A}")
    assert not is_reference("Bearer abc")


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({"type": "object"}, ""),
        ({"type": "object", "properties": {"a": True, "b": {"anyOf": [True, {}]}}}, ""),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/x"}}}, ""),
        ({}, "not of the type object"),
        ({"type": "array"}, "not of the type object"),
        ({"type": "object", "properties": []}, "are no table"),
        ({"type": "object", "required": "a"}, "not valid at required"),
        ({"type": "object", "description": "x" * 200_000}, "too long"),
    ],
)
def test_a_schema_that_no_provider_takes_is_found(schema: dict[str, Any], problem: str) -> None:
    pytest.importorskip("jsonschema")
    assert problem in problem_with(schema)
    assert bool(problem) == bool(problem_with(schema))


def test_a_schema_that_is_nested_too_deeply_is_found() -> None:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(100):
        schema = {"type": "object", "properties": {"a": schema}}
    assert "too deeply" in problem_with(schema)


async def test_a_missing_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.delitem(sys.modules, "tyler_tui.tools.mcp.connection", raising=False)
    servers = McpServers({"any": McpServerSettings(command="any")})
    async with servers:
        [status] = servers.statuses
    assert status.reason == "The package for MCP is not installed"
    assert 'pip install "tyler-tui[mcp]"' in status.hint
