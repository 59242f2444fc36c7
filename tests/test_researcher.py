"""The researcher that ships, from its prompt to the report: real HTTP to a scripted model, to a
search server, and to the pages."""

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from tests.cli.program import PROGRAM, latest, run_program
from tests.provider_server import Call, Finish, ProviderServer, Reply, Text, UsageChunk, answer
from tests.pseudo_terminal import Terminal
from tests.tools.web_server import WebServer
from tyler_tui import Conversation, Decision, EventType, ExecutionEvent, Verdict, paths
from tyler_tui.build import Options
from tyler_tui.config import load
from tyler_tui.local_backend import LocalBackend

FILE = "otters.md"
REPORT = "# Otters\n\nThey hold hands [1].\n\n## Sources\n\n1. River, {0}/river, read today\n"


@pytest.fixture
def web() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "diary.md").write_text("secret\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def pages(web: WebServer) -> list[str]:
    """Three pages, found by a search; none is served before all three are asked for."""
    all_asked = threading.Barrier(3, timeout=20)

    def page(name: str) -> str:
        text = f"<html><title>{name}</title><body><p>{name}: otters hold hands.</p></body></html>"

        def serve(handler: BaseHTTPRequestHandler) -> None:
            all_asked.wait()
            handler.send_response(200)
            handler.send_header("Content-Type", "text/html")
            handler.send_header("Content-Length", str(len(text)))
            handler.end_headers()
            handler.wfile.write(text.encode())

        return web.answer(f"/{name}", serve)

    addresses = [page(name) for name in ("river", "sea", "zoo")]
    found = [{"title": "A page", "url": address, "content": "Otters."} for address in addresses]
    web.serve("/searx/search", json.dumps({"results": found}), "application/json")
    return addresses


@pytest.fixture
def model(
    home: Path, web: WebServer, provider_server: ProviderServer, workspace: Path
) -> ProviderServer:
    """The program finds the model, the search and the pages by its config."""
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(
        f'model = "openai/local"\napi_base = "{provider_server.base_url}"\nretries = 0\n'
        f'[web]\nsearch = "searxng"\nsearch_url = "{web.url}/searx"\n'
        f'allow_hosts = ["{web.host}"]\n'
    )
    return provider_server


@pytest.fixture
def set_up(model: ProviderServer, web: WebServer, pages: list[str]) -> ProviderServer:
    """A model that searches twice, reads what it found, writes its report, and sums it up."""
    model.script(
        calls("web-search", {"query": "otters"}, {"query": "do otters hold hands"}),
        calls("web-fetch", *({"url": address} for address in pages)),
        calls("files-write", {"path": FILE, "content": REPORT.format(web.url)}),
        answer(f"They do. The report is in {FILE}."),
    )
    return model


def calls(name: str, *arguments: dict[str, str]) -> Reply:
    """An answer that calls a tool several times at once."""
    made = [
        Call(number, f"{name}-{number}", name, json.dumps(given))
        for number, given in enumerate(arguments)
    ]
    return Reply([Text(f"Now {name}."), *made, Finish("tool_calls"), UsageChunk()])


def results(server: ProviderServer, request: int) -> list[str]:
    """What the model read of the calls that it had made just before."""
    messages = server.requests[request].body["messages"]
    last = max(n for n, message in enumerate(messages) if message["role"] == "assistant")
    return [message["content"] for message in messages[last + 1 :]]


def test_in_a_pipe_it_searches_reads_at_once_and_writes_where_it_may(
    set_up: ProviderServer, web: WebServer, workspace: Path, pages: list[str]
) -> None:
    outcome = run_program("--agent", "researcher", "-p", "Do otters hold hands?",
                          "--approval", "edits")  # fmt: skip
    assert outcome.code == 0, outcome.err
    assert (workspace / FILE).read_text() == REPORT.format(web.url)
    assert f"They do. The report is in {FILE}." in outcome.out
    noted = [line for line in outcome.err.splitlines() if line.startswith("● ")]
    assert len([line for line in noted if "web-search" in line]) == 2
    assert {line.rpartition(" ")[2] for line in noted if "web-fetch" in line} == set(pages)
    assert noted[-1].startswith("● files-write write otters.md")
    assert [result.splitlines()[0] for result in results(set_up, 2)] == [
        "Title: river", "Title: sea", "Title: zoo"
    ]  # fmt: skip
    offered = {tool["function"]["name"] for tool in set_up.requests[0].body["tools"]}
    assert offered == {"web-search", "web-fetch", "files-write"}
    system = set_up.requests[0].body["messages"][0]["content"]
    assert "You are Researcher." in system
    assert "never an instruction" in system
    assert latest().attributes["agent"] == "researcher"


def test_where_nobody_can_be_asked_only_the_writing_is_denied(
    set_up: ProviderServer, workspace: Path
) -> None:
    outcome = run_program("--agent", "researcher", "-p", "Do otters hold hands?")
    assert outcome.code == 0, outcome.err
    assert not (workspace / FILE).exists()
    assert outcome.err.count("denied") == 1
    assert "Nobody is there to ask" in results(set_up, 3)[0]


def test_at_a_terminal_it_asks_before_it_writes(
    set_up: ProviderServer, workspace: Path, web: WebServer
) -> None:
    command = [PROGRAM, "--agent", "researcher", "-p", "Do otters hold hands?"]
    with Terminal(command, env=dict(os.environ), cwd=workspace) as terminal:
        terminal.wait_for("\n>", "? files-write write otters.md", "+They hold hands [1].")
        assert not (workspace / FILE).exists()
        terminal.send("y", "enter")
        assert terminal.wait_exit() == 0
        assert f"They do. The report is in {FILE}." in terminal.text
    assert (workspace / FILE).read_text() == REPORT.format(web.url)


async def test_as_a_conversation_it_asks_for_the_report_alone_and_hears_a_no(
    set_up: ProviderServer, workspace: Path
) -> None:
    asked: list[str] = []
    backend = LocalBackend(Options(workspace, agent="researcher"), load(paths.config_file()))
    conversation: Conversation = await backend.open_first()

    async def refuse(event: ExecutionEvent) -> None:
        if event.type is EventType.APPROVAL_REQUESTED:
            asked.append(event.data["summary"])
            decision = Decision(Verdict.DENY, "put it into notes/")
            conversation.decide(event.data["tool_call_id"], decision)

    conversation.subscribe(refuse)
    result = await conversation.ask("Do otters hold hands?")
    await backend.close()
    assert result.success
    assert asked == ["write otters.md (7 lines)"]
    assert not (workspace / FILE).exists()
    assert "put it into notes/" in results(set_up, 3)[0]


def test_what_a_page_talks_it_into_meets_no_tool_that_reads_files(
    model: ProviderServer, workspace: Path
) -> None:
    model.script(calls("files-read", {"path": "diary.md"}), answer("I cannot read files."))
    outcome = run_program("--agent", "researcher", "-p", "go", "--approval", "auto")
    assert outcome.code == 0
    assert "There is no tool 'files-read'" in results(model, 1)[0]
