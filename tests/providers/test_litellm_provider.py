"""LiteLLMProvider: how soon a connection is closed, many at once, and what is known of a model."""

import asyncio
import time
from contextlib import aclosing

import msgspec
import pytest

from tests.provider_server import (
    CLOSED_WITHIN_S,
    Finish,
    Hang,
    ProviderServer,
    Reply,
    Step,
    Text,
    Thinking,
    answer,
)
from tests.providers.asking import CLIENTS, KEY, QUIET, ask, request, stream, text_of
from tyler_tui.messages import Message, Usage
from tyler_tui.providers.catalog import KEY_SOURCES, KeySource
from tyler_tui.providers.litellm import LiteLLMProvider, litellm_provider
from tyler_tui.providers.openai_format import openai_provider
from tyler_tui.providers.prices import price_table

pytestmark = QUIET


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize(
    "reply",
    [
        Reply(silent=True),
        Reply([Hang()]),
        Reply([Thinking("hm"), Hang()]),
        Reply([Text("one two", size=4), Hang()]),
    ],
    ids=["before headers", "before a word", "while it thinks", "in mid-answer"],
)
async def test_cancelling_closes_the_connection_at_once(
    provider_server: ProviderServer, model: str, reply: Reply
) -> None:
    provider_server.script(reply)
    expected = sum(1 for step in reply.steps if not isinstance(step, Hang))
    arrived = asyncio.Event()

    async def read() -> None:
        count = 0
        async for _ in stream(provider_server, model=model):
            count += 1
            if count >= expected:
                arrived.set()

    task = asyncio.create_task(read())
    received = await asyncio.to_thread(provider_server.wait_request, 0)
    if expected:
        await arrived.wait()
    cancelled_at = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await received.wait_closed() - cancelled_at < CLOSED_WITHIN_S
    assert len(provider_server.requests) == 1


@pytest.mark.parametrize("model", CLIENTS)
@pytest.mark.parametrize("flood", [False, True], ids=["while it is silent", "in a flood"])
async def test_closing_the_generator_closes_the_connection_at_once(
    provider_server: ProviderServer, model: str, flood: bool
) -> None:
    words: list[Step] = [Text("word " * 40_000, size=5)] if flood else [Text("word"), Hang()]
    provider_server.script(Reply(words))
    async with aclosing(stream(provider_server, model=model)) as deltas:
        await anext(deltas)
        closed_at = time.monotonic()
    received = provider_server.requests[0]
    assert await received.wait_closed() - closed_at < CLOSED_WITHIN_S


async def test_one_provider_serves_many_requests_at_once(provider_server: ProviderServer) -> None:
    texts = [f"answer {number} " * 20 for number in range(8)]

    def reply_to(number: int) -> Reply:
        return Reply([Text(texts[number], size=3), Finish()], split=5)

    provider_server.script(
        *[lambda received: reply_to(int(received.body["messages"][0]["content"]))] * 8
    )
    answers = await asyncio.gather(
        *(ask(provider_server, messages=[Message("user", str(number))]) for number in range(8))
    )
    assert [text_of(deltas) for deltas in answers] == texts


async def test_a_second_event_loop_is_served_too(provider_server: ProviderServer) -> None:
    provider_server.script(answer("first"), answer("second"))
    assert text_of(await ask(provider_server)) == "first"

    def in_another_loop() -> str:
        return text_of(asyncio.run(ask(provider_server)))

    assert await asyncio.to_thread(in_another_loop) == "second"


# What is known of a model


def test_a_model_is_known_without_the_import(provider_server: ProviderServer) -> None:
    assert LiteLLMProvider().info("openai/gpt-4o").context_window


@pytest.mark.parametrize("model", ["gpt-4o", "openai/gpt-4o", "anthropic/claude-sonnet-4-5"])
async def test_context_and_prices_of_a_known_model_are_known(model: str) -> None:
    await litellm_provider().prepare()
    info = litellm_provider().info(model)
    assert info.context_window
    assert info.tools
    assert info.input_price
    assert info.output_price
    assert info.cached_input_price
    cost = litellm_provider().cost(model, Usage(1000, 100, 1100, cached_tokens=400))
    assert cost == pytest.approx(
        600 * info.input_price + 400 * info.cached_input_price + 100 * info.output_price
    )


