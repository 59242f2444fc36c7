"""OpenAIProvider: which models it reads, and where they are. What it reads is tested together with
LiteLLM."""

import socket
import time
from typing import Any

import pytest

from tests.provider_server import Finish, ProviderServer, Reply, Text, UsageChunk, answer
from tests.providers.asking import CLIENTS, DIRECT, ask, fail, text_of
from tyler_tui.errors import ProviderError
from tyler_tui.providers import Request, provider_for
from tyler_tui.providers.demo import DemoProvider
from tyler_tui.providers.event_stream import REST_S, Event, EventDecoder
from tyler_tui.providers.litellm import LiteLLMProvider
from tyler_tui.providers.openai_format import OpenAIProvider
from tyler_tui.providers.openai_servers import OPENAI, server_for
from tyler_tui.providers.transport import RESTLESS_PIECES


@pytest.mark.parametrize(
    ("model", "provider"),
    [
        ("demo", DemoProvider),
        ("demo:fast", DemoProvider),
        ("gpt-4o", OpenAIProvider),
        ("o3-mini", OpenAIProvider),
        ("openai/anything", OpenAIProvider),
        ("groq/openai/gpt-oss-120b", OpenAIProvider),
        ("openrouter/openrouter/auto", OpenAIProvider),
        ("hosted_vllm/qwen", OpenAIProvider),
        ("ollama/llama3.2", OpenAIProvider),
        ("anthropic/claude-sonnet-5", LiteLLMProvider),
        ("gemini/gemini-pro-latest", LiteLLMProvider),
        ("bedrock/anything", LiteLLMProvider),
        ("demolition", LiteLLMProvider),
    ],
)
def test_a_models_name_picks_who_reads_it(model: str, provider: type[Any]) -> None:
    assert isinstance(provider_for(model), provider)


def _request(model: str, **fields: Any) -> Request:
    return Request(model=model, messages=[], **fields)


def test_the_environment_says_where_servers_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "key")
    assert server_for(_request("gpt-4o")).base == OPENAI
    monkeypatch.setenv("OPENAI_BASE_URL", "http://here/v1")
    assert server_for(_request("openai/mine")).base == "http://here/v1"
    assert server_for(_request("openai/mine", api_base="http://there/v1")).base == "http://there/v1"
    assert server_for(_request("ollama/llama3.2")).base == "http://localhost:11434/v1"
    monkeypatch.setenv("OLLAMA_API_BASE", "http://box:11434/")
    assert server_for(_request("ollama/llama3.2")).base == "http://box:11434/v1"
    monkeypatch.setenv("HOSTED_VLLM_API_BASE", "http://box:8000/v1")
    assert server_for(_request("hosted_vllm/qwen")).base == "http://box:8000/v1"


def test_a_name_loses_its_prefix_and_nothing_else() -> None:
    def name(model: str) -> str:
        return server_for(_request(model, api_key="key")).model

    assert name("openai/org/model") == "org/model"
    assert name("gpt-4o") == "gpt-4o"
    assert name("openrouter/openrouter/auto") == "openrouter/auto"


@pytest.mark.parametrize(("model", "variable"), [("gpt-4o", "OPENAI"), ("groq/x", "GROQ")])
def test_a_missing_key_is_named(model: str, variable: str) -> None:
    with pytest.raises(ProviderError, match="key") as caught:
        server_for(_request(model))
    assert f"{variable}_API_KEY" in caught.value.hint
    assert (caught.value.kind, caught.value.exit_code) == ("set_up", 2)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("hosted_vllm/qwen", "HOSTED_VLLM_API_BASE to its address, such as http://localhost:8000/"),
        ("lm_studio/qwen", "LM_STUDIO_API_BASE to its address, such as http://localhost:1234/v1"),
        ("litellm_proxy/x", "LITELLM_PROXY_API_BASE to its address, such as http://localhost:4000"),
    ],
)
def test_a_server_that_is_nowhere_is_told(model: str, said: str) -> None:
    with pytest.raises(ProviderError) as caught:
        server_for(_request(model))
    assert said in caught.value.hint
    assert caught.value.exit_code == 2


