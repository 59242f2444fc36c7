"""Servers that are programs, written with the SDK: connected, called, cancelled, lost."""

import asyncio
import logging
import os
from pathlib import Path

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from tests.mcp_servers.running import descendants, is_alive, program, running, state, until, use
from tyler_tui.errors import ConfigError, McpError, ToolError
from tyler_tui.tools.mcp import ServerState, mcp_tools


async def test_the_tools_of_a_server_are_called_like_any_other(tmp_path: Path) -> None:
    async with running(tmp_path, calc=program("good")) as servers:
        status = servers.server("calc").status
        assert (status.state, status.resources, status.prompts) == (ServerState.READY, 1, 1)
        tool = next(tool for tool in servers.tools if tool.name == "calc-add")
        assert tool.description == "Add two numbers."
        assert tool.parameters["required"] == ["a", "b"]
        assert await use(servers, "calc-add", a=2, b=40) == "42"


async def test_what_a_server_says_of_its_tools_does_not_spare_the_question(tmp_path: Path) -> None:
    trusted = program("good", trust_hints=True)
    async with running(tmp_path, one=program("good"), two=trusted) as servers:
        risks = {tool.name: tool.risk for tool in servers.tools}
    assert risks["one-environment"] == "other"
    assert (risks["two-environment"], risks["two-add"]) == ("read", "other")


async def test_a_server_gets_no_variables_but_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
    monkeypatch.setenv("SOME_TOKEN", "token")
    settings = program("good", env={"TOKEN": "${SOME_TOKEN}"})
    async with running(tmp_path, good=settings) as servers:
        names = (await use(servers, "good-environment")).split()
    assert {"TOKEN", "PATH", "HOME"} <= set(names)
    assert not {"OPENAI_API_KEY", "SOME_TOKEN"} & set(names)


async def test_a_server_may_say_its_token_and_nobody_hears_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "tyler_tui")
    monkeypatch.setattr(logging.getLogger("tyler_tui"), "propagate", True)  # a command ends that
    monkeypatch.setenv("MY_VARIABLE", "marked-0123456789")
    settings = program("confessing", env={"OWN_TOKEN": "${MY_VARIABLE}"})
    heard: list[str] = []
    async with running(tmp_path, far=settings) as servers:
        server = servers.server("far")
        assert await use(servers, "far-confess", how="plainly") == "it is ***, yes ***"
        with pytest.raises(ToolError) as failed:
            await use(servers, "far-confess", how="failing")
        heard.append(str(failed.value))
        told: list[tuple[float | None, float | None, str]] = []
        await use(servers, "far-confess", how="working", told=told)
        assert [one[2] for one in told] == ["with ***"]
        assert await server.read("memo://token") == ("***", [])
        assert await server.prompt("ask", {}) == ("Use ***.", [])
        with pytest.raises(ToolError) as failed:
            await use(servers, "far-confess", how="dying")
        heard.append(str(failed.value))
        await until(lambda: state(servers, "far") is not ServerState.READY, servers)
        heard += [server.status.reason, server.status.hint]
        await until(lambda: any("starting with" in line for line in caplog.messages))
    heard += caplog.messages
    assert any("*** is not known" in text for text in heard)
    assert any("*** has expired" in text for text in heard)
    assert any("starting with ***" in text for text in heard)
    assert not any("marked" in text for text in heard)


async def test_a_failure_is_told_as_one(tmp_path: Path) -> None:
    async with running(tmp_path, good=program("good")) as servers:
        with pytest.raises(ToolError, match="the disk is full"):
            await use(servers, "good-fail")
        with pytest.raises(ToolError, match="`b` is missing"):
            await use(servers, "good-add", a=1)


async def test_progress_is_passed_on(tmp_path: Path) -> None:
    told: list[tuple[float | None, float | None, str]] = []
    async with running(tmp_path, good=program("good")) as servers:
        assert await use(servers, "good-slow", steps=3, told=told) == "done"
    assert told == [(1, 3, "step 1"), (2, 3, "step 2"), (3, 3, "step 3")]


async def test_a_cancel_reaches_the_server(tmp_path: Path) -> None:
    file = tmp_path / "state"
    async with running(tmp_path, good=program("good")) as servers:
        call = asyncio.create_task(use(servers, "good-wait", path=str(file)))
        await until(lambda: file.exists() and file.read_text() == "waiting")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await until(lambda: file.read_text() == "cancelled")
        assert await use(servers, "good-add", a=1, b=1) == "2"


