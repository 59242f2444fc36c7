"""The LiteLLM proxy and other gateways of the OpenAI format, as a source of models: a server with
the proxy's habits, read by our own reader and by LiteLLM, and what the README says of it."""

import json
import re
import socket
from pathlib import Path

import pytest

from tests.cli.program import Outcome, run_program
from tests.provider_server import ProviderServer, Received, Reply, answer, model_list
from tests.providers.asking import QUIET, ask, fail, text_of
from tyler_tui.config import Settings
from tyler_tui.model_list import Group, models_found
from tyler_tui.providers import catalog
from tyler_tui.providers.catalog import LocalServer, find_models

KEY = "sk-virtual-0123456789abcdef"
NAMES = ["team/claude-sonnet", "team/gpt-4o", "bedrock/eu/anthropic.claude:0", *(
    f"vllm/model-{number}" for number in range(300)
)]  # fmt: skip
README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
SECTION = README.partition("\n### A gateway\n")[2].partition("\n### ")[0]


def refused(status: int, message: str, type_: str) -> Reply:
    """An error as `ProxyException` of LiteLLM's proxy writes it: the code is a text, and what is
    not known is the text "None"."""
    form = {"message": message, "type": type_, "param": "None", "code": str(status)}
    return Reply(status=status, body=json.dumps({"error": form}).encode())


def _with_key(received: Received) -> Reply | None:
    given = received.headers.get("authorization", "").removeprefix("Bearer ")
    if given == KEY:
        return None
    return refused(
        401,
        "Authentication Error, Invalid proxy server token passed. Received API Key = "
        f"{given}, Key Hash (Token) =5f0c. Unable to find token in cache or "
        "`LiteLLM_VerificationTokenTable`",
        "token_not_found_in_db",
    )


def _answered(received: Received) -> Reply:
    if (no := _with_key(received)) is not None:
        return no
    name = received.body["model"]
    if name not in NAMES:
        return refused(
            400,
            f"/chat/completions: Invalid model name passed in model={name}. Call `/v1/models` to "
            "view available models for your key.",
            "invalid_request_error",
        )
    return answer(f"I am {name}.")


@pytest.fixture
def gateway(provider_server: ProviderServer) -> ProviderServer:
    provider_server.models = lambda received: _with_key(received) or model_list(*NAMES)
    provider_server.fallback = _answered
    return provider_server


@pytest.fixture(autouse=True)
def nothing_else_served(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    monkeypatch.setattr(catalog, "LOCAL_SERVERS", (LocalServer("Ollama", port),))


READERS = ["direct litellm_proxy", "direct openai", "litellm_proxy", "openai"]


@QUIET
@pytest.mark.parametrize("reader", READERS)
async def test_a_name_with_slashes_gets_there_whole(gateway: ProviderServer, reader: str) -> None:
    for name in NAMES[:3]:
        arrived = await ask(gateway, model=f"{reader}/{name}", api_key=KEY)
        assert text_of(arrived) == f"I am {name}."
        assert gateway.requests[-1].body["model"] == name


@QUIET
@pytest.mark.parametrize("reader", READERS)
async def test_a_key_that_is_refused_is_said_and_not_shown(
    gateway: ProviderServer, reader: str
) -> None:
    wrong = "sk-wrong-9876543210fedcba"
    arrived, error = await fail(gateway, model=f"{reader}/{NAMES[0]}", api_key=wrong)
    assert arrived == []
    assert error.kind == "authentication"
    assert error.message.startswith(f"The key for {reader.split()[-1]}/{NAMES[0]} was refused")
    assert wrong not in f"{error.message} {error.hint}"
    proxy, openai = "LITELLM_PROXY_API_KEY", "OPENAI_API_KEY"
    assert (proxy if "litellm_proxy" in reader else openai) in error.hint


@QUIET
@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (
            refused(
                400, "Budget has been exceeded! Current cost: 10.0, Max budget: 5.0",
                "budget_exceeded",
            ),
            "quota",
            "Budget has been exceeded",
        ),
        (
            refused(429, "Deployment over user-defined ratelimit.", "None"),
            "rate_limit",
            "too many requests",
        ),
        (
            refused(
                503, "litellm.ServiceUnavailableError: AnthropicException - Overloaded", "None"
            ),
            "overloaded",
            "is overloaded",
        ),
    ],
)  # fmt: skip
async def test_what_the_proxy_refuses_is_told_for_what_it_is(
    gateway: ProviderServer, reader: str, reply: Reply, kind: str, said: str
) -> None:
    gateway.script(reply)
    _, error = await fail(gateway, model=f"{reader}/{NAMES[0]}", api_key=KEY)
    assert (error.kind, said in error.message) == (kind, True)