@pytest.mark.parametrize("model", ["openai/local-model", "nonsense", "", "/", "anthropic/gpt-4o"])
async def test_of_an_unknown_model_nothing_is_made_up(model: str) -> None:
    await litellm_provider().prepare()
    info = litellm_provider().info(model)
    assert (info.context_window, info.input_price, info.tools) == (None, None, None)
    assert litellm_provider().cost(model, Usage(1, 1, 2)) is None


@pytest.mark.parametrize("model", ["openai/gpt-4o", "gpt-4o"])
async def test_a_server_in_openais_place_has_no_price(
    monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    await litellm_provider().prepare()
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:1/v1")
    assert litellm_provider().cost(model, Usage(1, 1, 2)) is None


@pytest.mark.parametrize(
    ("model", "base", "is_known"),
    [
        ("gpt-4o", "http://127.0.0.1:1/v1", False),
        ("openai/gpt-4o", "http://gateway.example/v1", False),
        ("openai/gpt-4o", "not an address", False),
        ("openai/gpt-4o", "https://api.openai.com.example/v1", False),
        ("openai/gpt-4o", "https://api.openai.com/v1/", True),
        ("openai/gpt-4o", "https://eu.api.openai.com/v1", True),
        ("deepseek/deepseek-chat", "http://localhost:8000", False),
        ("deepseek/deepseek-chat", None, True),
        ("azure/gpt-4o", "https://mine.openai.azure.com", True),
    ],
)
def test_a_known_name_at_another_address_is_another_model(
    model: str, base: str | None, is_known: bool
) -> None:
    usage = Usage(1, 1, 2)
    for provider in (LiteLLMProvider(), openai_provider()):
        assert (provider.info(model, base).context_window is not None) == is_known
        assert (provider.cost(model, usage, base) is not None) == is_known


def test_a_long_prompt_costs_what_long_prompts_cost() -> None:
    model = "gemini/gemini-2.5-pro"
    table = msgspec.json.decode(price_table()[model])
    cost = litellm_provider().cost
    assert cost(model, Usage(200_000, 100, 200_100)) == pytest.approx(
        200_000 * table["input_cost_per_token"] + 100 * table["output_cost_per_token"]
    )
    assert cost(model, Usage(200_001, 100, 200_101, cached_tokens=1)) == pytest.approx(
        200_000 * table["input_cost_per_token_above_200k_tokens"]
        + table["cache_read_input_token_cost_above_200k_tokens"]
        + 100 * table["output_cost_per_token_above_200k_tokens"]
    )
    assert table["input_cost_per_token_above_200k_tokens"] > table["input_cost_per_token"]


async def test_more_cached_tokens_than_there_were_never_cost_less_than_nothing() -> None:
    await litellm_provider().prepare()
    cost = litellm_provider().cost("openai/gpt-4o", Usage(10, 0, 10, cached_tokens=10**6))
    assert cost is not None
    assert cost >= 0


@pytest.mark.parametrize(
    "source",
    [source for source in KEY_SOURCES if source.prefix != "openrouter"],  # its auto is no model
    ids=lambda source: source.provider,
)
async def test_the_model_that_a_key_stands_for_is_one_that_exists(source: KeySource) -> None:
    await litellm_provider().prepare()
    assert litellm_provider().info(source.default_model).context_window


def test_tokens_are_estimated_without_a_tokenizer() -> None:
    count = LiteLLMProvider().count_tokens
    assert count("openai/gpt-4o", "") == 0
    assert count("openai/gpt-4o", "word " * 100) == 125


def test_a_request_shows_neither_its_key_nor_its_headers(provider_server: ProviderServer) -> None:
    shown = repr(request(provider_server, extra_headers={"Authorization": "secret"}))
    assert KEY not in shown
    assert "secret" not in shown