async def test_a_call_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    file = tmp_path / "state"
    async with running(tmp_path, good=program("good", call_timeout=3)) as servers:
        with pytest.raises(ToolError, match="longer than 3 s"):
            await use(servers, "good-wait", path=str(file))
        await until(lambda: file.exists() and file.read_text() == "cancelled")


async def test_tools_that_come_later_are_there(tmp_path: Path) -> None:
    async with running(tmp_path, good=program("good")) as servers:
        before = servers.server("good").status.tools
        await use(servers, "good-grow")
        await until(lambda: servers.server("good").status.tools == before + 1, servers)
        assert await use(servers, "good-grown") == "grown"


async def test_a_server_that_dies_is_told_of_and_comes_back(tmp_path: Path) -> None:
    async with running(tmp_path, good=program("good")) as servers:
        seen: list[tuple[ServerState, str]] = []
        servers.watch(lambda status: seen.append((status.state, status.reason)))
        with pytest.raises(ToolError, match="exit code 3: out of memory"):
            await use(servers, "good-die")
        await until(lambda: bool(seen) and seen[-1][0] is ServerState.READY, servers)
        assert seen[0] == (
            ServerState.CONNECTING,
            "again: it ended with exit code 3: out of memory",
        )
        assert await use(servers, "good-add", a=1, b=1) == "2"


async def test_a_server_that_dies_again_and_again_is_left_alone(tmp_path: Path) -> None:
    async with running(tmp_path, pauses_s=(0.01,), good=program("good")) as servers:
        for _ in range(2):
            with pytest.raises(ToolError, match="exit code 3"):
                await use(servers, "good-die")
        await until(lambda: state(servers, "good") is ServerState.FAILED, servers)
        assert "/mcp good" in servers.server("good").status.hint
        assert not servers.tools
        await servers.server("good").restart()
        await servers.settled()
        assert await use(servers, "good-add", a=1, b=1) == "2"


async def test_a_long_result_is_cut_and_says_so(tmp_path: Path) -> None:
    async with running(tmp_path, good=program("good")) as servers:
        result = await use(servers, "good-huge", characters=3_000_000)
    assert len(result) < 201_000
    assert result.endswith("2800000 more characters are left out.)")


async def test_a_resource_and_a_prompt_are_read(tmp_path: Path) -> None:
    async with running(tmp_path, good=program("good")) as servers:
        server = servers.server("good")
        assert [one.uri for one in server.offer.resources] == ["memo://today"]
        assert await server.read("memo://today") == ("buy milk", [])
        with pytest.raises(McpError, match="memo://none"):
            await server.read("memo://none")
        assert [one.name for one in server.offer.prompts[0].arguments] == ["path", "focus"]
        assert await server.prompt("review", {"path": "a.py"}) == ("Review a.py for faults.", [])


async def test_the_library_has_them_in_one_line(tmp_path: Path) -> None:
    good = program("good")
    server = {"command": good.command, "args": good.args}
    async with mcp_tools({"good": server}, tmp_path) as tools:
        assert "good-add" in {tool.name for tool in tools}
    with pytest.raises(McpError, match=r"good: There is no program 'no-such-program'\."):
        async with mcp_tools({"good": {"command": "no-such-program"}}):
            pass
    with pytest.raises(ConfigError, match="the program's own files tools"):
        async with mcp_tools({"files": server}):
            pass


async def test_an_agent_sees_tools_come_and_go(tmp_path: Path) -> None:
    from tyler_tui import Agent  # noqa: PLC0415

    async with running(tmp_path, good=program("good")) as servers:
        agent = Agent(model_name="demo", tool_sources=[servers])
        assert agent.toolbox.get("good-add") is not None
        assert len(agent.toolbox.specs) == len(servers.tools)
        await servers.close()
        assert not len(agent.toolbox)


async def test_nothing_is_left_of_a_server_that_was_closed(tmp_path: Path) -> None:
    async with running(tmp_path, raw=program("raw", "stubborn")) as servers:
        assert state(servers, "raw") is ServerState.READY
        children = descendants(os.getpid())
        assert children
    await until(lambda: not any(map(is_alive, children)))
