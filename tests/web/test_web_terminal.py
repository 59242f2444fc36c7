"""The TUI behind a WebSocket, as the page of a browser has it."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.cli.program import start_program
from tests.provider_server import CLOSED_WITHIN_S, Hang, ProviderServer, Reply, Text, answer
from tests.tools.commands import is_alive
from tests.web.clients import WAIT_S, Address, Serving, listening
from tests.web.conftest import Serve
from tyler_tui import ThreadStore, paths

CTRL_C, CTRL_Q = "\x03", "\x11"
PROC = Path("/proc/self/task")
needs_proc = pytest.mark.skipif(not PROC.exists(), reason="looks processes up in /proc")


def children_of(pid: int) -> set[int]:
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return {int(child) for text in lists for child in text.read_text("ascii").split()}


async def ended(pid: int) -> None:
    deadline = time.monotonic() + WAIT_S
    while is_alive(pid):
        assert time.monotonic() < deadline, "it still runs"
        await asyncio.sleep(0.02)


async def kept(served: Serving, name: str) -> list[tuple[str, str]]:
    summary = await served.store.find(name)
    thread = await served.store.get_thread(summary.id)
    return [(message.content, message.status.value) for message in thread.messages]


async def test_a_prompt_is_typed_and_answered_in_a_session_by_name(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(answer("A **fine** answer."))
    async with served.terminal("a/b ü?") as terminal:
        await terminal.shows("openai/local-model")
        await terminal.shows("Ask anything")
        await terminal.type("hello\r")
        await terminal.shows("A fine answer.")
        await terminal.resize(70, 20)
        await terminal.shows("hello")
    # Who reloads the page finds all that was there before.
    async with served.terminal("a/b ü?") as terminal:
        await terminal.shows("A fine answer.")
    assert await kept(served, "a/b ü?") == [
        ("hello", "complete"),
        ("A **fine** answer.", "complete"),
    ]


@needs_proc
async def test_closing_the_page_stops_the_answer_keeps_it_and_ends_the_program(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("As far as this"), Hang()]))
    before = children_of(os.getpid())
    async with served.terminal("left") as terminal:
        await terminal.shows("Ask anything")
        (pid,) = children_of(os.getpid()) - before
        await terminal.type("Go on\r")
        await terminal.shows("As far as this")
    await provider_server.requests[0].wait_closed()
    await ended(pid)
    assert await kept(served, "left") == [("Go on", "complete"), ("As far as this", "cancelled")]


async def test_a_stop_in_the_page_reaches_the_provider_at_once(
    served: Serving, provider_server: ProviderServer
) -> None:
    provider_server.script(Reply([Text("As far as this"), Hang()]))
    async with served.terminal() as terminal:
        await terminal.shows("Ask anything")
        await terminal.type("Go on\r")
        await terminal.shows("As far as this")
        began = time.monotonic()
        await terminal.type(CTRL_C)
        assert await provider_server.requests[0].wait_closed() - began < CLOSED_WITHIN_S
        await terminal.shows("ready")


async def test_leaving_the_program_closes_the_connection(served: Serving) -> None:
    async with served.terminal() as terminal:
        await terminal.shows("Ask anything")
        await terminal.type(CTRL_Q)
        assert await terminal.closed() == 1000
        assert "To go on with" not in terminal.text  # what belongs on a terminal's own screen


async def test_a_program_that_cannot_start_says_why(serve: Serve) -> None:
    command = (*(sys.executable, "-m", "tyler_tui"), "--approval=maybe")
    served = await serve(terminal=command)
    async with served.terminal() as terminal:
        await terminal.shows("approval cannot be 'maybe'")
        assert await terminal.closed() == 1000


async def test_there_is_an_end_to_how_many_run(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tyler_tui.web.terminal.MOST_TERMINALS", 1)
    served = await serve()
    async with served.terminal() as first:
        await first.shows("Ask anything")
        async with served.terminal() as second:
            await second.shows("1 chats run already")
            assert await second.closed() == 1013


async def test_what_a_page_says_that_makes_no_sense_does_no_harm(
    served: Serving,
) -> None:
    async with served.terminal(size="?width=0&height=99999") as terminal:
        nonsense = ["", "[]", "{}", "[1]", '["resize"]', '["resize", {"width": "x", "height": -1}]',
                    '["stdin", 3]', '["dance"]', "[" * 50_000, '["stdin", "\\ud800"]']  # fmt: skip
        for text in nonsense:
            await terminal.connection.send(text)
        await terminal.shows("Ask anything")


async def test_a_page_of_another_origin_gets_no_terminal(serve: Serve) -> None:
    served = await serve(token="a-token-of-the-tests")
    path = "/ws/terminal/"
    assert await served.status_of_socket(path) == 401
    bearer = {"Authorization": "Bearer a-token-of-the-tests"}
    foreign = bearer | {"Origin": "http://evil.example"}
    assert await served.status_of_socket(path, additional_headers=foreign) == 403
    assert (await served.get("/")).status_code == 401
    assert (await served.get("/static/js/textual.js")).status_code == 401


@needs_proc
async def test_a_server_that_ends_or_dies_leaves_no_program_behind(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    for name, number in (("ended", signal.SIGINT), ("killed", signal.SIGKILL)):
        provider_server.script(Reply([Text("As far as this"), Hang()]))
        with start_program("serve", "-m", "openai/local-model", "--port", "0") as child:
            port, _ = await asyncio.to_thread(listening, child)
            async with Address(port).terminal(name) as terminal:
                await terminal.shows("Ask anything")
                (pid,) = children_of(child.process.pid)
                await terminal.type("Go on\r")
                await terminal.shows("As far as this")
                child.process.send_signal(number)
                await asyncio.to_thread(child.end)
        await ended(pid)
        async with await ThreadStore.create(paths.database_file()) as store:
            thread = await store.get_thread((await store.find(name)).id)
        assert thread.messages[-1].content == "As far as this"
        assert thread.messages[-1].status in ("cancelled", "interrupted")
