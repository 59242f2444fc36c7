"""Keys and the token of the server are in nothing that it sends, writes or lets others see."""

import asyncio
import json
import os
import secrets
import signal
from pathlib import Path

import httpx
import pytest
from websockets.asyncio.client import connect

from tests.cli.program import run_program, start_program
from tests.provider_server import Call, Finish, ProviderServer, Reply, UsageChunk, answer, error
from tests.web.clients import Address, Client, Stream, Terminal, listening

PRINT_ALL = "env; for f in environ cmdline; do tr '\\0' '\\n' < /proc/$PPID/$f; done; cat .env"
"""What a command can learn of the program that runs it."""


def calls_it(server: ProviderServer, canaries: dict[str, str]) -> None:
    """The answers to a prompt that has everything printed, and to one that the provider refuses
    with all that it was sent, and more."""
    command = json.dumps({"command": PRINT_ALL})
    server.script(
        Reply([Call(0, "c", "command_line-run", command), Finish("tool_calls"), UsageChunk()]),
        answer("I saw it all."),
        error(401, "You sent " + " ".join(canaries.values())),
    )


@pytest.mark.parametrize("way", ["variable", "flag"])
async def test_no_key_and_no_token_is_in_what_a_server_sends_or_writes(
    provider_server: ProviderServer,
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
) -> None:
    token = secrets.token_urlsafe(24)
    canaries = {
        "OPENAI_API_KEY": f"sk-{secrets.token_hex(20)}",
        "MY_API_TOKEN": "marked 0123456789",
    }
    for name, value in canaries.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OPENAI_API_BASE", provider_server.base_url)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    everything = {**canaries, "TYLER_CHAT_TOKEN": token}
    (workspace / ".env").write_text("\n".join(everything.values()), "utf-8")
    flags = ["--token", token] if way == "flag" else []
    if way == "variable":
        monkeypatch.setenv("TYLER_CHAT_TOKEN", token)
    heard: list[str] = []
    bearer = {"Authorization": f"Bearer {token}"}
    with start_program(
        *["serve", "-m", "openai/x", "--port", "0", "-y", "--debug", "--cd", str(workspace)], *flags
    ) as child:
        port, shown = await asyncio.to_thread(listening, child)
        assert shown == token, "it is told to whoever starts it, and to nobody else"
        address = Address(port)

        calls_it(provider_server, canaries)
        async with connect(
            address.socket, proxy=None, additional_headers=bearer, max_size=None
        ) as connection:
            client = Client(connection)
            await client.say("print it", session="talk")
            await client.until("complete")
            await client.say("and again")
            refused = await client.until("error")
            assert "refused" in refused["content"]
            await client.send("history")
            await client.until("history")
            heard.append(json.dumps(client.messages))
        assert "HOME=" in heard[0], "the command ran"
        assert "TYLER_CHAT_TOKEN=***" in heard[0] or way == "flag"

        calls_it(provider_server, canaries)
        async with (
            httpx.AsyncClient(trust_env=False, timeout=60) as http,
            http.stream(
                "POST", f"{address.http}/chat", json={"content": "print it"}, headers=bearer
            ) as response,
        ):
            events = Stream(response)
            await events.rest()
            heard += [json.dumps(events.messages), str(response.headers)]
        provider_server._replies.clear()

        calls_it(provider_server, canaries)
        async with address.terminal("in a page", additional_headers=bearer) as terminal:
            seen = Recording(terminal)
            await terminal.shows("Ask anything")
            await terminal.type("print it\r")
            await terminal.shows("I saw it all.")
            await terminal.type("\x0f")  # opens what the command printed
            await terminal.type("and again\r")
            await terminal.shows("refused")
            heard.append(seen.text)

        paths = ("/", "/?session=x", "/terminal.js", "/protocol.json", "/nowhere", "/static/none",
                 f"/?token={token}", "/?token=wrong", "/chat")  # fmt: skip
        for path in paths:
            for headers in (
                {},
                bearer,
                {"Host": "evil.example"},
                {"Origin": "http://evil.example"},
            ):
                got = await address.get(path, headers=headers)
                heard.append(f"{got.headers} {got.text}")
        child.process.send_signal(signal.SIGINT)
        outcome = await asyncio.to_thread(child.end)
    assert outcome.code == 0
    heard.append(outcome.err)
    heard += [str(request.body) for request in provider_server.requests]
    for words in (["sessions", "show", "talk"], ["export", "talk"], ["search", "HOME", "--json"]):
        told = await asyncio.to_thread(run_program, *words)
        assert told.code == 0
        heard += [told.out, told.err]
    heard += written(home)
    for name, canary in everything.items():
        assert [text[:200] for text in heard if canary in text] == [], name
    assert os.environ.get("TYLER_CHAT_TOKEN") == (token if way == "variable" else None)


def written(folder: Path) -> list[str]:
    """What stands in the files below it."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    return [file.read_bytes().decode("latin-1") for file in files]


class Recording:
    """All that a page was sent."""

    def __init__(self, terminal: Terminal) -> None:
        self._parts: list[str] = []
        take = terminal._take

        def note(data: str | bytes) -> None:
            self._parts.append(data if isinstance(data, str) else data.decode("utf-8", "replace"))
            take(data)

        terminal._take = note  # type: ignore[method-assign]

    @property
    def text(self) -> str:
        return "".join(self._parts)
