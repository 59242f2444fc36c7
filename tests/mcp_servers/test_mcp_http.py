"""Servers that have an address: streamable HTTP on loopback."""

import asyncio
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from tests.mcp_servers.programs.good import make
from tests.mcp_servers.running import program, running, state, until, use
from tests.serving import served
from tyler_tui.errors import ToolError
from tyler_tui.mcp_settings import McpServerSettings
from tyler_tui.tools.mcp import ServerState

Send = Callable[[Any], Awaitable[None]]


class Guarded:
    """An application that wants a token, and notes what it was sent."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.tokens: set[bytes] = set()

    async def __call__(self, scope: Any, receive: Any, send: Send) -> None:
        if scope["type"] == "http":
            self.tokens.add(dict(scope["headers"]).get(b"authorization", b""))
        await self._app(scope, receive, send)


@pytest.mark.parametrize("stateless", [False, True])
async def test_a_server_at_an_address_is_used_with_its_headers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stateless: bool
) -> None:
    monkeypatch.setenv("A_TOKEN", "secret")
    app = Guarded(make().streamable_http_app(stateless_http=stateless))
    async with served(app) as address:
        settings = McpServerSettings(
            url=f"http://{address}/mcp", headers={"Authorization": "Bearer ${A_TOKEN}"}
        )
        async with running(tmp_path, far=settings) as servers:
            told: list[tuple[float | None, float | None, str]] = []
            assert await use(servers, "far-add", a=20, b=22) == "42"
            assert await use(servers, "far-slow", steps=2, told=told) == "done"
            assert [one[2] for one in told] == ["step 1", "step 2"]
    assert app.tokens == {b"Bearer secret"}


async def test_a_cancel_reaches_a_server_at_an_address(tmp_path: Path) -> None:
    file = tmp_path / "state"
    async with served(make().streamable_http_app()) as address:
        settings = McpServerSettings(url=f"http://{address}/mcp")
        async with running(tmp_path, far=settings) as servers:
            call = asyncio.create_task(use(servers, "far-wait", path=str(file)))
            await until(lambda: file.exists() and file.read_text() == "waiting")
            call.cancel()
            await until(lambda: file.read_text() == "cancelled")


async def test_tools_that_come_later_are_there(tmp_path: Path) -> None:
    async with served(make().streamable_http_app()) as address:
        settings = McpServerSettings(url=f"http://{address}/mcp")
        async with running(tmp_path, far=settings) as servers:
            before = servers.server("far").status.tools
            await use(servers, "far-grow")
            await until(lambda: servers.server("far").status.tools == before + 1, servers)


async def test_nobody_at_the_address_is_told(tmp_path: Path) -> None:
    async with served(make().streamable_http_app()) as address:
        pass
    settings = McpServerSettings(url=f"http://{address}/mcp")
    async with running(tmp_path, far=settings) as servers:
        status = servers.server("far").status
    assert status.state is ServerState.FAILED
    assert status.reason.startswith("It cannot be reached")
    assert "Is it running" in status.hint


@pytest.mark.parametrize(
    ("status", "said"), [(401, "refuses us (HTTP 401)"), (404, "HTTP 404"), (500, "HTTP 500")]
)
async def test_a_status_of_http_is_told(tmp_path: Path, status: int, said: str) -> None:
    async def app(scope: Any, receive: Any, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with served(app) as address:
        settings = McpServerSettings(url=f"http://{address}/mcp")
        async with running(tmp_path, far=settings) as servers:
            status_told = servers.server("far").status
    assert said in status_told.reason
    assert ("token" in status_told.hint) is (status == 401)


async def test_a_secret_stands_in_no_error_and_the_end_of_its_line_in_no_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_TOKEN", "marked-0123456789\r\n")
    app = Guarded(make().streamable_http_app())
    async with served(app) as address:
        good = McpServerSettings(
            url=f"http://{address}/mcp", headers={"Authorization": "Bearer ${A_TOKEN}"}
        )
        bad = McpServerSettings(url="http://127.0.0.1:${A_TOKEN}/")
        worse = McpServerSettings(url=good.url, headers={"X": "${A_TOKEN} and more"})
        async with running(tmp_path, good=good, bad=bad, worse=worse) as servers:
            assert state(servers, "good") is ServerState.READY
            told = " ".join(status.reason + status.hint for status in servers.statuses)
    assert b"Bearer marked-0123456789" in app.tokens
    assert "${A_TOKEN}" in told
    assert "marked" not in told


async def test_what_speaks_no_mcp_is_told(tmp_path: Path) -> None:
    async def other(scope: Any, receive: Any, send: Send) -> None:
        headers = [(b"content-type", b"text/html")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"<h1>Hello</h1>"})

    async with served(other) as address:
        settings = McpServerSettings(url=f"http://{address}/", connect_timeout=5)
        async with running(tmp_path, far=settings) as servers:
            status = servers.server("far").status
    assert status.state is ServerState.FAILED
    assert "Unexpected content type: text/html" in status.reason


async def test_a_server_that_goes_away_is_told_of(tmp_path: Path) -> None:
    good = program("good", "http")
    process = await asyncio.create_subprocess_exec(
        str(good.command), *good.args, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    settings = McpServerSettings(url=f"http://127.0.0.1:{port}/mcp", connect_timeout=5)
    try:
        async with running(tmp_path, pauses_s=(0.01,), far=settings) as servers:
            assert await use(servers, "far-add", a=1, b=1) == "2"
            process.kill()
            await process.wait()
            with pytest.raises(ToolError, match=r"The MCP server far is not connected|is gone"):
                await use(servers, "far-add", a=1, b=1)
            await until(lambda: state(servers, "far") is ServerState.FAILED, servers)
            assert servers.server("far").status.hint
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        process._transport.close()  # type: ignore[attr-defined]
