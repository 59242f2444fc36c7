"""Servers that do what no server should."""

import asyncio
import time
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from tests.mcp_servers.running import program, running, state, use
from tyler_tui.errors import ToolError
from tyler_tui.mcp_settings import McpServerSettings
from tyler_tui.tools.mcp import ServerState


async def test_one_that_never_answers_is_given_up(tmp_path: Path) -> None:
    silent = program("raw", "silent", connect_timeout=0.5)
    async with running(tmp_path, raw=silent) as servers:
        status = servers.server("raw").status
    assert (status.state, status.reason) == (ServerState.FAILED, "It did not answer within 0.5 s")
    assert "connect_timeout" in status.hint


async def test_one_that_leaves_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    async with running(tmp_path, raw=program("raw", "leaves")) as servers:
        status = servers.server("raw").status
    assert status.state is ServerState.FAILED
    assert status.reason == "it ended with exit code 7: no licence"


async def test_one_whose_variable_is_not_set_is_told_with_its_name(tmp_path: Path) -> None:
    settings = program("good", env={"A": "${NO_SUCH_VARIABLE_HERE}"})
    async with running(tmp_path, good=settings) as servers:
        status = servers.server("good").status
    assert status.reason == "NO_SUCH_VARIABLE_HERE is not set in the environment"
    assert "Set NO_SUCH_VARIABLE_HERE" in status.hint


async def test_lines_that_are_no_messages_do_no_harm(tmp_path: Path) -> None:
    async with running(tmp_path, raw=program("raw", "garbage")) as servers:
        assert await use(servers, "raw-echo") == "echo"


async def test_text_that_was_cut_in_mid_letter_is_no_reason_to_wait_for_ever(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, raw=program("raw", "half", call_timeout=20)) as servers:
        assert await use(servers, "raw-echo") == "half of one: \ufffd, no letter: \ufffd"


async def test_hostile_names_become_names_that_providers_take(tmp_path: Path) -> None:
    async with running(tmp_path, raw=program("raw", "hostile")) as servers:
        [tool] = servers.tools
        assert tool.name.startswith("raw-e_31mcho_evil_x")
        assert len(tool.name) == 64
        assert "\x1b" not in tool.description
        assert "\x07" not in tool.description
        assert await use(servers, tool.name)  # what is shown of it is cleaned where it is shown


async def test_of_two_tools_of_one_name_there_is_one(tmp_path: Path) -> None:
    async with running(tmp_path, raw=program("raw", "double")) as servers:
        assert [tool.name for tool in servers.tools] == ["raw-echo"]
        assert servers.server("raw").status.left_out == ("echo: there is another of that name",)


async def test_a_tool_with_a_bad_schema_is_left_out(tmp_path: Path) -> None:
    async with running(tmp_path, raw=program("raw", "bad-schema")) as servers:
        assert [tool.name for tool in servers.tools] == ["raw-echo"]
        [left_out] = servers.server("raw").status.left_out
    assert left_out == "bad: its schema is not valid at properties/a/type"


async def test_a_list_that_is_none_is_told(tmp_path: Path) -> None:
    async with running(tmp_path, raw=program("raw", "no-schema")) as servers:
        status = servers.server("raw").status
    assert status.state is ServerState.FAILED
    assert "not valid: tools.0.inputSchema" in status.reason


async def test_an_answer_that_is_none_is_the_calls_failure(tmp_path: Path) -> None:
    async with running(tmp_path, raw=program("raw", "no-result")) as servers:
        with pytest.raises(ToolError, match="not valid: content"):
            await use(servers, "raw-echo")
        assert state(servers, "raw") is ServerState.READY


async def test_one_that_sends_without_end_is_cut_off(tmp_path: Path) -> None:
    async with running(tmp_path, pauses_s=(), raw=program("raw", "too-long")) as servers:
        with pytest.raises(ToolError, match="more than 16 MB"):
            await use(servers, "raw-echo")


async def test_a_cancel_waits_for_no_server(tmp_path: Path) -> None:
    async with running(tmp_path, raw=program("raw", "deaf")) as servers:
        call = asyncio.create_task(use(servers, "raw-echo"))
        await asyncio.sleep(0.05)
        began = time.monotonic()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert time.monotonic() - began < 2


async def test_one_that_fails_is_no_hindrance_to_another(tmp_path: Path) -> None:
    missing = McpServerSettings(command="no-such-program")
    off = program("good", enabled=False)
    well = program("raw", "well")
    async with running(tmp_path, missing=missing, off=off, raw=well) as servers:
        assert [one.state.value for one in servers.statuses] == ["failed", "off", "ready"]
        assert await use(servers, "raw-echo") == "echo"
