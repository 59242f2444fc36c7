"""Which models the environment's keys and the servers on this machine offer."""

import asyncio
import socket
from collections.abc import Iterator

import pytest

from tests.provider_server import ProviderServer, Reply, model_list
from tyler_tui.providers import catalog
from tyler_tui.providers.catalog import (
    KEY_SOURCES,
    Found,
    KeySource,
    LocalServer,
    custom_base,
    environment_models,
    find_models,
    key_source,
    uses_openai,
)


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest.fixture(autouse=True)
def local_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the developer's own machine serves is out of the tests' sight."""
    servers = tuple(LocalServer(name, closed_port()) for name in ("Ollama", "vLLM"))
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", servers)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where connections are taken and nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("source", KEY_SOURCES, ids=lambda source: source.provider)
def test_each_key_stands_for_a_model_of_its_provider(source: KeySource) -> None:
    (found,) = environment_models({source.variable: "a key"})
    assert found == Found(source.default_model, f"{source.provider}, by {source.variable}")
    assert found.model.startswith(source.prefix + "/")
    assert key_source(found.model) is source


@pytest.mark.parametrize("environ", [{}, {"OPENAI_API_KEY": ""}, {"PATH": "/bin"}])
def test_no_key_stands_for_no_model(environ: dict[str, str]) -> None:
    assert environment_models(environ) == []


def test_several_keys_come_in_the_order_of_the_table() -> None:
    everything = {source.variable: "a key" for source in reversed(KEY_SOURCES)}
    assert [found.model for found in environment_models(everything)] == [
        source.default_model for source in KEY_SOURCES
    ]


@pytest.mark.parametrize("variable", ["OPENAI_API_BASE", "OPENAI_BASE_URL"])
def test_openais_key_stands_for_nothing_where_another_server_is_in_its_place(variable: str) -> None:
    environ = {"OPENAI_API_KEY": "a key", "GROQ_API_KEY": "a key", variable: "http://localhost/v1"}
    assert [found.label for found in environment_models(environ)] == ["Groq, by GROQ_API_KEY"]
    assert custom_base(environ) == "http://localhost/v1"


@pytest.mark.parametrize(
    ("model", "belongs"),
    [
        ("openai/anything", True),
        ("gpt-4o", True),
        ("o3-mini", True),
        ("anthropic/claude-sonnet-4-5", False),
        ("claude-sonnet-4-5", False),
        ("ollama/gpt-oss", False),
        ("", False),
    ],
)
def test_openais_variables_are_for_openais_models(model: str, belongs: bool) -> None:
    assert uses_openai(model) is belongs


# Servers


async def test_the_environments_server_is_asked_for_its_models_with_the_key(
    provider_server: ProviderServer,
) -> None:
    base = provider_server.base_url
    provider_server.models = model_list("llama", "qwen/qwen3")
    found = await find_models({"OPENAI_API_BASE": base + "/", "OPENAI_API_KEY": "a-key"})
    host = base.removeprefix("http://").removesuffix("/v1")
    assert found == [
        Found("openai/llama", f"the server at {host}", base),
        Found("openai/qwen/qwen3", f"the server at {host}", base),
    ]
    (received,) = provider_server.model_requests
    assert received.headers["authorization"] == "Bearer a-key"


async def test_a_server_on_this_machine_is_found_and_gets_no_key(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(provider_server.base_url.rpartition(":")[2].removesuffix("/v1"))
    servers = (LocalServer("Dead", closed_port()), LocalServer("LM Studio", port))
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", servers)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    found = await find_models({"OPENAI_API_KEY": "a-key", "GROQ_API_KEY": "a-key"})
    assert [(each.label, each.api_base) for each in found] == [
        ("OpenAI, by OPENAI_API_KEY", None),
        ("Groq, by GROQ_API_KEY", None),
        ("LM Studio on this machine", provider_server.base_url),
    ]
    (received,) = provider_server.model_requests
    assert "authorization" not in received.headers


async def test_a_server_that_is_named_twice_is_asked_once(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = provider_server.base_url
    port = int(base.rpartition(":")[2].removesuffix("/v1"))
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", (LocalServer("vLLM", port),))
    found = await find_models({"OPENAI_API_BASE": base})
    assert [each.model for each in found] == ["openai/local-model"]
    assert len(provider_server.model_requests) == 1


async def test_where_nobody_answers_nothing_is_found() -> None:
    assert await find_models({}) == []


async def test_a_silent_server_is_not_waited_for(silent_port: int) -> None:
    base = f"http://127.0.0.1:{silent_port}/v1"
    async with asyncio.timeout(60):
        assert await find_models({"OPENAI_API_BASE": base}, named_timeout_s=0.2) == []


async def test_a_server_that_drips_is_not_waited_for() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        async with asyncio.timeout(60):
            assert await find_models({"OPENAI_API_BASE": base}, named_timeout_s=0.3) == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=401, body=b'{"error": "no"}'),
        Reply(status=500, body=b""),
        Reply(body=b"<html>a router's page</html>"),
        Reply(body=b"[]"),
        Reply(body=b'{"data": null}'),
        Reply(body=b'{"data": ["a", "b"]}'),
        Reply(body=b'{"data": [{"name": "no id"}]}'),
        Reply(body=b"\xff\xfe"),
        Reply(body=b"[" * 100_000),
    ],
    ids=["401", "500", "web page", "list", "null", "strings", "no ids", "no text", "too deep"],
)
async def test_what_is_no_list_of_models_offers_none(
    provider_server: ProviderServer, reply: Reply
) -> None:
    provider_server.models = reply
    assert await find_models({"OPENAI_API_BASE": provider_server.base_url}) == []
    assert len(provider_server.model_requests) == 1


async def test_a_server_with_hundreds_of_models_does_not_fill_the_screen(
    provider_server: ProviderServer,
) -> None:
    provider_server.models = model_list(*(f"model-{number}" for number in range(300)))
    found = await find_models({"OPENAI_API_BASE": provider_server.base_url})
    assert [each.model for each in found] == [f"openai/model-{number}" for number in range(20)]


@pytest.mark.parametrize("base", ["", "not an address", "http://", "http://[::1", "ftp://x/v1"])
async def test_an_address_that_is_none_offers_nothing(base: str) -> None:
    assert await find_models({"OPENAI_API_BASE": base}) == []


async def test_a_password_in_an_address_is_not_shown(provider_server: ProviderServer) -> None:
    base = provider_server.base_url.replace("http://", "http://me:secret@")
    (found,) = await find_models({"OPENAI_API_BASE": base})
    assert "secret" not in found.label