async def test_a_key_for_openai_goes_to_no_other_server_than_the_one_named(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-openai-0123456789")
    monkeypatch.setenv("HOSTED_VLLM_API_BASE", provider_server.base_url)
    provider_server.script(answer("fine"))
    model = f"{DIRECT} hosted_vllm/qwen"
    assert text_of(await ask(provider_server, model=model, api_base=None, api_key=None)) == "fine"
    assert provider_server.requests[0].headers["authorization"] == "Bearer none"
    assert provider_server.requests[0].body["model"] == "qwen"


async def test_a_model_that_thinks_gets_no_temperature_unless_it_must(
    provider_server: ProviderServer,
) -> None:
    provider_server.script(answer("fine"), answer("fine"))
    model = f"{DIRECT} openai/gpt-5.1"
    await ask(provider_server, model=model, temperature=0.3, max_tokens=9)
    assert "temperature" not in provider_server.requests[0].body
    assert provider_server.requests[0].body["max_tokens"] == 9
    await ask(provider_server, model=model, temperature=0.3, drop_params=False)
    assert provider_server.requests[1].body["temperature"] == 0.3


async def test_nothing_is_sent_that_was_not_asked_for(provider_server: ProviderServer) -> None:
    provider_server.script(answer("fine"))
    await ask(provider_server, model=f"{DIRECT} openai/local-model")
    assert provider_server.requests[0].body == {
        "model": "local-model",
        "messages": [{"role": "user", "content": "hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@pytest.mark.parametrize("model", CLIENTS)
async def test_a_redirect_is_followed_on_the_same_host_only(
    provider_server: ProviderServer, model: str
) -> None:
    with ProviderServer() as other:
        other.script(answer("from the other"))
        target = f"{other.base_url}/chat/completions"
        provider_server.script(Reply(status=307, headers={"Location": target}, body=b""))
        assert text_of(await ask(provider_server, model=model)) == "from the other"
        elsewhere = target.replace("127.0.0.1", "localhost")
        provider_server.script(Reply(status=307, headers={"Location": elsewhere}, body=b""))
        _, problem = await fail(provider_server, model=model)
        assert problem.kind == "protocol"
        assert "localhost" in problem.message
        assert len(other.requests) == 1


async def test_a_header_of_the_users_own_takes_the_place_of_ours(
    provider_server: ProviderServer,
) -> None:
    provider_server.script(answer("fine"))
    headers = {"AUTHORIZATION": "Basic abc", "X-Team": "tyler"}
    await ask(provider_server, model=f"{DIRECT} openai/x", extra_headers=headers)
    sent = provider_server.requests[0].headers
    assert sent["authorization"] == "Basic abc"
    assert sent["x-team"] == "tyler"


async def test_an_absurd_count_is_no_count(provider_server: ProviderServer) -> None:
    provider_server.script(
        Reply([Text("fine"), Finish(), UsageChunk(10**20, 5)]),
    )
    deltas = await ask(provider_server, model=f"{DIRECT} openai/x")
    (usage,) = [delta.usage for delta in deltas if delta.usage]
    assert usage.prompt_tokens == 0


async def test_a_server_of_this_machine_is_asked_without_the_proxy_of_the_environment(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    provider_server.script(answer("Here."))
    assert text_of(await ask(provider_server, model=f"{DIRECT} openai/local-model")) == "Here."


async def test_nobody_listening_is_a_network_failure(provider_server: ProviderServer) -> None:
    _, problem = await fail(
        provider_server, model=f"{DIRECT} openai/x", api_base="http://127.0.0.1:9/v1"
    )
    assert problem.kind == "network"
    assert "127.0.0.1:9" in problem.message


@pytest.mark.parametrize("named", [True, False], ids=["named", "usual"])
async def test_a_server_of_ones_own_that_is_not_running_is_told_with_what_names_it(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    if named:
        monkeypatch.setenv("OLLAMA_API_BASE", "http://127.0.0.1:9")
    else:  # nothing listens at Ollama's port, or this cannot be seen
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", 11434)) == 0:
                pytest.skip("Ollama runs here")
    _, problem = await fail(provider_server, model=f"{DIRECT} ollama/llama3.2", api_base=None)
    address = "127.0.0.1:9" if named else "localhost:11434"
    assert problem.message == f"No connection to {address}."
    assert problem.hint == (
        "Is the server running? Check the address in OLLAMA_API_BASE or api_base."
    )


async def test_tokens_gather_between_two_reads_and_none_is_lost(
    provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[float] = []
    feed = EventDecoder.feed

    def noted(decoder: EventDecoder, piece: bytes) -> list[Event]:
        reads.append(time.monotonic())
        return feed(decoder, piece)

    monkeypatch.setattr(EventDecoder, "feed", noted)
    text = "".join(f"word {number} " for number in range(60))
    provider_server.script(Reply([Text(text, size=4), Finish()], rate=500, chunked=True))
    deltas = await ask(provider_server, model=f"{DIRECT} openai/local-model")
    assert text_of(deltas) == text
    pieces = [delta.text for delta in deltas if delta.text]
    assert pieces == [text[at : at + 4] for at in range(0, len(text), 4)]
    # A busy machine sends more slowly: what gathers is then little, and the reads are as many.
    seconds = reads[-1] - reads[0]
    assert len(reads) <= max(len(pieces) / 3, RESTLESS_PIECES + seconds / REST_S)