@QUIET
@pytest.mark.parametrize("reader", READERS)
async def test_a_model_that_the_key_may_not_use_is_not_there(
    gateway: ProviderServer, reader: str
) -> None:
    _, error = await fail(gateway, model=f"{reader}/no/such", api_key=KEY)
    assert error.kind == "not_found"
    assert f"There is no model {reader.split()[-1]}/no/such at 127.0.0.1:" in error.message


async def test_all_its_models_are_offered_to_who_has_the_key(gateway: ProviderServer) -> None:
    environ = {"LITELLM_PROXY_API_BASE": gateway.base_url, "LITELLM_PROXY_API_KEY": KEY}
    found = await find_models(environ, most_of_named=500)
    assert [each.model for each in found] == [f"litellm_proxy/{name}" for name in NAMES]
    assert {each.api_base for each in found} == {gateway.base_url}
    assert await find_models(environ | {"LITELLM_PROXY_API_KEY": "wrong"}) == []


def test_a_gateway_that_lists_nothing_is_told_of(
    gateway: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LITELLM_PROXY_API_BASE", gateway.base_url)
    server = f"No models of the server at {gateway.base_url.split('/')[2]}: "
    assert server + "it wants a key (HTTP 401).\n" in run_program("models", "team").err
    monkeypatch.setenv("LITELLM_PROXY_API_KEY", "sk-of-somebody-else")
    refused = run_program("models", "team")
    assert server + "it refuses the key (HTTP 401).\n" in refused.err
    assert "sk-of" not in refused.err + refused.out
    assert "gives no list of models: it refuses the key (HTTP 401)" in run_program("doctor").out
    for said, why in [
        (Reply(status=500, body=b"{}"), "it answers HTTP 500"),
        (Reply(body=b"<html>"), "what it answers is no list"),
    ]:
        gateway.models = lambda received, said=said: said
        assert f"{server}{why}.\n" in run_program("models", "team").err
    monkeypatch.setenv("LITELLM_PROXY_API_BASE", "http://127.0.0.1:1")
    assert "127.0.0.1:1: it cannot be reached.\n" in run_program("models", "team").err


async def test_the_server_of_the_config_is_asked_too_with_openais_key_alone(
    gateway: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    listed = await models_found(Settings(model="openai/team/gpt-4o", api_base=gateway.base_url))
    assert [each.name for each in listed if each.group is Group.FOUND] == [
        f"openai/{name}" for name in NAMES
    ]
    before = len(gateway.model_requests)
    await models_found(Settings(model="anthropic/claude-sonnet-5", api_base=gateway.base_url))
    assert len(gateway.model_requests) == before, "the key is not for a server of another provider"


# What the README says


def _run(line: str) -> Outcome:
    words = re.findall(r'"[^"]*"|\S+', line.partition("#")[0])
    assert words.pop(0) == "tyler-chat"
    return run_program(*(word.strip('"') for word in words))


def test_the_commands_of_the_readme_work(
    gateway: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    block, _ = re.findall(r"```(?:bash|toml)\n(.*?)```", SECTION, re.DOTALL)
    lines = block.splitlines()
    exported = dict(line.removeprefix("export ").split("=") for line in lines[:2])
    assert exported["LITELLM_PROXY_API_BASE"] == "https://gateway.example"
    assert set(exported) == {"LITELLM_PROXY_API_BASE", "LITELLM_PROXY_API_KEY"}
    monkeypatch.setenv("LITELLM_PROXY_API_BASE", gateway.base_url.removesuffix("/v1"))
    monkeypatch.setenv("LITELLM_PROXY_API_KEY", KEY)
    listed, answered = map(_run, lines[2:])
    names = [row.split("\t")[0] for row in listed.out.splitlines()]
    assert [name for name in names if name.startswith("litellm_proxy/")] == [
        "litellm_proxy/team/claude-sonnet",
        "litellm_proxy/team/gpt-4o",
    ]
    assert (answered.code, answered.out.strip()) == (0, "I am team/claude-sonnet.")
    assert gateway.requests[-1].path == "/chat/completions", "the proxy has it with /v1 and without"


def test_the_config_of_the_readme_works_and_prices_it(
    gateway: ProviderServer, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    _, config = re.findall(r"```(?:bash|toml)\n(.*?)```", SECTION, re.DOTALL)
    assert "https://gateway.example/v1" in config
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(
        config.replace("https://gateway.example/v1", gateway.base_url)
    )
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    outcome = run_program("-p", "Hello", "--json")
    assert outcome.code == 0, outcome.err
    form = json.loads(outcome.out)
    assert form["content"] == "I am team/claude-sonnet."
    assert form["cost_usd"] > 0
    assert gateway.requests[-1].path == "/v1/chat/completions"
